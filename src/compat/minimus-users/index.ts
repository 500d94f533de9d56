/**
 * The calls of minimus-users on a user space of Watchword. `docs/compat/minimus-users.md` has every call beside what it is
 * there.
 *
 * @module watchword/compat/minimus-users
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
