import type { Differs } from "../side-by-side.js";

const OWN_CODES = "A taken username or email is one of our errors with its code.";
const NO_TEXT = "What is no text where text belongs is one of our errors, before any database is asked.";
const USERNAME_TOO = "`username` is taken too, as in the document's example.";
const OWN_WORDS =
  "What the original leaves to Python and its driver is said here in words that name what to do.";

/** Each has its sentence in the contract, or in docs/compat/piccolo.md. */
export const differs: Differs = {
  "createUser a second one without an email": "Several users may be without an email.",
  "createUser a taken username": OWN_CODES,
  "createUser a taken email": OWN_CODES,
  "createUser email null": NO_TEXT,
  "createUser username of 101": "Refused here on every store, there by PostgreSQL alone.",
  "login name null": NO_TEXT,
  "login password null": NO_TEXT,
  "updatePassword as username": USERNAME_TOO,
  "login after as username": USERNAME_TOO,
  "login with an old hash of a short password": "An old hash is renewed, of a short password too.",
  "piccolo user create, a taken username": OWN_CODES,
  "piccolo user create, an unknown option": OWN_WORDS,
  "piccolo user change_password, unknown": "An unknown user is told, with exit code 1.",
  "piccolo user change_permissions, unknown": "An unknown user is told, with exit code 1.",
  "piccolo user change_permissions, nobody named": OWN_WORDS,
  "piccolo user change_permissions, neither true nor false": OWN_WORDS,
  "piccolo an unknown command": "A command that there is not ends with exit code 1.",
  "the twins": "JavaScript has no blocking wait; the ports have the async calls only.",
};
