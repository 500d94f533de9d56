"""The calls of djmongoauth 0.0.1, on a database of its own: one answer in JSON a line. port.ts makes the same on the port."""

import json
import os
import re
from datetime import datetime, timedelta

import django
import pymongo
from django.conf import settings

pymongo.MongoClient(os.environ["ORIGINAL_URL"]).drop_database("side_by_side")

settings.configure(
    SECRET_KEY="side-by-side",
    INSTALLED_APPS=["djmongoauth"],
    DATABASES={
        "default": {
            "ENGINE": "djongo",
            "NAME": "side_by_side",
            "ENFORCE_SCHEMA": False,
            "CLIENT": {"host": os.environ["ORIGINAL_URL"]},
        }
    },
    # The package comes without migrations.
    MIGRATION_MODULES={"djmongoauth": None},
    ALLOWED_HOSTS=["*"],
    TIME_ZONE="UTC",
    USE_TZ=False,
    # Django 2.2 does not translate on Python 3.11.
    USE_I18N=False,
    SITE_URL="shop.example",
    IS_HTTPS=True,
    SESSION_EXPIRE_IN_HOUR=168,
    EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
    EMAIL_HOST_USER="hello@shop.example",
)
django.setup()

from django.core import mail
from django.core.management import call_command
from django.test import RequestFactory, override_settings

call_command("migrate", run_syncdb=True, verbosity=0)

from djmongoauth.common.EmailTypes import EmailTypes
from djmongoauth.decorators.authenticated import authenticated
from djmongoauth.DjMongoAuthError import DjMongoAuthError
from djmongoauth.models import Session, TemporaryAuthenticator, User

factory = RequestFactory()
mail.outbox = []


def tell(call, answer):
    print(json.dumps({"call": call, "answer": answer}, ensure_ascii=False), flush=True)


def outcome(function, *args, **kwargs):
    """What a call gave: ok, the package's own error, or another one."""
    try:
        function(*args, **kwargs)
        return "ok"
    except DjMongoAuthError:
        return "DjMongoAuthError"
    except Exception:
        return "another error"


def made(username, password, email=None):
    user = User(username=username, email=email or username + "@example.com", password=password)
    return user


def request(token=None, method="POST", query="", body=None):
    headers = {} if token is None else {"HTTP_AUTHORIZATION": token}
    text = body if isinstance(body, str) else json.dumps({} if body is None else body)
    return factory.generic(method, "/" + query, text, content_type="application/json", **headers)

def signed_in(token):
    """Whether the decorator lets a request with this token through."""
    return outcome(authenticated()(lambda request: None), request(token))


def link():
    """What stands behind ?a= in the newest mail."""
    return re.search(r"\?a=([\w-]+)", mail.outbox[-1].body).group(1)


def follow(type, secret, body=None):
    return outcome(User.handle_email_request, request(method="PUT", query="?a=" + secret, body=body), type)


