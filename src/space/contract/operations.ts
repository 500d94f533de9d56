import type { Context } from "./actors.js";
import type { JsonObject } from "./json.js";
import type { Page, PageQuery } from "./users.js";

/** What counts: text of one's own, or what a person typed as username or address, all spellings of which are one. */
export type LimitKey = string | { readonly identifier: string };

export interface LimitWindowInput {
  /** Hits that are allowed. */
  readonly max: number;
  /** Whole milliseconds; null: never starts anew by itself. */
  readonly window: number | null;
  /**
   * From the `max`th hit on, each is allowed and followed by a wait: `base` whole milliseconds, doubled with each further
   * hit, up to `longest`. Without it, hits beyond `max` are refused until the window ends.
   */
  readonly lock?: { readonly base: number; readonly longest: number };
}

export interface LimitCooldownInput {
  /** Whole milliseconds, ten years at the most, that must lie between two requests. A refused one begins the wait anew. */
  readonly cooldown: number;
  /**
   * Whole milliseconds, ten years at the most, added to the wait by each refused request: after the third in a row the
   * wait is `cooldown + 3 * penalty`; all together add ten years at the most. The first request that passes ends this. Default: 0.
   */
  readonly penalty?: number;
}

export type LimitRuleInput = LimitWindowInput | LimitCooldownInput;

export interface LimitOutcome {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Of a cooldown: 1. */
  readonly max: number;
  /** Whole milliseconds until a hit may succeed again; 0 where one may now, or where this one was allowed. */
  readonly retryAfter: number;
}

/**
 * `space.limits`: counters in the database for the application's own use, apart from Watchword's; exact under any number
 * of callers on any number of servers. A key's windows and its cooldowns are counted apart.
 */
export interface LimitsService {
  /**
   * What {@link checkAndHit} would say, without counting. Of a cooldown: the wait that runs, no penalty added.
   *
   * @throws WatchwordError `invalid-input`
   * @example
   * ```ts
   * const rule = { max: 1, window: 60_000 };
   * await space.limits.checkAndHit("export", rule);
   * console.log((await space.limits.check("export", rule)).allowed); // false
   * ```
   */
  check(key: LimitKey, rule: LimitRuleInput): Promise<LimitOutcome>;
  /**
   * Counts a request and refuses none: for what has happened already. Of a cooldown: the wait begins anew, without a
   * penalty, and never becomes shorter.
   *
   * @returns `allowed`: whether {@link checkAndHit} would have let it pass.
   * @throws WatchwordError `invalid-input`
   * @example
   * ```ts
   * const rule = { max: 1, window: 60_000 };
   * await space.limits.hit("import", rule);
   * console.log((await space.limits.hit("import", rule)).allowed); // false
   * ```
   */
  hit(key: LimitKey, rule: LimitRuleInput): Promise<LimitOutcome>;
  /**
   * Asks and counts in one atomic step. A refused hit of a window does not count; a refused request of a cooldown begins
   * the wait anew and adds the penalty to it.
   *
   * @param key - Whatever is counted, at most 512 characters, or `{ identifier }` with what a person typed.
   * @param rule - Times in whole milliseconds; a window begins with its first hit.
   * @throws WatchwordError `invalid-input`
   * @example
   * ```ts
   * const { allowed, remaining } = await space.limits.checkAndHit(`export:${ada.id}`, { max: 3, window: 60_000 });
   * console.log(allowed, remaining); // true 2
   * const pause = { cooldown: 10_000, penalty: 2_000 };
   * console.log((await space.limits.checkAndHit({ identifier: "Ada" }, pause)).allowed); // true
   * console.log((await space.limits.checkAndHit({ identifier: "ada" }, pause)).allowed); // false
   * ```
   */
  checkAndHit(key: LimitKey, rule: LimitRuleInput): Promise<LimitOutcome>;
  /**
   * Forgets all that was counted under the key, waits and penalties included.
   *
   * @throws WatchwordError `invalid-input`
   * @example
   * ```ts
   * await space.limits.reset("export");
   * ```
   */
  reset(key: LimitKey): Promise<void>;
  /**
   * Takes all that was counted under one key over to another, as when somebody's address changes; nothing stays behind. Where
   * the other key has counted too, the later of the two goes on. Hits of either key that come in the same moment may go
   * uncounted.
   *
   * @throws WatchwordError `invalid-input`, `conflict`
   * @example
   * ```ts
   * const pause = { cooldown: 10_000 };
   * await space.limits.checkAndHit({ identifier: "ada@example.com" }, pause);
   * await space.limits.move({ identifier: "ada@example.com" }, { identifier: "lovelace@example.com" });
   * console.log((await space.limits.check({ identifier: "lovelace@example.com" }, pause)).allowed); // false
   * ```
   */
  move(from: LimitKey, to: LimitKey): Promise<void>;
  /**
   * Whole milliseconds since the last hit. Under a cooldown refused requests are hits too, and while a wait runs that is
   * longer than the cooldown, which is what penalties make, the number is negative: what it lacks to `cooldown` is the
   * wait that is left.
   *
   * @returns Null: there was none that is still remembered (a window is until it ends, a cooldown for a day after its wait).
   * @throws WatchwordError `invalid-input`
   * @example
   * ```ts
   * console.log(await space.limits.timeSince("export")); // null
   * ```
   */
  timeSince(key: LimitKey): Promise<number | null>;
}

export interface AuditEntry {
  readonly id: string;
  readonly at: Date;
  readonly action: string;
  readonly userId: string | null;
  readonly actor: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
  readonly details: JsonObject;
}

