import { type ErrorCode, WatchwordError } from "../../base/errors.js";
import { requireJsonObject, requireText, USER_DATA_LIMIT } from "../../base/input.js";
import type { UserSpace, UserWithData } from "../../index.js";
import { openedSpace, SYSTEM } from "./opening.js";
import { type Fields, toData, toRecord, type UserRecord } from "./records.js";

/** How a user is named: `uid` wins where both are given. */
export interface UserName {
  readonly username?: string | null;
  readonly uid?: string | null;
}

/**
 * Whether this is the password of the user with this name. Whatever is given or stored, it answers with true or false; only a
 * database or a server that cannot answer at all throws (`store-unavailable`, `busy`). A user whom an operator of Watchword
 * blocked or switched off is not let in; a field `is_active` keeps nobody out.
 *
 * @throws WatchwordError `closed` before `initialize`
 * @example
 * ```ts
 * await initialize("userdata");
 * await createUser("ada", "engine");
 * console.log(await authenticate("ada", "engine"), await authenticate("ada", "steam")); // true false
 * ```
 */
export async function authenticate(username: string, password: string): Promise<boolean> {
  const space = openedSpace();
  if (typeof password !== "string") return false;
  try {
    const user = await find(space, { username });
    const isRight = await space.passwords.check(user?.id ?? null, password, {
      renew: true,
      ...(typeof username === "string" && { name: username }),
    });
    return isRight && user?.active === true && user.blocked === null && user.secondFactor === null;
  } catch (error) {
    // Text that is no password at all; a user who was deleted in this moment.
    if (isRefused(error, ["invalid-input", "not-found"])) return false;
    throw error;
  }
}

/**
 * The record of a user, or null.
 *
 * @param name - `username`, or `uid`: the `_id` of a record.
 * @throws WatchwordError `closed` before `initialize`
 * @example
 * ```ts
 * await initialize("userdata");
 * await createUser("ada", "engine", { display_name: "Ada Lovelace" });
 * const ada = await getUser({ username: "ada" });
 * console.log(ada?.display_name); // Ada Lovelace
 * ```
 */
export async function getUser(name: UserName = {}): Promise<UserRecord | null> {
  const user = await find(openedSpace(), name);
  return user === null ? null : toRecord(user);
}

/**
 * The records of all users, in the order in which they were made.
 *
 * @throws WatchwordError `closed` before `initialize`
 * @example
 * ```ts
 * await initialize("userdata");
 * await createUser("ada", "engine");
 * console.log((await getUsers()).map((user) => user.username)); // [ 'ada' ]
 * ```
 */
export async function getUsers(): Promise<UserRecord[]> {
  const records: UserRecord[] = [];
  for await (const user of openedSpace().users.all()) records.push(toRecord(user));
  return records;
}

/**
 * Makes a user.
 *
 * @param fields - Whatever the application wants to keep on the user, 64 KiB at most. `_id` gives the user an id of one's own.
 * @returns False: the name is empty, or somebody has it.
 * @throws WatchwordError `closed` before `initialize`; `invalid-identifier` for a name that cannot be one; `password-refused`;
 * `invalid-input`; `conflict` for an `_id` that somebody has
 * @example
 * ```ts
 * await initialize("userdata");
 * const fields = { is_active: true, display_name: "John Doe" };
 * console.log(await createUser("john", "a secret", fields), await createUser("john", "another")); // true false
 * ```
 */
export async function createUser(username: string, password: string, fields: Fields = {}): Promise<boolean> {
  const { users } = openedSpace();
  for (const field of ["username", "password"])
    if (Object.hasOwn(fields, field))
      throw new WatchwordError(
        "invalid-input",
        `${field} has its own place before the fields; give it there.`,
        {
          details: { field },
        },
      );
  if (isEmptyName(username)) return false;
  const { _id } = fields;
  const origin = _id === undefined ? {} : { origin: { system: SYSTEM, id: requireText(_id, "_id") } };
  if (_id !== undefined && (await users.find({ id: requireText(_id, "_id") })) !== null)
    throw new WatchwordError("conflict", "Another user has this _id; give another one.", {
      details: { field: "_id" },
    });
  try {
    await users.create({ ...namesOf(username), ...origin, password, data: toData(fields) });
    return true;
  } catch (error) {
    if (isRefused(error, ["username-taken", "email-taken"])) return false;
    throw error;
  }
}

/**
 * Changes fields of a user; those given as null are removed, the others stay. `password` is hashed, `username` is the new
 * name. A new password ends the sessions that the user has in Watchword.
 *
 * @returns False: nobody has this name, or the new name is empty or taken.
 * @throws WatchwordError `closed` before `initialize`; `invalid-identifier` for a new name that cannot be one;
 * `password-refused`; `invalid-input`, also for `_id`, which stays as it is
 * @example
 * ```ts
 * await initialize("userdata");
 * await createUser("fred", "Wilma!", { pet: "Dino" });
 * console.log(await updateUser("fred", { pet: null, hometown: "Bedrock" })); // true
 * console.log(Object.keys((await getUser({ username: "fred" })) ?? {})); // [ '_id', 'username', 'hometown' ]
 * ```
 */
