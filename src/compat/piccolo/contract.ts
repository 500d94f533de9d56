/** A row of `BaseUser`, without the hash. */
export interface BaseUser {
  /** The number under which the port knows the user; Watchword's own id is another one. */
  readonly id: number;
  readonly username: string;
  readonly first_name: string | null;
  readonly last_name: string | null;
  /** Empty: none. */
  readonly email: string;
  readonly active: boolean;
  readonly admin: boolean;
  readonly superuser: boolean;
  readonly last_login: Date | null;
}

/** The columns that {@link BaseUserTable.createUser} takes. */
export interface NewBaseUser {
  /** At most 100 characters; no two users have the same. */
  readonly username: string;
  /** 6 to 128 characters. */
  readonly password: string;
  /** No two users have the same; empty (the default): none. */
  readonly email?: string;
  /** May use the admin console, where `admin` is true too. Default: false. */
  readonly active?: boolean;
  /** Default: false. */
  readonly admin?: boolean;
  /** May change other people's passwords in the admin console. Default: false. */
  readonly superuser?: boolean;
  /** Default: empty. */
  readonly first_name?: string | null;
  /** Default: empty. */
  readonly last_name?: string | null;
}

/** Whose password is changed: `user` is an id or a username. */
export type PasswordChange = { readonly password: string } & (
  | { readonly user: number | string; readonly username?: undefined }
  | { readonly user?: undefined; readonly username: string }
);

/** The calls of Piccolo's `BaseUser`. There are no twins with `Sync`: JavaScript has no blocking wait. */
export interface BaseUserTable {
  /**
   * Creates a user.
   *
   * @throws WatchwordError `username-taken`, `email-taken`; `password-refused`, `invalid-identifier` and `invalid-input`
   * with the words of the original, such as "The password is too short. (min 6)"; `busy`
   * @example
   * ```ts
   * import { openPiccolo } from "watchword/compat/piccolo";
   *
   * const { BaseUser, close } = await openPiccolo({ url: "sqlite:band.db" });
   * const user = await BaseUser.createUser({ username: "bob", password: "bob123", email: "bob@example.com", active: true });
   * console.log(user.id, user.username, user.last_login); // 1 bob null
   * await close();
   * ```
   */
  createUser(columns: NewBaseUser): Promise<BaseUser>;
  /**
   * Looks at a name and a password, and sets `last_login` where they fit. It does not look at `active`.
   *
   * @returns The id of the user; null where the name or the password is wrong. Null, too, for a user whom Watchword blocks,
   * and for one who has chosen a second factor, which this call cannot ask for.
   * @throws WatchwordError `invalid-input` for what is no text; `busy`
   * @example
   * ```ts
   * import { openPiccolo } from "watchword/compat/piccolo";
   *
   * const { BaseUser, close } = await openPiccolo({ url: "sqlite:band.db" });
   * await BaseUser.createUser({ username: "bob", password: "bob123" });
   * console.log(await BaseUser.login({ username: "bob", password: "bob123" })); // 1
   * console.log(await BaseUser.login({ username: "bob", password: "bob124" })); // null
   * await close();
   * ```
   */
  login(credentials: { readonly username: string; readonly password: string }): Promise<number | null>;
  /**
   * Sets a password and ends the sessions that the user has in Watchword. Nothing happens where nobody has that id or name.
   *
   * @throws WatchwordError `password-refused`, as {@link createUser}; `invalid-input` where neither an id nor a username
   * is given; `busy`
   * @example
   * ```ts
   * import { openPiccolo } from "watchword/compat/piccolo";
   *
   * const { BaseUser, close } = await openPiccolo({ url: "sqlite:band.db" });
   * const { id } = await BaseUser.createUser({ username: "bob", password: "bob123" });
   * await BaseUser.updatePassword({ user: id, password: "password123" });
   * console.log(await BaseUser.login({ username: "bob", password: "password123" })); // 1
   * await close();
   * ```
   */
  updatePassword(change: PasswordChange): Promise<void>;
}