/** `space.audit`: what happened to whom, written in the same transaction as the change itself. */
export interface AuditService {
  /**
   * One page of rows, the newest first. They stay for a year.
   *
   * @param query - `action`: such as `sign-in.failed`. `size`: 1 to 1000, default 50. `after`: the `next` of the page before.
   * @throws WatchwordError `invalid-input`
   * @example
   * ```ts
   * const { items } = await space.audit.list({ userId: ada.id, action: "user.created" });
   * console.log(items[0]?.actor); // system
   * ```
   */
  list(query?: { readonly userId?: string; readonly action?: string } & PageQuery): Promise<Page<AuditEntry>>;
}

export interface DatabaseStatistics {
  readonly users: number;
  readonly sessions: number;
  readonly codes: number;
  readonly limits: number;
  readonly blocks: number;
  readonly mailsQueued: number;
  readonly mailsFailed: number;
  readonly audit: number;
  /** At most one: the numbers of users. */
  readonly sequences: number;
  readonly dataBytes: number;
  readonly indexBytes: number;
  readonly storageBytes: number;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** What can be dropped and made again by itself; `all`: everything that the space keeps, its settings included. */
export type DatabasePart =
  | "users"
  | "sessions"
  | "codes"
  | "limits"
  | "blocks"
  | "mails"
  | "audit"
  | "sequences"
  | "all";

/** What cannot be taken back asks for the name of the space. */
export interface ConfirmInput extends Context {
  /** `space.name`, letter by letter. */
  readonly confirm: string;
}

/** `space.database`: what an operator asks of it. */
export interface DatabaseService {
  readonly kind: "sqlite" | "postgres" | "mongodb";
  /** Where the data lies, without any secret. */
  readonly location: string;
  /**
   * Asks the database a trivial question.
   *
   * @returns Whole milliseconds until the answer.
   * @throws WatchwordError `store-unavailable`, `closed`
   * @example
   * ```ts
   * console.log((await space.database.ping()) < 1000); // true
   * ```
   */
  ping(): Promise<number>;
  /**
   * Counts of rows, ended and unproven ones included, and sizes in bytes. Looks at every page of the database.
   *
   * @returns `raw`: what the database says of itself, by its own names.
   * @example
   * ```ts
   * const { users, storageBytes } = await space.database.statistics();
   * console.log(users, storageBytes > 0); // 1 true
   * ```
   */
  statistics(): Promise<DatabaseStatistics>;
  /**
   * The version of the tables, and the newest that this program knows.
   *
   * @example
   * ```ts
   * const { version, latest } = await space.database.schema();
   * console.log(version === latest); // true
   * ```
   */
  schema(): Promise<{ readonly version: number; readonly latest: number }>;
  /**
   * Removes what is over, 500 of a kind at a time, unless another server is at it. The space does so by itself every five
   * minutes. Ended sessions and failed mails stay 30 days, unproven sign-ups 4, audit rows 365.
   *
   * @returns How many of each kind went.
   * @example
   * ```ts
   * const { sessions, codes } = await space.database.cleanup();
   * console.log(sessions, codes); // 0 0
   * ```
   */
  cleanup(): Promise<{ readonly [kind: string]: number }>;
  /**
   * Lets parallel callers race for the same rows on a scratch table, which it removes again: a database that lets two of
   * them win could not keep a name unique or a code single-use. A new space on MongoDB does so when it is made.
   *
   * @throws WatchwordError `store-refused`, which says what happened
   * @example
   * ```ts
   * await space.database.proveAtomicity();
   * ```
   */
  proveAtomicity(): Promise<void>;
  /**
   * How often a part was dropped or reset since the space was made: what a program wrote down before the last time is told
   * by it from what came later. Everything at once (`all`) does not count.
   *
   * @throws WatchwordError `invalid-input` where there is no such part
   * @example
   * ```ts
   * const before = await space.database.generation("limits");
   * await space.database.reset("limits", { confirm: space.name });
   * console.log((await space.database.generation("limits")) - before); // 1
   * ```
   */
  generation(part: Exclude<DatabasePart, "all">): Promise<number>;
  /**
   * Removes the table or collection of a part, with all that is in it. Whatever needs it fails until it is made again.
   * One that is not there is fine.
   *
   * @param part - `users` takes names and passwords along; `all` is everything that the space keeps in the database.
   * @throws WatchwordError `invalid-input` unless `confirm` is the name of the space, `not-allowed` unless the actor is
   * the system or a superuser
   * @example
   * ```ts
   * await space.database.drop("limits", { confirm: space.name });
   * await space.database.create("limits", { confirm: space.name });
   * ```
   */
  drop(part: DatabasePart, input: ConfirmInput): Promise<void>;
  /**
   * Makes the table or collection of a part, empty, with its indexes, where it is not there; one that is there keeps all
   * that is in it. After `all` the settings are written back, so that it stays the same space.
   *
   * @throws WatchwordError as {@link drop}
   * @example
   * ```ts
   * await space.database.create("all", { confirm: space.name });
   * console.log(await space.users.count()); // 1
   * ```
   */
  create(part: DatabasePart, input: ConfirmInput): Promise<void>;
  /**
   * Drops a part and makes it again: empty, and in use at once.
   *
   * @throws WatchwordError as {@link drop}
   * @example
   * ```ts
   * await space.database.reset("sessions", { confirm: space.name });
   * console.log((await space.sessions.check(token)).status); // not-found
   * ```
   */
  reset(part: DatabasePart, input: ConfirmInput): Promise<void>;
}
