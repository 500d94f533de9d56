import { requireJsonObject, USER_DATA_LIMIT } from "../../base/input.js";
import type { UserSpace as Space, UserWithData } from "../../index.js";
import { Connection } from "./connection.js";
import { extraDataOf, replacedExtraData, withExtraData } from "./extra-data.js";
import { asBadCalls, isFailure } from "./failures.js";
import { findUrl, placeOf, type UserSpaceOptions } from "./options.js";
import { BadCallError, EXPIRED, NOT_FOUND, OK, REJECTED } from "./outcomes.js";
import {
  byNumber,
  found,
  keptEmail,
  newSession,
  noSuchUser,
  numberOf,
  ofUser,
  type UserId,
} from "./people.js";

export interface NewUserOptions {
  readonly admin?: boolean;
  /** See {@link UserSpace}. */
  readonly extraData?: unknown;
}

/** What is null, or not given, stays. */
export interface UserChanges {
  readonly username?: string | null;
  readonly email?: string | null;
  /** Replaced whole. */
  readonly extraData?: unknown;
}

/** Somebody as {@link UserSpace.findUser} tells of them. */
export interface FoundUser {
  readonly userid: number;
  readonly username: string | null;
  readonly email: string | null;
  readonly admin: boolean;
  readonly extra_data: unknown;
}

const LONGEST_USERNAME = 20;
const LONGEST_EMAIL = 128;
const DEFAULT_TTL = 864_000;

/** By what tells their databases apart. */
const userspaces = new Map<string, UserSpace>();

/**
 * A userspace of pgusers 0.9.4: its users, and their sessions. It is there at once; the first call connects, and so does the
 * first one after {@link close}. Opening the same userspace again in a process gives the same object.
 *
 * `extraData` is what the application keeps on a user or a session: anything of plain objects, arrays, texts, numbers,
 * booleans, null, `Date`, `bigint`, `Uint8Array`, `Set` and `Map`, 64 KiB of it on a user and 16 KiB on a session.
 *
 * Calls answer with the constants {@link OK}, {@link NOT_FOUND}, {@link EXPIRED} and {@link REJECTED}, and throw
 * {@link BadCallError} for what the caller could have known. What goes wrong below is a `WatchwordError`.
 *
 * In the examples `users` is open, and `alice` is the userid of a user of that name with the password `correct horse`.
 *
 * @example
 * ```ts
 * const shop = new UserSpace({ url: "sqlite:shop.db" });
 * const userid = await shop.createUser("bob", "a long secret", "bob@example.com");
 * const [key] = await shop.validateUser("bob", "a long secret");
 * console.log(userid, (await shop.checkKey(key))[0] === OK); // 1 true
 * await shop.close();
 * ```
 */
export class UserSpace {
  readonly #connection: Connection;
  readonly #options: UserSpaceOptions;

  /**
   * @param options - `dbname`, `user`, `password`, `host`, `port` and other parameters of libpq, or `url`. An option beats
   * its variable (`PGUSERS_USERSPACE`, `PGUSERS_ADMIN`, `PGUSERS_PASSWORD`, `PGUSERS_HOST`, `PGUSERS_PORT`), which beats
   * `PGUSERS_CONNECTION_STRING`. Where the userspace is open in this process, its first options hold.
   * @throws BadCallError where neither `dbname` nor `PGUSERS_USERSPACE` names the userspace, nor `url` the database
   */
  constructor(options: UserSpaceOptions = {}) {
    const url = findUrl(options, process.env);
    const place = placeOf(url, options.watchword);
    const known = userspaces.get(place);
    this.#options = known === undefined ? options : known.#options;
    this.#connection = known === undefined ? new Connection(url, options.watchword) : known.#connection;
    // biome-ignore lint/correctness/noConstructorReturn: the same userspace is the same object, as in the original.
    if (known !== undefined) return known;
    userspaces.set(place, this);
  }

  /**
   * Lets go of the database. The next call connects again; the time to live of sessions stays.
   *
   * @example
   * ```ts
   * await users.close();
   * console.log((await users.findUser({ username: "alice" }))?.userid === alice); // true
   * ```
   */
  close(): Promise<void> {
    return this.#connection.close();
  }

