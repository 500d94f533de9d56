"""Takes the steps of steps.json on the original, and prints what each call answers: one JSON object a line."""

import json
import os
import time
from pathlib import Path

from pymongo import MongoClient

import easy_mongodb_auth_handler as emdb
from easy_mongodb_auth_handler.package_functions import func

STEPS = json.loads((Path(__file__).parent / "steps.json").read_text())
URL = os.environ["ORIGINAL_URL"]
DATABASE = "side_by_side"
# The default forces TLS.
PLACE = {"mongo_uri": URL, "db_name": DATABASE, "certs": None}
MAIL = {
    "server": "127.0.0.1",
    "port": int(os.environ["ORIGINAL_SMTP_PORT"]),
    "username": os.environ["ORIGINAL_SMTP_USER"],
    "password": os.environ["ORIGINAL_SMTP_PASSWORD"],
}

# The clock stands still until a step moves it.
started = int(time.time())
moved = 0.0
time.time = lambda: started + moved

objects = {
    "auth": emdb.Auth(**PLACE, mail_info=MAIL, readable_errors=False),
    "readable": emdb.Auth(**PLACE, mail_info=MAIL),
    "mailless": emdb.Auth(**PLACE, readable_errors=False),
    "open": emdb.Auth(**PLACE, mail_info=MAIL, readable_errors=False, blocking=False),
    "limited": emdb.Auth(**PLACE, mail_info=MAIL, readable_errors=False, rate_limit=3),
    "penal": emdb.Auth(
        **PLACE, mail_info=MAIL, readable_errors=False, rate_limit=2, rate_limit_penalty=5
    ),
    "utils": emdb.Utils(**PLACE, readable_errors=False),
    "coredb": emdb.CoreDB(**PLACE),
    "package": emdb,
    "func": func,
}
classes = {"Auth": emdb.Auth, "Utils": emdb.Utils, "CoreDB": emdb.CoreDB}
users = MongoClient(URL)[DATABASE]["users"]
kept = {}


def code_of(email):
    found = users.find_one({"email": email})
    return (found or {}).get("verification_code") or ""


def argument(value):
    if isinstance(value, dict) and "$code" in value:
        return code_of(value["$code"])
    if isinstance(value, dict) and "$kept" in value:
        return kept[value["$kept"]]
    if isinstance(value, dict) and "$repeat" in value:
        return value["$repeat"][0] * value["$repeat"][1]
    return value


def plain(answer):
    """What differs by nature made alike."""
    if isinstance(answer, dict) and set(answer) == {"success", "message"}:
        is_text = isinstance(answer["message"], str) and not answer["message"].startswith("data:")
        return {**answer, "message": "<text>"} if is_text else answer
    return answer


def take(step):
    if "construct" in step:
        # The words of the options are the original's in both files.
        classes[step["construct"]](**step["options"])
        return "made"
    method = getattr(objects[step["on"]], step["method"])
    answer = method(*[argument(each) for each in step.get("args", [])], **step.get("options", {}))
    if "keep" in step:
        kept[step["keep"]] = answer
    if step.get("readable"):
        return answer
    if "shape" in step:
        return step["shape"]
    return plain(answer)


def main():
    global moved
    os.chdir("/")
    objects["coredb"].reset_db()
    for step in STEPS:
        if "advance" in step:
            moved += step["advance"]
            continue
        if "codeLength" in step:
            answer = len(code_of(step["codeLength"]))
        else:
            try:
                answer = take(step)
            except Exception:  # whatever it is, it was thrown
                answer = "throws"
        print(json.dumps({"call": step["call"], "answer": answer}), flush=True)


main()
