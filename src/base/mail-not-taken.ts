import { WatchwordError } from "./errors.js";

/**
 * A mail that a caller waited for was not taken over by the mail server: `mail-failed`, thrown where `waitForMail` was
 * asked for. What the call did stays done.
 */
export class MailNotTaken extends WatchwordError {
  /** Whether the mail stays in the queue and is tried again. */
  readonly queued: boolean;
  /** A private field, because an answer may hold a ticket and errors are logged with all that can be listed. */
  readonly #answer: unknown;

  constructor(
    reason: string,
    facts: { readonly mail: string; readonly queued: boolean; readonly answer: unknown },
  ) {
    const next = facts.queued ? "It stays in the queue and is tried again." : "It is not tried again.";
    super("mail-failed", `${reason} ${next}`, { details: { mail: facts.mail, queued: facts.queued } });
    this.queued = facts.queued;
    this.#answer = facts.answer;
  }

  /** What the call would have answered, such as `{ status: "verification-sent", ticket }`. */
  get answer(): unknown {
    return this.#answer;
  }
}
