import type { Context, Limited, LimitSkip } from "./actors.js";
import type { PasswordHashInput } from "./hashes.js";
import type { JsonObject } from "./json.js";
import type { UserDataService } from "./user-data.js";

/** A second factor that a person can choose. */
export type SecondFactor = "mail";

export interface User {
  /** A UUIDv7. */
  readonly id: string;
  /** From a sequence of the space, for programs that know people by whole numbers; null: it was given none. */
  readonly number: number | null;
  /** As typed. */
  readonly username: string | null;
  readonly email: string | null;
  readonly emailVerifiedAt: Date | null;
  readonly locale: string | null;
  /** False: may not sign in. */
  readonly active: boolean;
  readonly admin: boolean;
  readonly superuser: boolean;
  readonly roles: readonly string[];
  /** Null unless blocked now. */
  readonly blocked: {
    readonly since: Date;
    readonly until: Date | null;
    readonly reason: string | null;
  } | null;
  /** What a sign-in asks for besides the password: `mail` is a mailed code; null: nothing. */
  readonly secondFactor: SecondFactor | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastSignInAt: Date | null;
}

/** A user with what the application keeps on it. */
export interface UserWithData extends User {
  readonly data: JsonObject;
}

export interface NewUserInput extends Context {
  readonly username?: string;
  readonly email?: string;
  /** Without one the user cannot sign in by password. */
  readonly password?: string;
  /** In place of `password`: a hash from another system. The next sign-in makes it anew. */
  readonly passwordHash?: PasswordHashInput;
  /** Whether the address is known to be this person's. Default: false. */
  readonly emailVerified?: boolean;
  /** The user's own language; `locale` of the context says in which the request came. */
  readonly userLocale?: string;
  readonly active?: boolean;
  readonly admin?: boolean;
  readonly superuser?: boolean;
  readonly roles?: readonly string[];
  readonly data?: JsonObject;
  /** Whether the user gets the next number of the space. Default: false. */
  readonly numbered?: boolean;
  /** The user's id in another system, where the program itself moves people: found by it, and left alone by an import. */
  readonly origin?: UserOrigin;
}

/** The id that somebody had in a system before they were imported. */
export interface UserOrigin {
  /** The source of the import, such as `pgusers` or `django`. */
  readonly system: string;
  /** As that system had it, as text. */
  readonly id: string;
}

/** Exactly one of the five. */
export type UserReference =
  | { readonly id: string }
  | { readonly username: string }
  | { readonly email: string }
  | { readonly number: number }
  | { readonly origin: UserOrigin };

export interface UserChangeInput {
  /** Null takes the username away, where an email is left. */
  readonly username?: string | null;
  /** A new address is unverified, unless `emailVerified` says otherwise. */
  readonly email?: string | null;
  readonly emailVerified?: boolean;
  readonly userLocale?: string | null;
}

export interface PermissionChange {
  readonly active?: boolean;
  readonly admin?: boolean;
  readonly superuser?: boolean;
  readonly roles?: readonly string[];
}

export interface UserQuery {
  /** Any part of the username or email, without regard to case. */
  readonly search?: string;
  readonly active?: boolean;
  readonly admin?: boolean;
  readonly superuser?: boolean;
  readonly verified?: boolean;
  readonly blocked?: boolean;
  readonly role?: string;
}

export interface PageQuery {
  /** `next` of the page before. */
  readonly after?: string;
  /** 1 to 1000; default 50. */
  readonly size?: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Give it as `after` for the next page; null: this was the last. */
  readonly next: string | null;
}

/** What becomes of the blocks of an account that is deleted. */
export type BlocksAtDeletion = "keep" | "remove";

export type SecondFactorChangeResult =
  | { readonly status: "changed"; readonly user: UserWithData }
  | { readonly status: "wrong-password" }
  | { readonly status: "no-address" }
  | { readonly status: "no-password" }
  | Limited;

