import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { idKey } from "../base/keys.js";
import type { BlockGate } from "../blocks/gate.js";
import type { CodeDesk, PresentedCode } from "../codes/desk.js";
import type { Failures } from "../limits/failures.js";
import type { MailLimits } from "../limits/mail-limits.js";
import { skipsLimits } from "../limits/skip.js";
import { mailEvent } from "../mail/notices.js";
import type { JsonObject, SignInResult } from "../space/contract.js";
import type { CodeRecord, Store, UserRecord } from "../store/contract.js";
import type { Admission, Entrant } from "./admission.js";

/** Why a code is asked for besides the password. */
export type SecondFactorReason = "chosen" | "failures";

/** The second step: a mailed code, which counts with the ticket of the first step only. */
export interface SecondFactorStep {
  /** `user` null: nobody gets a code, and the answer is the same. Where the person chose it, a full inbox is told. */
  ask(user: UserRecord | null, reason: SecondFactorReason, input: Entrant): Promise<SignInResult>;
  complete(presented: PresentedCode, input: Entrant): Promise<SignInResult>;
}

export function createSecondFactor(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly mailLimits: MailLimits;
  readonly desk: CodeDesk;
  readonly failures: Failures;
  readonly gate: BlockGate;
  readonly admission: Admission;
}): SecondFactorStep {
  const { store, clock, mailLimits, desk, failures, gate, admission } = deps;
  return {
    async ask(user, reason, input) {
      const email = user?.email ?? null;
      const limited =
        email === null ? null : await mailLimits.mail("second-factor", email, skipsLimits(input));
      if (limited !== null && reason === "chosen") return limited;
      const isMailed = email !== null && limited === null;
      const now = clock.now();
      const { ticket } = await desk.open(
        {
          userId: isMailed && user !== null ? user.id : null,
          isMailed,
          purposes: ["second-factor"],
          address: email,
          asked: "",
          payload: { epoch: user?.sessionEpoch ?? 0, data: input.data ?? {} },
        },
        (codeId) => [
          auditEvent("sign-in.second-factor", { now, userId: user?.id ?? null }, input),
          ...(isMailed && user !== null
            ? [
                mailEvent({
                  now,
                  template: "second-factor" as const,
                  to: email,
                  userId: user.id,
                  locale: user.locale ?? input.locale ?? null,
                  codeId,
                  payload: {
                    name: user.username,
                    ip: input.ip ?? null,
                    userAgent: input.userAgent ?? null,
                    isLocked: reason === "failures",
                  },
                }),
              ]
            : []),
        ],
      );
      return { status: "second-factor", ticket, sentTo: "email" };
    },

    async complete(presented, input) {
      // A code that the application asked for belongs to a step of its own: no password stands before it.
      if (readFirstStep(presented.code) === null) return { status: "wrong-code" };
      const code = await presented.redeem();
      if (code === "wrong-code") return { status: "wrong-code" };
      if ("status" in code) return code;
      const user = await store.findUser([idKey(code.userId)]);
      const first = readFirstStep(code);
      // A password that was changed since the first step has raised the epoch: the first step no longer proves anything.
      // So does a new address: the code went to an inbox that is this person's no more.
      if (user === null || first === null || user.sessionEpoch !== first.epoch || user.email !== code.address)
        return { status: "wrong-code" };
      const refusal = await admission.refuse(user, await gate.of(user), input);
      if (refusal !== null) return refusal;
      await failures.forget(user.id);
      const methods = ["password", "email-code"];
      return admission.open(user, first.epoch, methods, { ...input, data: input.data ?? first.data });
    },
  };
}

/** What the first step left with the code; null: there was none. */
export function readFirstStep(
  code: CodeRecord,
): { readonly epoch: number; readonly data: JsonObject } | null {
  const payload: { readonly epoch?: unknown; readonly data?: JsonObject } = JSON.parse(code.payload);
  return typeof payload.epoch === "number" ? { epoch: payload.epoch, data: payload.data ?? {} } : null;
}
