import { newId } from "../base/ids.js";
import type { MailEvent } from "../store/contract.js";
import type { MailPayloads, MailTemplate } from "./templates.js";
import { noteMail } from "./waiting.js";

/** One mail for the queue, to be written together with the change that it tells of. */
export function mailEvent<T extends MailTemplate>(input: {
  /** Whole milliseconds. */
  readonly now: number;
  readonly template: T;
  readonly to: string;
  readonly userId: string | null;
  /** A BCP 47 language tag; null: the language of the space. */
  readonly locale: string | null;
  /** The code record that the mail is about; it is filled when the mail leaves. */
  readonly codeId?: string | null;
  /** Never a secret: it rests in the queue. */
  readonly payload?: MailPayloads[T];
}): MailEvent {
  const id = newId(input.now);
  noteMail(id);
  return {
    type: "mail",
    id,
    at: input.now,
    template: input.template,
    to: input.to,
    userId: input.userId,
    locale: input.locale,
    codeId: input.codeId ?? null,
    payload: JSON.stringify(input.payload ?? {}),
  };
}
