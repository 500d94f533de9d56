import type { Context } from "./actors.js";
import type { Json, JsonObject } from "./json.js";

export interface User {
  /** A UUIDv7. */
  readonly id: string;
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
  /** Whether the address is known to be this person's. Default: false. */
  readonly emailVerified?: boolean;
  /** The user's own language; `locale` of the context says in which the request came. */
  readonly userLocale?: string;
  readonly active?: boolean;
  readonly admin?: boolean;
  readonly superuser?: boolean;
  readonly roles?: readonly string[];
  readonly data?: JsonObject;
}

/** Exactly one of the three. */
export type UserReference =
  | { readonly id: string }
  | { readonly username: string }
  | { readonly email: string };

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

export interface UsersService {
  /**
   * Creates a user and claims its names at once; for applications and administrators (people use `space.signUp`).
   * @throws WatchwordError `username-taken`, `email-taken`, `password-refused`, `invalid-identifier`, `not-allowed`
   */
  create(input: NewUserInput): Promise<UserWithData>;
  find(reference: UserReference): Promise<UserWithData | null>;
  /** As {@link find}, for what a person typed: an email address or a username. */
  findByIdentifier(identifier: string): Promise<UserWithData | null>;
  /** @throws WatchwordError `not-found` */
  get(id: string): Promise<UserWithData>;
  /** A page of users, in the order of their creation or by username. */
  list(
    query?: UserQuery & PageQuery & { readonly order?: "created" | "username" },
  ): Promise<Page<UserWithData>>;
  /** Every user, page by page beneath. */
  all(query?: UserQuery & { readonly order?: "created" | "username" }): AsyncIterable<UserWithData>;
  count(query?: UserQuery): Promise<number>;
  /** @throws WatchwordError `not-found`, `username-taken`, `email-taken`, `invalid-identifier`, `not-allowed` */
  update(id: string, change: UserChangeInput, context?: Context): Promise<UserWithData>;
  /** Switching a user off, or taking rights away, ends the sessions. */
  changePermissions(id: string, change: PermissionChange, context?: Context): Promise<UserWithData>;
  /** Ends every session; nothing that needs signing in works until it lifts. */
  block(
    id: string,
    options?: { readonly reason?: string; readonly until?: Date } & Context,
  ): Promise<UserWithData>;
  unblock(id: string, context?: Context): Promise<UserWithData>;
  /** @throws WatchwordError `not-found`, `not-allowed` */
  delete(id: string, context?: Context): Promise<void>;
  readonly data: UserDataService;
}

/** The application's own JSON on a user, 64 KiB at most. Each method is one atomic change. */
export interface UserDataService {
  get(id: string): Promise<JsonObject>;
  getField(id: string, field: string): Promise<Json | undefined>;
  /** A value of null removes the field. With `existing`, a field that is not there yet is refused (`not-found`). */
  setField(
    id: string,
    field: string,
    value: Json,
    options?: { readonly existing?: boolean } & Context,
  ): Promise<JsonObject>;
  /** Sets each field given; those given as null are removed; the others stay. */
  merge(id: string, fields: JsonObject, context?: Context): Promise<JsonObject>;
  removeField(id: string, field: string, context?: Context): Promise<JsonObject>;
  replace(id: string, data: JsonObject, context?: Context): Promise<JsonObject>;
}
