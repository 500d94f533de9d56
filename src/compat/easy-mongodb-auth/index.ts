/**
 * The calls of easy-mongodb-auth-handler over a user space. `docs/compat/easy-mongodb-auth.md` has them all.
 *
 * @module watchword/compat/easy-mongodb-auth
 */
export { Auth } from "./auth.js";
export { CoreDB } from "./core-db.js";
export {
  checkPassword,
  generateSecureCode,
  getVersion,
  hashPassword,
  validateEmail,
  verifyPassword,
} from "./extras.js";
export type { Answer } from "./handle.js";
export type { MailInfo } from "./mail-options.js";
export { getMessages, type Messages, type OutcomeName } from "./messages.js";
export type { AuthOptions, ConnectionOptions } from "./options.js";
export { Utils } from "./utils.js";
