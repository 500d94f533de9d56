/**
 * The calls of pgusers 0.9.4 on a user space of Watchword. `docs/compat/pgusers.md` has every call beside what it is here.
 *
 * @module watchword/compat/pgusers
 */
export type { LibpqParameter, UserSpaceOptions } from "./options.js";
export { BadCallError, EXPIRED, NOT_FOUND, OK, REJECTED } from "./outcomes.js";
export type { UserId } from "./people.js";
export {
  type FoundUser,
  type NewUserOptions,
  type UserChanges,
  UserSpace,
} from "./user-space.js";