/** `space.users`: accounts, for applications and administrators. People sign up with `space.signUp`. */
export interface UsersService {
  /**
   * Creates a user and claims its names, all or none. Mails nothing.
   *
   * @param input - A username or an email at least. `numbered`: what is refused may use a number up, so there are gaps. Only superusers and the system may give a `password`, a `passwordHash`,
   * `admin` or `superuser`.
   * @throws WatchwordError `username-taken`, `email-taken`, `name-blocked`, `password-refused`, `invalid-identifier`,
   * `invalid-input`, `not-allowed`, `secret-missing`, `busy`, `conflict` where there are no more numbers, or
   * somebody has this `origin`
   * @example
   * ```ts
   * const grace = await space.users.create({ username: "Grace", email: "grace@example.com", roles: ["editor"] });
   * console.log(grace.username, grace.emailVerifiedAt); // Grace null
   * ```
   */
  create(input: NewUserInput): Promise<UserWithData>;
  /**
   * Looks a user up by exactly one of id, username, email, number, and the id that they had in the system from which they
   * were imported. Names are compared as the space compares them (`Ada` is `ada` unless it was made with
   * `identifiers: "exact"`).
   *
   * @param reference - `number`: a whole number from 1 to 2^53 - 1.
   * @throws WatchwordError `invalid-input`
   * @returns Null: nobody. A sign-up whose address is not proven yet is nobody.
   * @example
   * ```ts
   * const user = await space.users.find({ username: "ADA" });
   * console.log(user?.email); // ada@example.com
   * const seventeenth = await space.users.find({ origin: { system: "pgusers", id: "17" } });
   * console.log(seventeenth); // null
   * ```
   */
  find(reference: UserReference): Promise<UserWithData | null>;
  /**
   * As {@link find}, for what a person typed: with an `@` the email goes first, then the username.
   *
   * @example
   * ```ts
   * const user = await space.users.findByIdentifier("Ada@Example.com");
   * console.log(user?.username); // ada
   * ```
   */
  findByIdentifier(identifier: string): Promise<UserWithData | null>;
  /**
   * The user with this id.
   *
   * @throws WatchwordError `not-found`
   * @example
   * ```ts
   * const { username, data } = await space.users.get(ada.id);
   * ```
   */
  get(id: string): Promise<UserWithData>;
  /**
   * One page of the users that meet every filter given.
   *
   * @param query - `order`: `created` (default), or `username` (those without one first). `size`: 1 to 1000 users, default
   * 50. `after`: the `next` of the page before.
   * @throws WatchwordError `invalid-input` for an `after` that no page gave out
   * @example
   * ```ts
   * const first = await space.users.list({ search: "example.com", size: 20 });
   * if (first.next !== null) await space.users.list({ search: "example.com", size: 20, after: first.next });
   * ```
   */
  list(
    query?: UserQuery & PageQuery & { readonly order?: "created" | "username" },
  ): Promise<Page<UserWithData>>;
  /**
   * Every user that meets the filters, read 500 at a time while you iterate.
   *
   * @example
   * ```ts
   * for await (const user of space.users.all({ verified: false })) console.log(user.email); // ada@example.com
   * ```
   */
  all(query?: UserQuery & { readonly order?: "created" | "username" }): AsyncIterable<UserWithData>;
  /**
   * How many users meet the filters; it looks at all of them.
   *
   * @example
   * ```ts
   * console.log(await space.users.count({ active: true })); // 1
   * ```
   */
  count(query?: UserQuery): Promise<number>;
  /**
   * Changes names and language; what is not given stays. A new email is unverified unless you say otherwise, its old
   * inbox is told, and codes mailed there no longer work. People change their own username and language (60 times an
   * hour); an address without a code is set by an administrator, never one's own.
   *
   * @throws WatchwordError `not-found`, `username-taken`, `email-taken`, `name-blocked`, `invalid-identifier`,
   * `invalid-input`, `not-allowed`, `too-many-requests`, `conflict`
   * @example
   * ```ts
   * const updated = await space.users.update(ada.id, { email: "lovelace@example.com", emailVerified: true });
   * console.log(updated.username, updated.email); // ada lovelace@example.com
   * ```
   */
  update(id: string, change: UserChangeInput, context?: Context): Promise<UserWithData>;
  /**
   * Changes rights; what is not given stays, `roles` replaces the whole list. Switching a user off, or taking `admin` or
   * `superuser` away, ends every session in the same write. The user is told by mail. Only superusers and the system
   * give or take `admin` and `superuser`.
   *
   * @param change - `roles`: at most 100, of 64 characters each.
   * @param options - `keepSessions` true: no session ends; for superusers and the system. Default: false.
   * @throws WatchwordError `not-found`, `not-allowed`, `invalid-input`, `conflict`
   * @example
   * ```ts
   * await space.users.changePermissions(ada.id, { active: false });
   * console.log((await space.sessions.check(token)).status); // not-found
   * ```
   */
  changePermissions(
    id: string,
    change: PermissionChange,
    options?: { readonly keepSessions?: boolean } & Context,
  ): Promise<UserWithData>;
  /**
   * Gives a user the next number of the space, for programs that know people by whole numbers. One who has a number keeps it,
   * also among parallel calls. Numbers of people who were deleted are not given out again; what fails, or loses a race,
   * may use one up.
   *
   * @returns The user's number.
   * @throws WatchwordError `not-found`, `not-allowed`, `conflict`
   * @example
   * ```ts
   * const number = await space.users.assignNumber(ada.id);
   * console.log((await space.users.find({ number }))?.username); // ada
   * ```
   */
  assignNumber(id: string, context?: Context): Promise<number>;
  /**
   * Chooses what a sign-in asks for besides the password, or nothing (null). The user is told by mail. People choose for
   * themselves, with their password; the system and administrators of theirs without it.
   *
   * @param options - `password`: of the person, where they act themselves.
   * @returns `no-address`: a code could reach nobody, since there is no address, or none that is proven. `no-password`:
   * a mailed code would be the only factor.
   * @throws WatchwordError `not-found`, `not-allowed`, `invalid-input`, `conflict`, `busy`
   * @example
   * ```ts
   * await space.users.update(ada.id, { emailVerified: true });
   * await space.users.setSecondFactor(ada.id, "mail");
   * const password = "correct horse battery staple";
   * console.log((await space.signIn({ identifier: "ada", password })).status); // second-factor
   * ```
   */
  setSecondFactor(
    id: string,
    factor: SecondFactor | null,
    options?: { readonly password?: string } & LimitSkip & Context,
  ): Promise<SecondFactorChangeResult>;
  /**
   * Keeps a user out: ends every session in the same write, and refuses to sign in.
   *
   * @param options - `until`: when the block lifts by itself; without it, at {@link unblock}. `reason`: at most 1000
   * characters, shown to the person at signing in.
   * @throws WatchwordError `not-found`, `not-allowed`, `invalid-input` for an `until` in the past, `conflict`
   * @example
   * ```ts
   * const tomorrow = new Date(space.clock.now() + 86_400_000);
   * const user = await space.users.block(ada.id, { reason: "asked for a pause", until: tomorrow });
   * console.log(user.blocked?.reason); // asked for a pause
   * ```
   */
  block(
    id: string,
    options?: { readonly reason?: string; readonly until?: Date } & Context,
  ): Promise<UserWithData>;
  /**
   * Lifts a block, and those that were laid on the user's names. The sessions that it ended stay ended.
   *
   * @throws WatchwordError `not-found`, `not-allowed`, `conflict`
   * @example
   * ```ts
   * const user = await space.users.unblock(ada.id);
   * console.log(user.blocked); // null
   * ```
   */
  unblock(id: string, context?: Context): Promise<UserWithData>;
  /**
   * Forgets the failed passwords of a user, from every address, and the waits and the demand for a mailed code that came of
   * them; also wrong codes of every kind. What an address as a whole has failed stays counted. People do the same for
   * themselves with an `unlock` code. For administrators and the system.
   *
   * @throws WatchwordError `not-found`, `not-allowed`
   * @example
   * ```ts
   * const wrong = { identifier: "ada", password: "not hers", ip: "192.0.2.1" };
   * for (let tries = 0; tries < 6; tries++) await space.signIn(wrong);
   * console.log((await space.signIn(wrong)).status); // limited
   * await space.users.unlock(ada.id);
   * console.log((await space.signIn(wrong)).status); // wrong-credentials
   * ```
   */
  unlock(id: string, context?: Context): Promise<UserWithData>;
  /**
   * Sets `lastSignInAt` to now, for a program that signs people in by itself; `signIn` and `sessions.create` do so by
   * themselves. `updatedAt` stays. For superusers and the system.
   *
   * @throws WatchwordError `not-found`, `not-allowed`, `conflict`
   * @example
   * ```ts
   * const user = await space.users.recordSignIn(ada.id);
   * console.log(ada.lastSignInAt, user.lastSignInAt !== null); // null true
   * ```
   */
  recordSignIn(id: string, context?: Context): Promise<UserWithData>;
  /**
   * Frees the names and removes user, data, password, sessions and codes in one transaction; audit rows stay. The
   * address is told. People may delete themselves: ask with `space.passwords.confirm` first.
   *
   * @param options - `blocks`: what becomes of a block on the user or on their names. `keep` (the default): it goes on to
   * hold on the names, so that nobody signs up with them. `remove`: the names are free.
   * @throws WatchwordError `not-found`, `not-allowed`
   * @example
   * ```ts
   * await space.users.delete(ada.id);
   * console.log(await space.users.find({ username: "ada" })); // null
   * ```
   */
  delete(id: string, options?: { readonly blocks?: BlocksAtDeletion } & Context): Promise<void>;
  readonly data: UserDataService;
}
