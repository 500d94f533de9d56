import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { hmac } from "../base/crypto.js";
import { requireText } from "../base/input.js";
import { type IdentifierMode, idKey, keysOfTyped, limitForm } from "../base/keys.js";
import type { CodeDesk } from "../codes/desk.js";
import type { Failures } from "../limits/failures.js";
import { byAddress, type Guard } from "../limits/guard.js";
import { MAIL_REQUESTS, MAILS_TO_ADDRESS } from "../limits/rules.js";
import { mailEvent } from "../mail/notices.js";
import type { CodeProof, CodeRequestResult, Context, ResetPasswordResult } from "../space/contract.js";
import type { CodeRecord, Store, UserRecord } from "../store/contract.js";
import { notice } from "../users/notices.js";
import { toUser } from "../users/records.js";
import type { PasswordWork } from "./password-work.js";

/** Who asks: what they typed, a known user, or the ticket of an earlier request. */
export type CodeRequester =
  | { readonly identifier: string; readonly ticket?: string }
  | { readonly userId: string; readonly ticket?: string }
  | { readonly ticket: string };

export interface PasswordReset {
  request(input: CodeRequester & Context): Promise<CodeRequestResult>;
  confirm(input: CodeProof & { readonly newPassword: string } & Context): Promise<ResetPasswordResult>;
}

export function createPasswordReset(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly mode: IdentifierMode;
  readonly desk: CodeDesk;
  readonly guard: Guard;
  readonly failures: Failures;
  readonly passwords: PasswordWork;
  readonly limitKey: Buffer;
}): PasswordReset {
  const { store, clock, mode, desk, guard, failures, passwords, limitKey } = deps;

  /** The user who asks, and what they typed; nobody is no error, since a stranger must not learn it. */
  async function findRequester(
    input: CodeRequester,
  ): Promise<{ user: UserRecord | null; typed: string; earlier: CodeRecord | null }> {
    const ticket = input.ticket;
    const earlier = ticket === undefined ? null : await desk.byTicket(ticket);
    if ("identifier" in input) {
      const typed = requireText(input.identifier, "identifier");
      return { user: await store.findUser(keysOfTyped(typed, mode)), typed, earlier };
    }
    if ("userId" in input) {
      const userId = requireText(input.userId, "userId");
      return { user: await store.findUser([idKey(userId)]), typed: userId, earlier };
    }
    const user = earlier === null ? null : await store.findUser([idKey(earlier.userId)]);
    return { user, typed: earlier === null ? "" : typedOf(earlier), earlier };
  }

  return {
    async request(input) {
      const { user, typed, earlier } = await findRequester(input);
      const account = user?.id ?? `?${hmac(limitKey, limitForm(typed))}`;
      const limited = await guard.pass([
        [byAddress("reset", input.ip), MAIL_REQUESTS],
        [`reset:${account}`, MAILS_TO_ADDRESS],
      ]);
      if (limited !== null) return limited;
      const reachable = user?.email != null && user.active ? { ...user, email: user.email } : null;
      const isSameRequest =
        earlier?.purposes.includes("reset-password") === true &&
        (user === null ? typedOf(earlier) === typed : earlier.userId === user.id);
      const replaces = isSameRequest && input.ticket !== undefined ? { ticket: input.ticket } : undefined;
      const now = clock.now();
      const audited = auditEvent(
        "code.requested",
        { now, userId: reachable?.id ?? null, details: { purpose: "reset-password" } },
        input,
      );
      const { ticket } = await desk.open(
        {
          userId: reachable?.id ?? null,
          isMailed: reachable !== null,
          purpose: "reset-password",
          address: reachable?.email ?? null,
          replaces,
          payload: { typed },
        },
        (codeId) =>
          reachable === null
            ? [audited]
            : [
                audited,
                mailEvent({
                  now,
                  template: "reset-password",
                  to: reachable.email,
                  userId: reachable.id,
                  locale: reachable.locale ?? input.locale ?? null,
                  codeId,
                  payload: { name: reachable.username },
                }),
              ],
      );
      return { status: "sent", ticket };
    },

    async confirm(input) {
      const presented = await desk.present("reset-password", input, input.ip);
      if (typeof presented === "object" && "status" in presented) return presented;
      // What was typed when the code was asked for stands in for the names, so that a refusal tells nobody anything.
      const typed = presented === "wrong-code" ? "" : typedOf(presented.code);
      const review = await passwords.review(input.newPassword, { username: typed, email: typed });
      if (review.status === "password-refused") return review;
      // Hashed before the code is used up (a busy server costs nobody a code), and for wrong codes alike.
      const next = await passwords.make(
        input.newPassword,
        input.ip === undefined ? {} : { address: input.ip },
      );
      if (presented === "wrong-code") return { status: "wrong-code" };

      const code = await presented.redeem();
      if (code === "wrong-code") return { status: "wrong-code" };
      if ("status" in code) return code;
      const user = await store.findUser([idKey(code.userId)]);
      if (user === null || user.email === null || user.email !== code.address)
        return { status: "wrong-code" };
      const now = clock.now();
      const written = await store.replacePassword(user.id, undefined, next, { raiseEpoch: true, now }, [
        auditEvent("password.reset", { now, userId: user.id }, input),
        ...notice("password-changed", user, now),
      ]);
      if (written.status !== "replaced") return { status: "wrong-code" };
      await store.discardCodes(user.id, ["reset-password", "second-factor"]);
      await failures.forget(user.id);
      return { status: "password-reset", user: toUser(user, now) };
    },
  };
}

function typedOf(code: CodeRecord): string {
  const payload: unknown = JSON.parse(code.payload);
  if (typeof payload !== "object" || payload === null || !("typed" in payload)) return "";
  return typeof payload.typed === "string" ? payload.typed : "";
}