  /** For `await using`: closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Creates a user.
   *
   * @param username - At most 20 characters; `Bob` and `bob` are two people.
   * @param email - At most 128 characters; null: none.
   * @returns The new user's id.
   * @throws BadCallError for a username or email that is taken, too long, or cannot be one
   * @example
   * ```ts
   * const options = { admin: true, extraData: { phone: "+44 20 7946 0018", since: new Date(0) } };
   * console.log((await users.createUser("bob", "a long secret", "bob@example.com", options)) > alice); // true
   * ```
   */
  async createUser(
    username: string,
    password: string,
    email: string | null,
    { admin = false, extraData }: NewUserOptions = {},
  ): Promise<number> {
    this.#requireLengths(username, email);
    // Left out, a username would not be asked for where there is an email, and null is no right.
    if (typeof username !== "string") throw new BadCallError("username must be text.");
    if (typeof admin !== "boolean") throw new BadCallError("admin must be true or false.");
    if (typeof password !== "string") throw new BadCallError("password must be text.");
    const space = await this.#connection.space;
    const user = await asBadCalls(
      async () =>
        space.users.create({
          username,
          password,
          ...(email === null ? {} : { email }),
          admin,
          numbered: true,
          data: withExtraData(extraData),
        }),
      { username, email },
    );
    return numberOf(space, user);
  }

  /**
   * Signs somebody in, by username and password. Null is nobody's name and nobody's password.
   *
   * @param options - `extraData` is kept on the session, and comes back from {@link checkKey}.
   * @returns The session's key, whether the user is an administrator, and their id; `["", false, null]` where either is wrong,
   * and for a user whom Watchword blocks, has switched off, or asks for a second factor.
   * @throws BadCallError for `extraData` that cannot be kept
   * @example
   * ```ts
   * const [key, isAdmin, userid] = await users.validateUser("alice", "correct horse", { extraData: { cart: 3 } });
   * console.log(key.length, isAdmin, userid === alice); // 43 false true
   * ```
   */
  async validateUser(
    username: string | null,
    password: string | null,
    { extraData }: { readonly extraData?: unknown } = {},
  ): Promise<[key: string, isAdmin: boolean, userid: number | null]> {
    const data = await asBadCalls(async () => withExtraData(extraData));
    if (typeof username !== "string" || typeof password !== "string") return ["", false, null];
    const space = await this.#connection.space;
    const made = await asBadCalls(() => newSession(space, username, password, data));
    return made === null
      ? ["", false, null]
      : [made.token, made.user.admin, await numberOf(space, made.user)];
  }

  /**
   * Deletes a user and ends their sessions.
   *
   * @param who - `username` decides where both are given.
   * @returns {@link OK} or {@link NOT_FOUND}.
   * @throws BadCallError where neither is given
   * @example
   * ```ts
   * console.log(await users.deleteUser({ userid: alice }), await users.deleteUser({ username: "alice" })); // 0 1
   * ```
   */
  async deleteUser(who: {
    readonly username?: string | null;
    readonly userid?: UserId | null;
  }): Promise<typeof OK | typeof NOT_FOUND> {
    const { username = null, userid = null } = who;
    if (username === null && userid === null)
      throw new BadCallError("deleteUser(): Either 'username' or 'userid' must be specified.");
    const space = await this.#connection.space;
    const user = username !== null ? await space.users.find({ username }) : await byNumber(space, userid);
    return found(user, (id) => space.users.delete(id));
  }

  /**
   * Changes a password, and ends the user's sessions unless the option `keepSessions` keeps them.
   *
   * @param oldPassword - Null, or left out: the password is changed in any case. An empty one is compared too.
   * @returns {@link OK}, {@link NOT_FOUND}, or {@link REJECTED} where `oldPassword` is not the user's.
   * @throws BadCallError for a password that cannot be one
   * @example
   * ```ts
   * console.log(await users.changePassword(alice, "battery staple", "not hers")); // 3
   * console.log(await users.changePassword(alice, "battery staple", "correct horse")); // 0
   * ```
   */
  async changePassword(
    userid: UserId,
    newPassword: string,
    oldPassword: string | null = null,
  ): Promise<typeof OK | typeof NOT_FOUND | typeof REJECTED> {
    const space = await this.#connection.space;
    const { passwords } = space;
    const keepSessions = this.#options.keepSessions ?? false;
    const user = await byNumber(space, userid);
    if (user === null) return NOT_FOUND;
    if (oldPassword === null)
      return found(user, (id) =>
        asBadCalls(() => passwords.set(id, newPassword, { keepSessions, notify: false })),
      );
    try {
      const change = { userId: user.id, currentPassword: oldPassword, newPassword, keepSessions };
      const changed = await asBadCalls(() => passwords.change({ ...change, skipLimits: true }));
      if (changed.status === "password-refused") throw new BadCallError(changed.message);
      return changed.status === "changed" ? OK : REJECTED;
    } catch (error) {
      if (isFailure(error, "not-found")) return NOT_FOUND;
      // Somebody else changed it meanwhile: the old one is the old one no longer.
      if (isFailure(error, "conflict", "account-blocked")) return REJECTED;
      throw error;
    }
  }