export async function updateUser(username: string, fields: Fields = {}): Promise<boolean> {
  const space = openedSpace();
  const { username: renamed, password, ...rest } = fields;
  if (rest._id !== undefined)
    throw new WatchwordError("invalid-input", "The _id of a user stays as it is; leave it out.", {
      details: { field: "_id" },
    });
  if (renamed !== undefined && isEmptyName(renamed)) return false;
  const user = await find(space, { username });
  if (user === null) return false;
  try {
    const names = renamed === undefined ? {} : namesOf(requireText(renamed, "username"));
    const data = toData({ ...addressToKeep(user, names), ...rest });
    // All that can be wrong with the fields is looked at before the first of them is written.
    requireJsonObject({ ...user.data, ...data }, "fields", USER_DATA_LIMIT);
    if (password !== undefined && password !== null)
      await requireAccepted(space, requireText(password, "password"), username);
    if (renamed !== undefined) await space.users.update(user.id, { ...lettingGo(user), ...names });
    if (rest.email !== undefined && !("email" in names)) await letGoOfAddress(space, user);
    if (password === null) await space.passwords.remove(user.id);
    else if (password !== undefined)
      await space.passwords.set(user.id, requireText(password, "password"), { notify: false });
    if (Object.keys(data).length > 0) await space.users.data.merge(user.id, data);
    return true;
  } catch (error) {
    if (isRefused(error, ["username-taken", "email-taken", "not-found"])) return false;
    throw error;
  }
}

/**
 * Deletes a user.
 *
 * @param name - `username`, or `uid`: the `_id` of a record.
 * @returns The record as it was; null: there is no such user, or somebody else has just deleted it.
 * @throws WatchwordError `closed` before `initialize`
 * @example
 * ```ts
 * await initialize("userdata");
 * await createUser("ada", "engine");
 * console.log((await deleteUser({ username: "ada" }))?.username); // ada
 * console.log(await deleteUser({ username: "ada" })); // null
 * ```
 */
export async function deleteUser(name: UserName = {}): Promise<UserRecord | null> {
  const space = openedSpace();
  const user = await find(space, name);
  if (user === null) return null;
  try {
    await space.users.delete(user.id);
  } catch (error) {
    if (isRefused(error, ["not-found"])) return null;
    throw error;
  }
  return toRecord(user);
}

async function find({ users }: UserSpace, { username, uid }: UserName): Promise<UserWithData | null> {
  try {
    if (uid !== undefined && uid !== null && uid !== "")
      // Nobody can choose an id of ours, so that it comes before one that somebody brought along.
      return (await users.find({ id: uid })) ?? (await users.find({ origin: { system: SYSTEM, id: uid } }));
    return isEmptyName(username) ? null : await users.find({ username });
  } catch (error) {
    // What is no text, or no name of anybody's.
    if (isRefused(error, ["invalid-input"])) return null;
    throw error;
  }
}

function isEmptyName(name: unknown): name is "" | null | undefined {
  return name === undefined || name === null || (typeof name === "string" && name.trim() === "");
}

/** Watchword wants a username with an `@` to be the user's own address, so that nobody poses as the owner of another's. */
function namesOf(username: string): { readonly username: string; readonly email?: string } {
  return username.normalize("NFKC").includes("@") ? { username, email: username } : { username };
}

/** The address that an import made Watchword's own is no longer the one that the application has. */
async function letGoOfAddress({ users }: UserSpace, user: UserWithData): Promise<void> {
  if (user.email === null) return;
  try {
    await users.update(user.id, { email: null });
  } catch (error) {
    // The name with an @ keeps its address.
    if (!isRefused(error, ["invalid-identifier"])) throw error;
  }
}

/** The address that stood for a name with an `@` goes with that name. */
function lettingGo({ username, email }: UserWithData): { readonly email?: null } {
  return email !== null && email === username ? { email: null } : {};
}

/** @throws WatchwordError `password-refused` */
async function requireAccepted({ passwords }: UserSpace, password: string, username: string): Promise<void> {
  const review = await passwords.review(password, { username });
  if (review.status === "password-refused")
    throw new WatchwordError("password-refused", review.message, { details: { reason: review.reason } });
}

/** What stood as `email` before a new name with an `@` took the place of it. */
function addressToKeep({ username, email }: UserWithData, names: { readonly email?: string }): Fields {
  return names.email === undefined || email === null || email === username ? {} : { email };
}

function isRefused(error: unknown, codes: readonly ErrorCode[]): boolean {
  return error instanceof WatchwordError && codes.includes(error.code);
}
