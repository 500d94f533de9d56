import type { Differs } from "../side-by-side.js";

const NEEDED =
  "The port's page: an account needs a username, a usable email and a password (or null for none).";
const SIGNED_IN =
  "For a signed-in request (differs: the original checked no session), else DjMongoAuthError.";
const OWN_TYPE = "A link works once and for its own type only (differs in both).";
const EVERY_LINK = "RESET ends every session and every other link.";
const DOCUMENT =
  "authenticated()(handler) as in the program, authenticated(handler) and a method decorator as in the document.";
const TYPES = "The port's page: EmailTypes are texts here, and any other type is refused, not passed over.";

export const differs: Differs = {
  "register without a username": NEEDED,
  "register without a password": NEEDED,
  "register without an email": NEEDED,
  "register with a bad email": NEEDED,
  "register a password of 5000 characters":
    "The port's page: a password has 4096 bytes at most, so that hashing one is no way to keep a server busy.",
  "login again gives the same token":
    "Differs: a fresh opaque token at each sign-in (the original handed the same unsigned text out again).",
  "wrong and unknown have one message": "Wrong or unknown: DjMongoAuthError, one message for both.",
  "authenticated with one's own key and another's id":
    "Differs: the original's check let one's own key pass with another user's id.",
  "authenticated before a function, as in the document": DOCUMENT,
  "authenticated before a method": DOCUMENT,
  "its mail": "The mail ends by saying to ignore it if unasked for.",
  "its mail too": "The mail has the site's name (the original's text named another site).",
  "sendEmail without a token": SIGNED_IN,
  "sendEmail with a token cut short": SIGNED_IN,
  "sendEmail with a made-up token": SIGNED_IN,
  "sendEmail after a week": SIGNED_IN,
  "sendEmail with the type as text": TYPES,
  "sendEmail with no such type": TYPES,
  "the name is escaped in HTML": "A link mail, text and HTML (escaped).",
  "sendEmail VERIFY to a verified address":
    "The port's page: an address that is verified already gets no further mail to verify it.",
  "follow RESET as VERIFY": OWN_TYPE,
  "follow VERIFY as RESET": OWN_TYPE,
  "follow the other RESET link": EVERY_LINK,
  "follow a VERIFY link from before": EVERY_LINK,
  "view register without a field": "Any failure, a missing field included: 400 {error}.",
  "view logout GET": "Any other method 405.",
};