  /**
   * Whose key this is; a live session's time to live starts anew with each call.
   *
   * @returns `[OK, username, userid, extraData]`. {@link EXPIRED} once for a session that ran out, then {@link NOT_FOUND};
   * the other three are null then.
   * @example
   * ```ts
   * const [key] = await users.validateUser("alice", "correct horse", { extraData: "blue" });
   * const [rc, username, userid, extraData] = await users.checkKey(key);
   * console.log(rc, username, userid === alice, extraData); // 0 alice true blue
   * ```
   */
  async checkKey(
    key: string | null,
  ): Promise<
    | [rc: typeof OK, username: string | null, userid: number, extraData: unknown]
    | [rc: typeof NOT_FOUND | typeof EXPIRED, username: null, userid: null, extraData: null]
  > {
    const space = await this.#connection.space;
    const checked = await space.sessions.check(key ?? "");
    if (checked.status === "ok") {
      const { user, session } = checked;
      return [OK, user.username, await numberOf(space, user), extraDataOf(session.data)];
    }
    // Of any number of callers one removes it, and one alone hears that it has expired.
    const isFirst = checked.status === "expired" && (await space.sessions.remove(key ?? ""));
    return [isFirst ? EXPIRED : NOT_FOUND, null, null, null];
  }

  /**
   * How long sessions live without use, from now on: new ones, and those that are checked. Recorded in the database, so that
   * it holds for all its programs. Until it is set for the first time: 10 days.
   *
   * @param secs - Seconds; default 864000.
   * @throws BadCallError for none, or less than a thousandth
   * @example
   * ```ts
   * await users.setSessionTTL(3600);
   * ```
   */
  async setSessionTTL(secs: number = DEFAULT_TTL): Promise<void> {
    const idle = Math.round(secs * 1000);
    if (!(idle > 0)) throw new BadCallError("setSessionTTL(): 'secs' must be a thousandth at least.");
    await asBadCalls(() => this.#connection.setIdle(idle));
  }

  /**
   * Looks somebody up by the first of the three that is given.
   *
   * @returns Null: nobody.
   * @throws BadCallError where none is given
   * @example
   * ```ts
   * console.log(await users.findUser({ email: "nobody@example.com" })); // null
   * console.log((await users.findUser({ userid: alice }))?.username); // alice
   * ```
   */
  async findUser(who: {
    readonly username?: string | null;
    readonly email?: string | null;
    readonly userid?: UserId | null;
  }): Promise<FoundUser | null> {
    const { username = null, email = null, userid = null } = who;
    if (username === null && email === null && userid === null)
      throw new BadCallError("findUser(): Either 'username', 'email' or 'userid' must be specified.");
    const space = await this.#connection.space;
    const user =
      username !== null
        ? await space.users.find({ username })
        : email !== null
          ? await space.users.find({ email })
          : await byNumber(space, userid);
    if (user === null) return null;
    return {
      userid: await numberOf(space, user),
      username: user.username,
      email: user.email ?? keptEmail(user),
      admin: user.admin,
      extra_data: extraDataOf(user.data),
    };
  }

  /**
   * Changes names and extra data; what is null or left out stays.
   *
   * @returns {@link OK}, also where nothing is given; or {@link NOT_FOUND}.
   * @throws BadCallError for a username or email that is taken, too long, or cannot be one
   * @example
   * ```ts
   * console.log(await users.modifyUser(alice, { email: "alice@example.net", extraData: ["anything"] })); // 0
   * ```
   */
  async modifyUser(userid: UserId, changes: UserChanges = {}): Promise<typeof OK | typeof NOT_FOUND> {
    const { username = null, email = null, extraData = null } = changes;
    this.#requireLengths(username, email);
    if (username === null && email === null && extraData === null) return OK;
    const data = extraData === null ? null : await asBadCalls(async () => replacedExtraData(extraData));
    const space = await this.#connection.space;
    const names = { ...(username === null ? {} : { username }), ...(email === null ? {} : { email }) };
    const user = await byNumber(space, userid);
    return found(user, (id) =>
      asBadCalls(async () => {
        // Too much of it is told before the names are written.
        requireJsonObject({ ...user?.data, ...data }, "extraData", USER_DATA_LIMIT);
        if (username !== null || email !== null) await space.users.update(id, names);
        if (data !== null) await space.users.data.merge(id, data);
      }, names),
    );
  }

  /**
   * Whether a user is an administrator.
   *
   * @throws BadCallError where there is no such user
   * @example
   * ```ts
   * console.log(await users.isAdmin(alice)); // false
   * ```
   */
  async isAdmin(userid: UserId): Promise<boolean> {
    return (await this.#require(userid)).user.admin;
  }

  /**
   * Makes a user an administrator, or one no longer. Sessions go on.
   *
   * @throws BadCallError where there is no such user
   * @example
   * ```ts
   * await users.setAdmin(alice);
   * console.log(await users.isAdmin(alice)); // true
   * ```
   */
  async setAdmin(userid: UserId, admin: boolean = true): Promise<void> {
    if (typeof admin !== "boolean") throw new BadCallError("admin must be true or false.");
    const { space, user } = await this.#require(userid);
    const done = await found(user, (id) =>
      space.users.changePermissions(id, { admin }, { keepSessions: true }),
    );
    if (done === NOT_FOUND) throw noSuchUser(userid);
  }

  /**
   * Everybody, by username.
   *
   * @example
   * ```ts
   * for await (const [userid, username, email, admin] of users.allUsers()) console.log(username, admin); // alice false
   * ```
   */
  async *allUsers(): AsyncGenerator<
    [userid: number, username: string | null, email: string | null, admin: boolean]
  > {
    const space = await this.#connection.space;
    for await (const user of space.users.all({ order: "username" }))
      yield [await numberOf(space, user), user.username, user.email ?? keptEmail(user), user.admin];
  }

  /**
   * Sessions, live and expired ones alike, or the expired ones alone.
   *
   * @param uid - Of whom; 0: of everybody.
   * @returns Of each: the username, a name of the session that signs nobody in, and when it runs out (unix seconds).
   * @example
   * ```ts
   * await users.validateUser("alice", "correct horse");
   * for await (const [username, , expiration] of users.listSessions(0)) console.log(username, expiration); // alice …
   * ```
   */
  async *listSessions(
    uid: UserId,
    expired: boolean = false,
  ): AsyncGenerator<[username: string | null, key: string, expiration: number]> {
    const space = await this.#connection.space;
    const whose = await ofUser(space, uid);
    if (whose === null) return;
    const names = new Map<string, string | null>();
    for (const state of expired ? (["expired"] as const) : (["live", "expired"] as const))
      for await (const { id, userId, expiresAt } of space.sessions.all({
        ...("userId" in whose && whose),
        state,
      })) {
        // One that was ended before its time is over, and did not expire.
        if (state === "expired" && expiresAt.getTime() > space.clock.now()) continue;
        if (!names.has(userId)) names.set(userId, (await space.users.find({ id: userId }))?.username ?? null);
        yield [names.get(userId) ?? null, id, expiresAt.getTime() / 1000];
      }
  }

  /**
   * Ends sessions: all of them, or the expired ones alone.
   *
   * @param uid - Of whom; 0: of everybody.
   * @example
   * ```ts
   * const [key] = await users.validateUser("alice", "correct horse");
   * await users.killSessions(alice);
   * console.log((await users.checkKey(key))[0] === NOT_FOUND); // true
   * ```
   */
  async killSessions(uid: UserId, expired: boolean = false): Promise<void> {
    const space = await this.#connection.space;
    const whose = await ofUser(space, uid);
    if (whose === null) return;
    if (expired) await space.sessions.removeExpired("userId" in whose ? whose : {});
    else await space.sessions.revokeAll(whose);
  }

  async #require(userid: UserId): Promise<{ readonly space: Space; readonly user: UserWithData }> {
    const space = await this.#connection.space;
    const user = await byNumber(space, userid);
    if (user === null) throw noSuchUser(userid);
    return { space, user };
  }

  #requireLengths(username: string | null, email: string | null): void {
    if (this.#options.limitLengths === false) return;
    for (const [name, value, longest] of [
      ["username", username, LONGEST_USERNAME],
      ["email", email, LONGEST_EMAIL],
    ] as const)
      if (typeof value === "string" && [...value].length > longest)
        throw new BadCallError(
          `The ${name} is longer than ${longest} characters. Shorten it, or open the userspace with limitLengths: false.`,
        );
  }
}
