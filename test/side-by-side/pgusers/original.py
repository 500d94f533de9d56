"""The calls of port.ts, made on pgusers 0.9.4: prints {"call", "answer"} as JSON, one a line."""

import contextlib
import datetime
import io
import json
import os
import re

import psycopg
import pgusers
import pgusers.pgusers
import pgusers.pgusrmanager as usermgr
from pgusers import UserSpace

NOW = 1772442000.0  # 2 March 2026, 09:00 UTC


class Clock:
    """In place of the module `time`, so that nobody waits."""

    now = NOW

    def time(self):
        # Its keys are made of the time: two sign-ins at once would get the same one.
        self.now += 0.001
        return self.now


clock = Clock()
pgusers.pgusers.time = clock

server = psycopg.conninfo.conninfo_to_dict(os.environ["ORIGINAL_URL"])
with psycopg.connect(os.environ["ORIGINAL_URL"], autocommit=True) as admin:
    admin.execute("create database crm")
params = {**server, "dbname": "crm"}

names = {}  # what the numbers of users are called here


def shown(value):
    """As JSON has it, with keys and numbers of users made alike."""
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    if isinstance(value, dict):
        return {key: names.get(item, item) if key == "userid" else shown(item) for key, item in value.items()}
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return {"set": sorted(value)}
    if isinstance(value, bytes):
        return {"bytes": list(value)}
    if isinstance(value, int) and abs(value) > 2**53:
        return {"int": str(value)}
    return value


def tell(call, act):
    try:
        answer = shown(act())
    except pgusers.BadCallError as error:
        text = str(error)
        answer = {"BadCallError": text if len(text) < 120 and "DETAIL" not in text else "<text>"}
    except Exception as error:
        answer = {"error": type(error).__name__}
        # The original leaves a broken transaction behind, in which no further call would be served.
        with contextlib.suppress(Exception):
            users.connector.rollback()
    print(json.dumps({"call": call, "answer": answer}))


def named(call, name, act):
    """A call that answers with the number of a user."""

    def numbered():
        number = act()
        names[number] = f"<{name}>"
        return names[number]

    tell(call, numbered)


def number(name):
    return next((key for key, value in names.items() if value == f"<{name}>"), 9999)


keys = {}


def validated(call, keep, *arguments):
    def answer():
        key, is_admin, userid = users.validate_user(*arguments)
        if key:
            keys[keep] = key
        return ["<key>" if key else key, is_admin, names.get(userid, userid)]

    tell(call, answer)


def checked(call, key):
    def answer():
        rc, username, userid, extra = users.check_key(key)
        return [rc, username, names.get(userid, userid), shown(extra)]

    tell(call, answer)


def listed(*arguments):
    known = {key: f"<key of {name}>" for name, key in keys.items()}
    return sorted(
        [username, known.get(key, key), round((expiration - clock.now) / 1000)]
        for username, key, expiration in users.list_sessions(*arguments)
    )


# Opening
tell("UserSpace() without a name", lambda: bool(UserSpace()))
os.environ["PGUSERS_CONNECTION_STRING"] = "dbname=crm"
tell("UserSpace() with a connection string that names one", lambda: bool(UserSpace()))
del os.environ["PGUSERS_CONNECTION_STRING"]
users = UserSpace(**params)
tell("UserSpace(…) again: the same object", lambda: UserSpace(**params) is users)
tell("the constants", lambda: [pgusers.OK, pgusers.NOT_FOUND, pgusers.EXPIRED, pgusers.REJECTED])

