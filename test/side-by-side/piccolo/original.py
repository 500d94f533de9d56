"""Makes the calls of the comparison on Piccolo's own BaseUser, in an empty PostgreSQL database."""

import asyncio
import getpass
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

URL = os.environ["ORIGINAL_URL"]

folder = tempfile.TemporaryDirectory(prefix="watchword-")
with open(os.path.join(folder.name, "piccolo_conf.py"), "w") as file:
    file.write(
        "import os\n"
        "from piccolo.conf.apps import AppRegistry\n"
        "from piccolo.engine.postgres import PostgresEngine\n"
        "DB = PostgresEngine(config={'dsn': os.environ['ORIGINAL_URL']})\n"
        "APP_REGISTRY = AppRegistry(apps=['piccolo.apps.user.piccolo_app'])\n"
    )
sys.path.insert(0, folder.name)

from piccolo.apps.user.tables import BaseUser  # noqa: E402

IDS = {}


def tell(call, answer):
    print(json.dumps({"call": call, "answer": answer}, ensure_ascii=False), flush=True)


async def outcome(call):
    """What came back; of the original's own errors the words, of a driver's its kind."""
    try:
        return await call()
    except ValueError as error:
        return {"error": str(error)}
    except Exception as error:
        return {"error": type(error).__name__}


def shown(user):
    fields = {name: value for name, value in user.to_dict().items() if name != "password"}
    IDS[user.username] = fields["id"]
    return {**fields, "id": type(fields["id"]).__name__}


async def create(call, **columns):
    async def made():
        return shown(await BaseUser.create_user(**columns))

    tell(f"createUser {call}", await outcome(made))


async def login(call, username, password):
    async def signed_in():
        found = await BaseUser.login(username=username, password=password)
        return None if found is None else next(name for name, number in IDS.items() if number == found)

    tell(f"login {call}", await outcome(signed_in))


async def update(call, **change):
    tell(f"updatePassword {call}", await outcome(lambda: BaseUser.update_password(**change)))


async def has_signed_in(call, username):
    row = await BaseUser.select(BaseUser.last_login).where(BaseUser.username == username).first()
    tell(f"last_login {call}", row["last_login"] is not None)


def old_hash(password):
    salt = "5f0e" * 8
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), 10_000).hex()
    return f"pbkdf2_sha256$10000${salt}${digest}"


async def insert_with_old_hash(username, password):
    user = BaseUser(username=username, email=f"{username}@example.com", password=old_hash(password))
    await user.save()
    IDS[username] = user.id


async def calls():
    await create("with everything", username="bob", password="bob123", email="bob@example.com", active=True, admin=True, superuser=True, first_name="Bob", last_name="Martin")
    await create("with a name and a password", username="alice", password="alice wonders")
    await create("a second one without an email", username="carol", password="carol wonders")
    await create("last_name null", username="dan", password="dan's own", email="dan@example.com", last_name=None)
    await create("no username", username="", password="secret")
    await create("username null", username=None, password="secret")
    await create("no password", username="erin", password="")
    await create("password null", username="erin", password=None)
    await create("neither", username="", password="")
    await create("password of 5", username="erin", password="12345")
    await create("password of 5 emoji", username="erin", password="🔐" * 5)
    await create("password of 6", username="six", password="sixsix", email="six@example.com")
    await create("password of 128", username="max", password="m" * 128, email="max@example.com")
    await create("password of 128 emoji", username="emoji", password="🔐" * 128, email="emoji@example.com")
    await create("password with NUL", username="nul", password="nul\0nul", email="nul@example.com")
    await create("password of 129", username="erin", password="m" * 129)
    await create("a hashed password", username="erin", password="pbkdf2_sha256$1$a$b")
    await create("a hashed password of 129", username="erin", password="pbkdf2_sha256" + "x" * 116)
    await create("a taken username", username="bob", password="secret", email="other@example.com")
    await create("a taken email", username="erin", password="secret", email="bob@example.com")
    await create("the same in another case", username="BOB", password="upper bob", email="Bob@example.com")
    await create("an unknown column", username="erin", password="secret", email="erin@example.com", nosuch=1)
    await create("two unknown columns", username="erin", password="secret", email="erin@example.com", nosuch=1, other=2)
    await create("email null", username="erin", password="secret", email=None)
    await create("username of 100", username="n" * 100, password="secret", email="hundred@example.com")
    await create("username of 101", username="n" * 101, password="secret", email="more@example.com")

    await has_signed_in("before", "bob")
    await login("wrong password", "bob", "bob124")
    await login("empty password", "bob", "")
    await login("unknown", "nobody", "bob123")
    await login("no name", "", "bob123")
    await login("by email", "bob@example.com", "bob123")
    await login("in another case", "Bob", "bob123")
    await login("the other BOB's password", "bob", "upper bob")
    await has_signed_in("after failures", "bob")
    await login("right", "bob", "bob123")
    await has_signed_in("after success", "bob")
    await login("BOB", "BOB", "upper bob")
    await login("an inactive one", "alice", "alice wonders")
    await login("password of 128", "max", "m" * 128)
    await login("password of 129", "max", "m" * 129)
    await login("password of 127", "max", "m" * 127)
    await login("password of 128 emoji", "emoji", "🔐" * 128)
    await login("password with NUL", "nul", "nul\0nul")
    await login("password cut at NUL", "nul", "nul")
    await login("name of 100", "n" * 100, "secret")
    await login("name of 101", "n" * 101, "secret")
    await login("name null", None, "secret")
    await login("password null", "bob", None)

    await update("by id", user=IDS["bob"], password="by the id")
    await login("after that, the old one", "bob", "bob123")
    await login("after that, the new one", "bob", "by the id")
    await update("by username", user="bob", password="by the name")
    await login("after by username", "bob", "by the name")
    await update("as username", username="bob", password="as username")
    await login("after as username", "bob", "as username")
    await update("unknown username", user="nobody", password="secret")
    await update("unknown id", user=99999, password="secret")
    await update("negative id", user=-1, password="secret")
    await update("an id as text", user="1", password="secret")
    await update("empty username", user="", password="secret")
    await update("null", user=None, password="secret")
    await update("1.5", user=1.5, password="secret")
    await update("a short one", user="six", password="short")
    await update("an empty one", user="six", password="")
    await update("a long one", user="six", password="m" * 129)
    await update("a hashed one", user="six", password="pbkdf2_sha256$1$a$b")
    await update("a short one of nobody", user="nobody", password="short")
    await update("of nobody with null for a name", user=None, password="short")
    await login("after all that was refused", "six", "sixsix")

    await insert_with_old_hash("veteran", "since 2022")
    await insert_with_old_hash("tiny", "abc")
    await login("with an old hash", "veteran", "since 2022")
    await login("with an old hash, again", "veteran", "since 2022")
    await login("with an old hash, wrong", "veteran", "since 2023")
    await login("with an old hash of a short password", "tiny", "abc")


