import type { Differs } from "../side-by-side.js";

const TAKEN_EMAIL =
  "Contract, createUser: a taken email is a BadCallError (the original documents the refusal of a taken email and does not do it).";
const TAKEN =
  "Contract, modifyUser: a taken username or email is a BadCallError (the original writes a second row of that name, and then neither can sign in).";
const LONG =
  "Contract, createUser: a username over 20 or an email over 128 characters is a BadCallError. It is one on both sides; the text is PostgreSQL's there.";
const FLAG = "A BadCallError on both sides; the text is PostgreSQL's there, and quotes the row.";
const NAME = "The page of the port: usernames are not empty, and hold no control characters.";
const MISTAKE =
  "The page of the port: what the caller gave and what cannot be is a BadCallError; there it is Python's or psycopg's own error.";
const CAMEL_CASE = "Contract: the calls have their names in camelCase.";
const NEVER_A_STACK = "Contract, command line: exit code 1 on refusal, never a stack trace.";

/** What the contract of the five systems, or the page of the port (`docs/compat/pgusers.md`), says of each difference. */
export const differs: Differs = {
  "createUser bob2 with bob's email": TAKEN_EMAIL,
  "createUser with an empty username": NAME,
  "createUser with an email that is none": "The page of the port: an email is an address, or null.",
  "createUser with 21 characters": LONG,
  "createUser with an email of 129 characters": LONG,
  "createUser with admin=1": FLAG,
  "createUser with admin=None": FLAG,
  "createUser without a password": MISTAKE,
  "createUser with NUL in the username": NAME,
  "createUser with extra data that cannot be kept": MISTAKE,
  "findUser()": CAMEL_CASE,
  "findUser by userid abc":
    "Contract, findUser: a userid that is no number is null (a database error that broke the connection).",
  "validateUser without a password":
    'Contract, validateUser: ["", false, null], also for null arguments; a TypeError there.',
  "setSessionTTL(-100)":
    "The page of the port: a time to live is a thousandth of a second at least. There, the next check answered OK and moved the session into the past.",
  "checkKey bob after it was changed":
    "Contract, changePassword: ends the user's sessions, which the original let live; an option keeps them.",
  "changePassword to none": MISTAKE,
  "setAdmin nobody":
    "Contract, isAdmin and setAdmin: an unknown user is a BadCallError (setAdmin was silent).",
  "modifyUser bob, 21 characters": LONG,
  "modifyUser bob, alice's email": TAKEN,
  "modifyUser bob, alice's username": TAKEN,
  "validateUser alice after it": TAKEN,
  "deleteUser()": CAMEL_CASE,
  "usermgr crm adduser dan@x.org dan again": NEVER_A_STACK,
  "usermgr crm adduser long@x.org, 21 characters": NEVER_A_STACK,
  "usermgr crm listsessions zz": NEVER_A_STACK,
  "usermgr crm killsessions zz": NEVER_A_STACK,
  "usermgr crm without a command": NEVER_A_STACK,
};
