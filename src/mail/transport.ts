import { WatchwordError } from "../base/errors.js";
import type { OutboxMail } from "../space/contract.js";
import type { OutgoingMail } from "../space/options.js";

/** A way for finished messages to leave. */
export interface Transport {
  readonly kind: "smtp" | "outbox" | "custom";
  /**
   * Resolves once somebody else has taken the message over.
   * @throws MailRefused
   */
  send(mail: OutgoingMail): Promise<void>;
  /** What lies there to be read, newest first; only where {@link kind} is `outbox`. */
  list?(): Promise<readonly OutboxMail[]>;
  /** Lets go of connections. Nothing is sent afterwards. */
  close(): Promise<void>;
}

/** The longest that handing one message over may take, whole milliseconds. A claim on a mail lasts longer than this. */
export const LONGEST_SEND = 90_000;

/** A message was not taken over. */
export class MailRefused extends WatchwordError {
  /** True: it would be refused again. False: it may pass later. */
  readonly lasting: boolean;

  constructor(message: string, lasting: boolean, cause?: unknown) {
    super("mail-failed", message, { cause });
    this.lasting = lasting;
  }
}