PASSWORD_PROMPTS = ["Enter password:", "Confirm password:"]


def run(*args, lines=()):
    ended = subprocess.run(
        [sys.executable, "-m", "piccolo.main", *args],
        cwd=folder.name,
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": folder.name, "PYTHONWARNINGS": "ignore"},
    )
    lines = re.sub(r"\x1b\[\d+m", "", ended.stdout).split("\n")
    failed = "The command failed." in lines
    if failed:
        at = lines.index("The command failed.")
        lines = lines[: at + 2]
    errors = [line for line in ended.stderr.split("\n") if line in ["Passwords don't match!"]]
    said = [line for line in lines + errors if line != ""]
    said = [re.sub(r"^Created User \d+$", "Created User <id>", line) for line in said]
    said = [line.replace(f"({getpass.getuser()})", "(<me>)") for line in said]
    return {
        "code": ended.returncode,
        "hidden": [line for line in ended.stderr.split("\n") if line in PASSWORD_PROMPTS],
        "said": said,
    }


def command(call, *args, lines=()):
    tell(f"piccolo {call}", run(*args, lines=lines))


def listing(call, *args):
    """Without ids and times, which are of this database alone."""
    answer = run("user", "list", *args)
    rows = [[cell.strip() for cell in line.split(" | ")] for line in answer["said"] if " | " in line]
    tell(f"piccolo user list {call}", {"code": answer["code"], "rows": [row[1:-1] for row in rows]})


def commands():
    given = ["--username=fred", "--email=fred@example.com", "--password=fred123"]
    rights = ["--is_admin=t", "--is_superuser=false", "--is_active=True"]
    command("user create with arguments", "user", "create", *given, *rights)
    command("user create, a taken username", "user", "create", *given[:1], "--email=f2@example.com", *given[2:], *rights)
    command("user create, a short password", "user", "create", "--username=gus", "--email=gus@example.com", "--password=short", *rights)
    command("user create, an unknown option", "user", "create", *given, "--nosuch=1")
    command("user new, asked for all", "user", "new", lines=["gus", "gus@example.com", "gus's own", "gus's own", "perhaps", "y", "n", "", "y"])
    command("user create, asked for the password", "user", "create", "--username=hal", "--email=hal@example.com", "--is_admin", "--is_superuser=f", "--is_active=False", lines=["hal's own", "hal's own"])
    command("user create, passwords that differ", "user", "create", *given[:2], lines=["one two three", "four five six"])
    listing("the last three", "--order_by=-id", "--limit=3")
    listing("the second page of them", "--order_by=-id", "--limit=1", "--page=2")
    listing("by position", "2", "1", "-id")
    command("user list, an unknown order", "user", "list", "--order_by=password")
    command("user list, page 0", "user", "list", "--page=0")
    command("user list, limit 0", "user", "list", "--limit=0")
    command("user list, past the end", "user", "ls", "--page=99")
    command("user change_password", "user", "change_password", lines=["gus", "gus's new one", "gus's new one"])
    command("user change_password, unknown", "user", "change_password", lines=["nobody", "secret", "secret"])
    command("user change_password, passwords that differ", "user", "pass", lines=["gus", "one two", "three four"])
    command("user change_password, a short one", "user", "password", lines=["gus", "short", "short"])
    command("user change_permissions", "user", "change_permissions", "gus", "--active=false", "--superuser")
    listing("after that", "--order_by=-id", "--limit=2")
    command("user change_permissions, nothing", "user", "perm", "gus")
    command("user change_permissions, unknown", "user", "perms", "nobody", "--admin")
    command("user change_permissions, nobody named", "user", "perms")
    command("user change_permissions, neither true nor false", "user", "perms", "gus", "--active=perhaps")
    unknown = run("user", "nosuch")
    # What follows is the help.
    tell("piccolo an unknown command", {**unknown, "said": unknown["said"][:1]})


tell("piccolo migrations forwards user", {"code": run("migrations", "forwards", "user")["code"]})
tell("piccolo migrations forwards user, again", {"code": run("migrations", "forwards", "user")["code"]})
tell("piccolo user list, nobody there", run("user", "list"))
asyncio.run(calls())
commands()
tell("the twins", sorted(name for name in ["create_user_sync", "login_sync", "update_password_sync"] if hasattr(BaseUser, name)))
folder.cleanup()
