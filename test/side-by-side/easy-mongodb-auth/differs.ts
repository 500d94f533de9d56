import type { Differs } from "../side-by-side.js";

// The contract's sentences.
const DOCUMENT = "Where document and program disagree, the document wins.";
const UNFORESEEN = "An unforeseen failure is 400; there, the exception's own text.";
const NEVER_RIGHT =
  "Codes for people (null, empty, of another purpose, used, late) are never right anywhere.";
const OWN_PURPOSE = "Verification and MFA codes serve only themselves; there, one field served all.";
const MFA = "verifyMfaCode: the original never succeeds; here a code works once.";
const BLOCKED =
  "A blocked user can do nothing that needs signing in; there, reset, change of email and deletion went on, and deletion lifted the block.";
const MOVES =
  "changeEmailNoVerif: block and limit move along; there, the user got 423 for ever after. A bad new address is refused.";
const NO_PASSWORD = "A user without a password: the outcome of a wrong one; there, the exception's own text.";
const ADDS_UP = "The penalties stack, as documented; in the program they do not add up.";

export const differs: Differs = {
  "Utils with attempts, as its document has it": `${DOCUMENT} Utils takes attempts, delay and timeout, and the db… names.`,
  "Auth with rate_limiting, as its document has it": `${DOCUMENT} rateLimiting, and rateLimit, as the program names it.`,
  "register_user with password None": UNFORESEEN,
  "authenticate_user, password None": UNFORESEEN,
  "authenticate_user with mfa and no mail_info":
    "Contract, registerUser and generateCode: no mail configured throws. So does every call that mails a code.",
  "generate_code with cust_length 'abc'": UNFORESEEN,
  "… authenticate_user when closed": UNFORESEEN,
  "generate_code with cust_length -3":
    "A length that leaves too few codes is refused; there, the code was empty, and the empty code then right.",
  "verify_user again with None": NEVER_RIGHT,
  "verify_reset_code_and_reset_password, None": NEVER_RIGHT,
  "verify_reset_code_and_change_email with code None": NEVER_RIGHT,
  "delete_user_with_verif, None": NEVER_RIGHT,
  "verify_user of who needed no verification": `${NEVER_RIGHT} There, the exception's own text.`,
  "verify_mfa_code, wrong code": MFA,
  verify_mfa_code: MFA,
  "verify_mfa_code again": MFA,
  "verify_mfa_code, None": MFA,
  "verify_mfa_code with a code of generate_code": MFA,
  "verify_reset_code_and_reset_password with the code of registering": OWN_PURPOSE,
  "verify_user with a code of generate_code": OWN_PURPOSE,
  "verify_reset_code_and_reset_password with a code of mfa": OWN_PURPOSE,
  "… authenticate_user at the new address": MOVES,
  "… is_blocked at the new address": MOVES,
  "change_email_no_verif to a bad address": MOVES,
  "verify_reset_code_and_change_email with a password of ''":
    "501 where a password is given; there, the empty one was not looked at.",
  "authenticate_user without a password": NO_PASSWORD,
  "reset_password_no_verif without a password": NO_PASSWORD,
  "change_email_no_verif without a password": NO_PASSWORD,
  "delete_user without a password": NO_PASSWORD,
  "blocked: generate_code": BLOCKED,
  "blocked: reset_password_no_verif": BLOCKED,
  "blocked: verify_reset_code_and_reset_password": BLOCKED,
  "blocked: change_email_no_verif": BLOCKED,
  unblock_user: `${BLOCKED} There, the user has another address by now.`,
  "blocked: delete_user": BLOCKED,
  "… register_user_no_verif after it": `${BLOCKED} Here, the user is still there.`,
  update_usr_data: `${DOCUMENT} 205; the program says 206.`,
  "update_usr_data of a text that holds the name":
    "412 where the field is absent; there, the driver's own text.",
  "get_some_cust_usr_data of a text": "An absent field is null; there, the exception's own text.",
  "… time_since_request after two penalties": ADDS_UP,
  "… time_since_request after it": `${DOCUMENT} updateRateLimit sets the last request to now; the program adds a penalty.`,
  "authenticate_user with their first 72 bytes": "Passwords over 72 bytes count whole.",
  "get_messages(True)": `${DOCUMENT} 401 is “User exceeded rate limits.”`,
  'validate_email "a@b..c"': "An address is one that a mail server would take, too.",
  'validate_email "a@b.c\\n"': "An address is one that a mail server would take, too.",
  "validate_email None": "What is no text is no address; there, it was thrown.",
};