# createUser
named("createUser alice", "alice", lambda: users.create_user("alice", "correct horse", "alice@example.com", True, {"phone": "555"}))
tell("createUser alice again", lambda: users.create_user("alice", "pw", "other@example.com"))
named("createUser Alice", "Alice", lambda: users.create_user("Alice", "another", "Alice@example.com"))
named("createUser bob", "bob", lambda: users.create_user("bob", "hunter2", "bob@example.com"))
named("createUser bob2 with bob's email", "bob2", lambda: users.create_user("bob2", "pw", "bob@example.com"))
named("createUser with an empty password, without an email", "carol", lambda: users.create_user("carol", "", None))
named("createUser with an empty username", "nameless", lambda: users.create_user("", "pw", "empty@example.com"))
named("createUser with an email that is none", "nomail", lambda: users.create_user("nomail", "pw", "no address"))
tell("createUser with 21 characters", lambda: users.create_user("x" * 21, "pw", "long@example.com"))
tell("createUser with an email of 129 characters", lambda: users.create_user("long", "pw", "e" * 20 + "@" + "d" * 50 + "." + "d" * 52 + ".test"))
tell("createUser with admin=1", lambda: users.create_user("one", "pw", "one@example.com", 1))
tell("createUser with admin=None", lambda: users.create_user("none", "pw", "none@example.com", None))
tell("createUser without a password", lambda: users.create_user("nopw", None, "nopw@example.com"))
tell("createUser with NUL in the username", lambda: users.create_user("a\x00b", "pw", "nul@example.com"))
tell("createUser with extra data that cannot be kept", lambda: users.create_user("fn", "pw", "fn@example.com", False, lambda: 1))
extra = {
    "when": datetime.datetime(2024, 2, 29, 12, 0, tzinfo=datetime.timezone.utc),
    "tags": {"a", "b"},
    "bytes": b"\x00\xff",
    "big": 2**70,
    "nested": [1, None, {"deep": True}],
}
named("createUser dora with extra data", "dora", lambda: users.create_user("dora", "pw", "dora@example.com", False, extra))

# findUser
tell("findUser()", lambda: users.find_user())
tell("findUser alice", lambda: users.find_user(username="alice"))
tell("findUser unknown", lambda: users.find_user(username="nobody"))
tell("findUser by email", lambda: users.find_user(email="alice@example.com"))
tell("findUser by email in other case", lambda: users.find_user(email="ALICE@EXAMPLE.COM"))
tell("findUser by username in other case", lambda: users.find_user(username="ALICE"))
tell("findUser by userid", lambda: users.find_user(userid=number("bob")))
tell("findUser by userid as text", lambda: users.find_user(userid=str(number("bob"))))
tell("findUser by userid abc", lambda: users.find_user(userid="abc"))
tell("findUser by username and another's email", lambda: users.find_user(username="alice", email="bob@example.com"))
tell("findUser dora: extra data", lambda: users.find_user(username="dora"))

# validateUser
validated("validateUser alice", "alice", "alice", "correct horse")
validated("validateUser alice with extra data", "alice2", "alice", "correct horse", {"cart": [1, 2]})
validated("validateUser bob", "bob", "bob", "hunter2")
validated("validateUser with a wrong password", "-", "alice", "wrong")
validated("validateUser with an empty password", "-", "alice", "")
validated("validateUser carol, whose password is empty", "carol", "carol", "")
validated("validateUser unknown", "-", "nobody", "pw")
validated("validateUser by email", "-", "alice@example.com", "correct horse")
validated("validateUser in other case", "-", "ALICE", "correct horse")
validated("validateUser without a username", "-", None, "pw")
validated("validateUser without a password", "-", "alice", None)

# checkKey, setSessionTTL, listSessions, killSessions
checked("checkKey alice", keys["alice"])
checked("checkKey alice with extra data", keys["alice2"])
checked("checkKey unknown", "0" * 32)
checked("checkKey empty", "")
checked("checkKey null", None)
tell("listSessions of alice", lambda: listed(number("alice")))
tell("listSessions of everybody", lambda: listed(0))
tell("listSessions of everybody, expired", lambda: listed(0, True))
tell("listSessions of nobody", lambda: listed(9999))
tell("setSessionTTL(3600)", lambda: users.set_session_TTL(3600))
validated("validateUser bob under the new TTL", "bob2", "bob", "hunter2")
checked("checkKey alice under the new TTL", keys["alice"])
clock.now += 3500
checked("checkKey bob's new session 3500 s later", keys["bob2"])
clock.now += 3200
checked("checkKey it another 3200 s later: renewed", keys["bob2"])
checked("checkKey alice 6700 s later: expired", keys["alice"])
checked("checkKey alice again", keys["alice"])
checked("checkKey her other session, not checked since the old TTL", keys["alice2"])
tell("listSessions of bob", lambda: listed(number("bob")))
clock.now += 864000
tell("listSessions of everybody, expired, ten days later", lambda: listed(0, True))
validated("validateUser bob ten days later", "bob3", "bob", "hunter2")
tell("killSessions of bob, expired", lambda: users.kill_sessions(number("bob"), True))
tell("listSessions of bob after it", lambda: listed(number("bob")))
tell("killSessions of nobody", lambda: users.kill_sessions(9999))
tell("killSessions of bob", lambda: users.kill_sessions(number("bob")))
checked("checkKey bob after it", keys["bob3"])
validated("validateUser alice once more", "alice3", "alice", "correct horse")
tell("killSessions of everybody", lambda: users.kill_sessions(0))
tell("listSessions of everybody after it", lambda: listed(0))
tell("UserSpace(…) again: the TTL is kept", lambda: UserSpace(**params).ttl)
tell("setSessionTTL(-100)", lambda: users.set_session_TTL(-100))
tell("setSessionTTL(864000)", lambda: users.set_session_TTL(864000))