def facts(message, path, username):
    """What a mail shows; its words are each side's own."""
    text, html = message.body, message.alternatives[0][0]
    return {
        "to": message.to,
        "greets by name": ("Hello " + username) in text and ("Hello " + username) in html,
        "link": all(("https://shop.example/" + path + "?a=") in part for part in (text, html)),
        "expires in UTC": all(re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC", part) is not None for part in (text, html)),
        "names the site before the link": "shop.example" in text.split("https://")[0],
        "ends with ignoring it": "ignore" in text.strip()[-60:],
    }


def sends(type, request):
    before = len(mail.outbox)
    what = outcome(User.send_email, request, type=type)
    return [what, len(mail.outbox) - before]


# Registering
ann = made("ann", "a phrase of hers")
tell("register", outcome(ann.register))
tell("its attributes", [ann.username, ann.email, ann.email_verified, ann.email_verified_at])
tell("its password is still in clear", ann.password == "a phrase of hers")
tell("register the name again", outcome(made("ann", "x", "other@example.com").register))
tell("register the email again", outcome(made("other", "x", "ann@example.com").register))
tell("register the name in another case", outcome(made("Ann", "a phrase of his").register))
tell("register the email in another case", outcome(made("ann2", "x", "ANN@example.com").register))
tell("register without a username", outcome(User(email="noname@example.com", password="x").register))
tell("register without a password", outcome(User(username="nopass", email="nopass@example.com").register))
tell("register without an email", outcome(User(username="nomail", password="x").register))
tell("register with the password null", outcome(made("unusable", None).register))
tell("register with an empty password", outcome(made("empty", "").register))
tell("register with a bad email", outcome(made("bad", "x", "no-address").register))
tell("register a name of 200 characters", outcome(made("n" * 200, "x", "long@example.com").register))
tell("register a password of 5000 characters", outcome(made("wordy", "x" * 5000).register))
tell("register a name in another script", outcome(made("михаил", "пароль", "misha@example.com").register))

# Signing in
for name, username, password in [
    ("login", "ann", "a phrase of hers"),
    ("login with a wrong password", "ann", "a phrase of his"),
    ("login of nobody", "nobody", "x"),
    ("login by email", "ann@example.com", "a phrase of hers"),
    ("login in another case", "ANN", "a phrase of hers"),
    ("login of the other case", "Ann", "a phrase of his"),
    ("login without a password where there is none", "unusable", ""),
    ("login with an empty password", "empty", ""),
    ("login in another script", "михаил", "пароль"),
    ("login with null", None, None),
]:
    tell(name, outcome(User.login, username, password))
token = User.login("ann", "a phrase of hers")
tell("login again gives the same token", User.login("ann", "a phrase of hers") == token)


def message_of(username):
    try:
        User.login(username, "wrong")
    except DjMongoAuthError as error:
        return str(error).replace(username, "<name>")


tell("wrong and unknown have one message", message_of("ann") == message_of("nobody"))

# authenticated
tell("authenticated", signed_in(token))
tell("authenticated, Bearer", signed_in("Bearer " + token))
tell("authenticated without a header", signed_in(None))
tell("authenticated with text", signed_in("garbage"))
tell("authenticated with a changed token", signed_in(token + "x"))
other_id = str(User.objects.get(username="Ann")._id)
tell("authenticated with one's own key and another's id", signed_in(re.sub("user_id=[^&]*", "user_id=" + other_id, token)))
tell("authenticated with a token cut short", signed_in("&".join(token.split("&")[:3])))


def direct():
    authenticated(lambda request: None)(request(token))


class Shop:
    @authenticated()
    def orders(self, request):
        pass


tell("authenticated before a function, as in the document", outcome(direct))
tell("authenticated before a method", outcome(Shop().orders, request(token)))

# Signing out
tell("logout without a token", outcome(User.logout, request()))
tell("logout with text", outcome(User.logout, request("garbage")))
tell("logout with a changed token", outcome(User.logout, request(token + "x")))
tell("logout", outcome(User.logout, request(token)))
tell("authenticated after logout", signed_in(token))
tell("logout again", outcome(User.logout, request(token)))
token = User.login("ann", "a phrase of hers")
tell("logout, Bearer", outcome(User.logout, request("Bearer " + token)))

# Mails
token = User.login("ann", "a phrase of hers")
tell("sendEmail VERIFY", sends(EmailTypes.VERIFY, request(token)))
tell("its mail", facts(mail.outbox[-1], "verify", "ann"))
verify = link()
tell("sendEmail RESET", sends(EmailTypes.RESET, request(token)))
tell("its mail too", facts(mail.outbox[-1], "reset", "ann"))
reset = link()
tell("sendEmail without a token", sends(EmailTypes.VERIFY, request()))
tell("sendEmail with text", sends(EmailTypes.VERIFY, request("garbage")))
tell("sendEmail with a token cut short", sends(EmailTypes.VERIFY, request("a=1&b=2&c=3")))
tell("sendEmail with a made-up token", sends(EmailTypes.VERIFY, request("exp=1&user_id=" + other_id + "&username=Ann&session_key=none")))
tell("sendEmail with the type as text", sends("VERIFY", request(token)))
tell("sendEmail with no such type", sends("NEWS", request(token)))
with override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1):
    tell("sendEmail while the mail server is down", sends(EmailTypes.VERIFY, request(token)))
made("<b>bold", "x", "bold@example.com").register()
sends(EmailTypes.VERIFY, request(User.login("<b>bold", "x")))
tell("the name is escaped in HTML", "<b>bold" not in mail.outbox[-1].alternatives[0][0])

