import { type ErrorCode, WatchwordError } from "../../base/errors.js";
import type { UserSpace, UserWithData } from "../../index.js";
import { logOf, openPortSpace } from "../opening.js";
import { isSuccess, type OutcomeName } from "./messages.js";
import type { Connection } from "./options.js";

/** What every call of `Auth` and `Utils` resolves to. */
export interface Answer<Message = number | string> {
  readonly success: boolean;
  /** What came of it, as a sentence or a number (`readableErrors`); of a question for data, the data. */
  readonly message: Message;
  /** What failed beneath a 400, or between the steps of a deletion. Not among the fields that are listed or written as JSON. */
  readonly cause?: unknown;
}

/** What a call comes to: an outcome, or an answer that is no plain one. */
export type Outcome = OutcomeName | Answer<unknown>;

/** Expected of the user space, and outcomes here. */
const OUTCOMES: { readonly [Code in ErrorCode]?: OutcomeName } = {
  "email-taken": "user_exists",
  "name-blocked": "user_blocked",
  "account-blocked": "user_blocked",
  "not-found": "user_not_found",
};

/** No call can go well before somebody changes the program or its surroundings: thrown, for that somebody. */
const MISTAKES: ReadonlySet<ErrorCode> = new Set([
  "invalid-option",
  "secret-missing",
  "wrong-secret",
  "settings-contradict",
  "package-missing",
  "migration-needed",
  "newer-database",
]);

/** What `Auth`, `Utils` and `CoreDB` have in common: a user space of their own, opened by the first call that needs it. */
export abstract class Handle {
  readonly #connection: Connection;
  #opening: Promise<UserSpace> | null = null;
  #isClosed = false;

  protected constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * The user space behind this object, for all that Watchword does besides.
   *
   * @throws WatchwordError `closed`, and whatever opening a database throws
   * @example
   * ```ts
   * const space = await auth.space();
   * console.log(space.database.kind); // sqlite
   * ```
   */
  async space(): Promise<UserSpace> {
    if (this.#isClosed)
      throw new WatchwordError("closed", "This object is closed; make another one to go on.");
    const { url, open } = this.#connection;
    this.#opening ??= openPortSpace("easy-mongodb-auth-handler", url, open).catch((error: unknown) => {
      // A database that was away may be back at the next call.
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  /**
   * Finishes what was begun, and lets go of the database. Stands for the original's `__del__`.
   *
   * @example
   * ```ts
   * await utils.close();
   * ```
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    const opening = this.#opening;
    // One that could not be opened has nothing to let go of; whoever asked for it was told.
    const space = await opening?.catch(() => null);
    await space?.close();
  }

  protected outcome(name: OutcomeName, success = isSuccess(name)): Answer {
    return { success, message: this.#connection.messages[name] };
  }

  /** As {@link outcome}, with what went wrong beneath it: that is logged too, since few programs look at it. */
  protected failure(name: OutcomeName, cause: unknown, success = isSuccess(name)): Answer {
    logOf(this.#connection.open).error(
      { system: "easy-mongodb-auth-handler", err: cause },
      `A call ended with "${name}".`,
    );
    return Object.defineProperty(this.outcome(name, success), "cause", { value: cause });
  }

  /**
   * Does the work of one call. What the space throws as an expectation becomes its outcome, what nobody expected the
   * outcome `error`.
   *
   * @param onError What `success` is then.
   */
  protected async answer<Message = number | string>(
    work: (space: UserSpace) => Promise<Outcome>,
    onError = false,
  ): Promise<Answer<Message>> {
    return (await this.#tell(work, onError)) as Answer<Message>;
  }

  async #tell(work: (space: UserSpace) => Promise<Outcome>, onError: boolean): Promise<Answer<unknown>> {
    try {
      const outcome = await work(await this.space());
      return typeof outcome === "string" ? this.outcome(outcome) : outcome;
    } catch (error) {
      const code = error instanceof WatchwordError ? error.code : "internal";
      if (MISTAKES.has(code)) throw error;
      const known = OUTCOMES[code];
      return known === undefined ? this.failure("error", error, onError) : this.outcome(known);
    }
  }
}

/** Null for anything that is nobody's address. */
export async function findUser(space: UserSpace, email: string): Promise<UserWithData | null> {
  return typeof email === "string" ? space.users.find({ email }) : null;
}

/** Whether somebody is kept out: by a block on them, or on their address alone, or since Watchword switched them off. */
export async function isBlocked(space: UserSpace, user: UserWithData): Promise<boolean> {
  if (!user.active) return true;
  return user.blocked !== null || (await space.blocks.find(user.email ?? "")) !== null;
}