# changePassword
validated("validateUser bob before his password changes", "bob4", "bob", "hunter2")
tell("changePassword without the old one", lambda: users.change_password(number("bob"), "second"))
checked("checkKey bob after it was changed", keys["bob4"])
tell("changePassword with a wrong old one", lambda: users.change_password(number("bob"), "third", "hunter2"))
tell("changePassword with an empty old one", lambda: users.change_password(number("bob"), "third", ""))
tell("changePassword with the old one", lambda: users.change_password(number("bob"), "third", "second"))
tell("changePassword of nobody", lambda: users.change_password(9999, "x"))
tell("changePassword to none", lambda: users.change_password(number("bob"), None))
validated("validateUser bob with the old password", "-", "bob", "second")
validated("validateUser bob with the new password", "bob5", "bob", "third")

# isAdmin, setAdmin
tell("isAdmin alice", lambda: users.is_admin(number("alice")))
tell("isAdmin bob", lambda: users.is_admin(number("bob")))
tell("isAdmin nobody", lambda: users.is_admin(9999))
tell("setAdmin bob", lambda: users.set_admin(number("bob")))
tell("isAdmin bob after it", lambda: users.is_admin(number("bob")))
tell("setAdmin bob, false", lambda: users.set_admin(number("bob"), False))
tell("isAdmin bob after that", lambda: users.is_admin(number("bob")))
checked("checkKey bob, no administrator any more", keys["bob5"])
tell("setAdmin nobody", lambda: users.set_admin(9999))

# modifyUser
tell("modifyUser, nothing", lambda: users.modify_user(number("bob")))
tell("modifyUser nobody, nothing", lambda: users.modify_user(9999))
tell("modifyUser nobody, email", lambda: users.modify_user(9999, email="x@example.com"))
tell("modifyUser bob, email", lambda: users.modify_user(number("bob"), email="bobby@example.com"))
tell("modifyUser bob, extra data", lambda: users.modify_user(number("bob"), extra_data={"a": 1}))
tell("modifyUser bob, no extra data", lambda: users.modify_user(number("bob"), extra_data=None))
tell("findUser bob after it", lambda: users.find_user(username="bob"))
tell("modifyUser bob, empty extra data", lambda: users.modify_user(number("bob"), extra_data={}))
tell("modifyUser bob, username", lambda: users.modify_user(number("bob"), username="bobby"))
tell("findUser bobby", lambda: users.find_user(username="bobby"))
tell("modifyUser bob, 21 characters", lambda: users.modify_user(number("bob"), username="x" * 21))
tell("modifyUser bob, alice's email", lambda: users.modify_user(number("bob"), email="alice@example.com"))
tell("modifyUser bob, alice's username", lambda: users.modify_user(number("bob"), username="alice"))
validated("validateUser alice after it", "-", "alice", "correct horse")
# So that both sides go on alike.
with contextlib.suppress(Exception):
    users.modify_user(number("bob"), username="bobby", email="bobby@example.com")

# allUsers
for name in ("bob2", "nameless", "nomail", "one"):
    found = {"nameless": "", "bob2": "bob2"}.get(name, name)
    with contextlib.suppress(Exception):
        users.delete_user(username=found)
# Where Alice stands beside alice is a matter of the server's collation.
tell(
    "allUsers",
    lambda: sorted(
        ([names.get(row[0], row[0]), *row[1:]] for row in users.all_users()),
        key=lambda row: (row[1].lower(), row[1]),
    ),
)

# close
tell("close()", lambda: users.close())
tell("isAdmin alice after close()", lambda: users.is_admin(number("alice")))