# Links
tell("follow no link", outcome(User.handle_email_request, request(method="PUT"), EmailTypes.VERIFY))
tell("follow an unknown link", follow(EmailTypes.VERIFY, "unknown"))
tell("follow VERIFY", follow(EmailTypes.VERIFY, verify))
ann = User.objects.get(username="ann")
tell("its user then", [ann.email_verified, ann.email_verified_at is not None])
tell("follow VERIFY again", follow(EmailTypes.VERIFY, verify))
tell("sendEmail VERIFY to a verified address", sends(EmailTypes.VERIFY, request(token)))
tell("follow RESET without new_password", follow(EmailTypes.RESET, reset, {}))
tell("follow RESET without JSON", follow(EmailTypes.RESET, reset, "no json"))
sends(EmailTypes.RESET, request(token))
second = link()
tell("follow RESET as VERIFY", follow(EmailTypes.VERIFY, second))
sends(EmailTypes.RESET, request(token))
second = link()
tell("follow RESET", follow(EmailTypes.RESET, reset, {"new_password": "another phrase"}))
tell("follow RESET again", follow(EmailTypes.RESET, reset, {"new_password": "x"}))
tell("authenticated after a reset", signed_in(token))
tell("login with the old password", outcome(User.login, "ann", "a phrase of hers"))
tell("login with the new password", outcome(User.login, "ann", "another phrase"))
tell("follow the other RESET link", follow(EmailTypes.RESET, second, {"new_password": "another phrase"}))
made("bob", "bob's", "bob@example.com").register()
token = User.login("bob", "bob's")
sends(EmailTypes.VERIFY, request(token))
tell("follow VERIFY as RESET", follow(EmailTypes.RESET, link(), {"new_password": "taken over"}))
made("cat", "cat's", "cat@example.com").register()
token = User.login("cat", "cat's")
sends(EmailTypes.VERIFY, request(token))
verify = link()
sends(EmailTypes.RESET, request(token))
tell("follow RESET with an empty password", follow(EmailTypes.RESET, link(), {"new_password": ""}))
tell("follow a VERIFY link from before", follow(EmailTypes.VERIFY, verify))


# Views, as the document shows them: what goes wrong within a call is 400, what goes wrong outside of one is Django's 500.
def fields(request):
    return json.loads(request.body.decode("UTF-8"))


def register_view(request):
    try:
        given = fields(request)
        user = User(username=given["username"], email=given["email"], password=given["password"])
    except Exception:
        return 500
    return 201 if outcome(user.register) == "ok" else 400


def login_view(request):
    try:
        given = fields(request)
        User.login(given["username"], given["password"])
        return 200
    except Exception:
        return 400


def call_view(good, *call):
    return good if outcome(*call) == "ok" else 400


def mail_view(request, type, sent):
    if request.method == "POST":
        return call_view(sent, User.send_email, request, type)
    if request.method == "PUT":
        return call_view(200, User.handle_email_request, request, type)
    return 405


dora = {"username": "dora", "email": "dora@example.com", "password": "dora's"}
tell("view register", register_view(request(body=dora)))
tell("view register again", register_view(request(body=dora)))
tell("view register without a field", register_view(request(body={"username": "eve"})))
tell("view login", login_view(request(body=dora)))
tell("view login, wrong", login_view(request(body={**dora, "password": "x"})))
tell("view login without a field", login_view(request(body={"username": "dora"})))
token = User.login("dora", "dora's")
tell("view verify POST", mail_view(request(token), EmailTypes.VERIFY, 201))
tell("view verify POST without a token", mail_view(request(), EmailTypes.VERIFY, 201))
tell("view verify PUT", mail_view(request(method="PUT", query="?a=" + link()), EmailTypes.VERIFY, 201))
tell("view verify PUT without a", mail_view(request(method="PUT"), EmailTypes.VERIFY, 201))
tell("view verify GET", mail_view(request(method="GET"), EmailTypes.VERIFY, 201))
tell("view reset POST", mail_view(request(token), EmailTypes.RESET, 200))
tell("view reset PUT without new_password", mail_view(request(method="PUT", query="?a=" + link()), EmailTypes.RESET, 200))
tell("view reset PUT", mail_view(request(method="PUT", query="?a=" + link(), body={"new_password": "n"}), EmailTypes.RESET, 200))
tell("view reset DELETE", mail_view(request(method="DELETE"), EmailTypes.RESET, 200))
token = User.login("dora", "n")
tell("view logout", call_view(204, User.logout, request(token)))
tell("view logout again", call_view(204, User.logout, request(token)))
token = User.login("dora", "n")
tell("view logout GET", call_view(204, User.logout, request(token, method="GET")))

# An hour, and a week later: the rows are made so old, since the original reads the clock of the machine.
token = User.login("ann", "another phrase")
sends(EmailTypes.RESET, request(token))
late = link()
TemporaryAuthenticator.objects.filter(authenticator=late).update(expires_at=datetime.now() - timedelta(seconds=1))
tell("follow RESET after an hour", follow(EmailTypes.RESET, late, {"new_password": "too late"}))
Session.objects.filter(user_id=str(ann._id)).update(expires_at=datetime.now() - timedelta(seconds=1))
tell("authenticated after a week", signed_in(token))
tell("logout after a week", outcome(User.logout, request(token)))
tell("sendEmail after a week", sends(EmailTypes.VERIFY, request(token)))
