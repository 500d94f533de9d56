/**
 * The calls of minimus-users, for programs that come from it: `docs/compat/minimus-users.md` has the table of what each is in
 * Watchword's own API.
 */

export { userServicesCli } from "./command-line.js";
export { renderLogin } from "./login-page.js";
export { close, type InitializeOptions, initialize } from "./opening.js";
export type { Fields, UserRecord } from "./records.js";
export {
  authenticate,
  createUser,
  deleteUser,
  getUser,
  getUsers,
  type UserName,
  updateUser,
} from "./users.js";