# deleteUser
tell("deleteUser()", lambda: users.delete_user())
tell("deleteUser unknown", lambda: users.delete_user(username="nobody"))
validated("validateUser carol before she is deleted", "carol2", "carol", "")
tell("deleteUser carol and dora's userid: the name decides", lambda: users.delete_user(username="carol", userid=number("dora")))
checked("checkKey carol after it", keys["carol2"])
tell("deleteUser carol again, by userid", lambda: users.delete_user(userid=number("carol")))
tell("findUser dora after it", lambda: users.find_user(username="dora") is not None)
tell("deleteUser dora by userid", lambda: users.delete_user(userid=number("dora")))
for name in ("Alice", "bobby"):
    users.delete_user(username=name)


# usermgr
def manage(arguments, answers=()):
    """Its exit code, what it said, and what it asked for."""
    said, asked, left = io.StringIO(), [], list(answers)

    def getpass(prompt):
        asked.append(prompt)
        return left.pop(0)

    usermgr.getpass = getpass
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        try:
            code = usermgr.main(arguments)
        except SystemExit as end:
            code = end.code
        except Exception:
            code = "traceback"
    text = re.sub(r"uid: \d+", "uid: <uid>", said.getvalue())
    for known, label in names.items():
        if label in ("<alice>", "<dan>"):
            text = text.replace(f"'userid': {known},", f"'userid': {label},").replace(f"{known:5}|", f"{label:5}|")
    return {"code": code or 0, "said": text, "asked": asked}


for variable, parameter in (("PGUSERS_HOST", "host"), ("PGUSERS_PORT", "port"), ("PGUSERS_ADMIN", "user"), ("PGUSERS_PASSWORD", "password")):
    if server.get(parameter):
        os.environ[variable] = str(server[parameter])


def usermgr_call(call, arguments, answers=()):
    tell(f"usermgr crm {call}", lambda: manage(["crm", *arguments], answers))


usermgr_call("list", ["list"])
usermgr_call("adduser notmail", ["adduser", "notmail"])
usermgr_call("adduser dan@x.org dan, passwords that differ", ["adduser", "dan@x.org", "dan"], ["1", "2", "3", "4", "5", "6"])
usermgr_call("adduser dan@x.org dan", ["adduser", "dan@x.org", "dan"], ["a", "b", "pw", "pw"])
names[users.find_user(username="dan")["userid"]] = "<dan>"
usermgr_call("adduser dan@x.org dan again", ["adduser", "dan2@x.org", "dan"], ["pw", "pw"])
usermgr_call("adduser long@x.org, 21 characters", ["adduser", "long@x.org", "l" * 21], ["pw", "pw"])
usermgr_call("adduser --admin carol@x.org", ["adduser", "--admin", "carol@x.org"], ["pw", "pw"])
usermgr_call("info dan", ["info", "dan"])
usermgr_call("info dan@x.org", ["info", "dan@x.org"])
usermgr_call("info nobody", ["info", "nobody"])
usermgr_call("setadmin dan", ["setadmin", "dan"])
usermgr_call("setadmin --remove dan@x.org", ["setadmin", "--remove", "dan@x.org"])
usermgr_call("setadmin zz", ["setadmin", "zz"])
usermgr_call("cpasswd dan", ["cpasswd", "dan"], ["new", "new"])
usermgr_call("cpasswd zz", ["cpasswd", "zz"])
usermgr_call("listsessions", ["listsessions"])
usermgr_call("listsessions --all dan", ["listsessions", "--all", "dan"])
usermgr_call("listsessions zz", ["listsessions", "zz"])
usermgr_call("listsessions dan, who has none", ["listsessions", "dan"])
usermgr_call("killsessions", ["killsessions"])
usermgr_call("killsessions --all dan", ["killsessions", "--all", "dan"])
usermgr_call("killsessions zz", ["killsessions", "zz"])
usermgr_call("killsessions -x -a", ["killsessions", "-x", "-a"])
usermgr_call("killsessions dan", ["killsessions", "dan"])
usermgr_call("delete dan", ["delete", "dan"])
usermgr_call("delete zz", ["delete", "zz"])
usermgr_call("without a command", [])
usermgr_call("nonsense", ["nonsense"])
usermgr_call("adduser without an email", ["adduser"])
users.close()
