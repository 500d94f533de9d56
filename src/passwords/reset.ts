import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { type IdentifierMode, idKey, keysOfTyped } from "../base/keys.js";
import { type CodeRequester, nameAsked, readAsking } from "../codes/asking.js";
import type { CodeDesk } from "../codes/desk.js";
import type { Failures } from "../limits/failures.js";
import type { MailLimits } from "../limits/mail-limits.js";
import { skipsLimits } from "../limits/skip.js";
import { mailEvent } from "../mail/notices.js";
import type {
  CodeProof,
  CodeRequestResult,
  Context,
  LimitSkip,
  ResetPasswordResult,
} from "../space/contract.js";
import type { CodeRecord, Store } from "../store/contract.js";
import { notice } from "../users/notices.js";
import { toUser } from "../users/records.js";
import { laneOf, type PasswordWork } from "./password-work.js";

export interface PasswordReset {
  request(input: CodeRequester & LimitSkip & Context): Promise<CodeRequestResult>;
  confirm(
    input: CodeProof & { readonly newPassword: string } & LimitSkip & Context,
  ): Promise<ResetPasswordResult>;
}

export function createPasswordReset(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly mode: IdentifierMode;
  readonly desk: CodeDesk;
  readonly mailLimits: MailLimits;
  readonly failures: Failures;
  readonly passwords: PasswordWork;
}): PasswordReset {
  const { store, clock, mode, desk, mailLimits, failures, passwords } = deps;

  return {
    async request(input) {
      const skip = skipsLimits(input);
      const { asked, earlier } = await readAsking(input, "reset-password", desk);
      const limited = await mailLimits.ask("reset", asked, input.ip, skip);
      if (limited !== null) return limited;
      const user = await store.findUser(keysOf(input, earlier?.code ?? null));
      const email = user?.active === true ? user.email : null;
      // Counted for nobody's inbox too, so that an unknown name costs the same writes.
      const mayMail = await mailLimits.mayMail("reset", email ?? asked, skip);
      const mayReach = email !== null && mayMail;
      // An inbox that has had enough keeps the code that it got last.
      if (email !== null && !mayReach && earlier !== null) return { status: "sent", ticket: earlier.ticket };
      const now = clock.now();
      const { ticket } = await desk.open(
        {
          userId: mayReach ? (user?.id ?? null) : null,
          isMailed: mayReach,
          purpose: "reset-password",
          address: mayReach ? email : null,
          asked,
          replaces: earlier,
        },
        (codeId) => [
          auditEvent(
            "code.requested",
            { now, userId: user?.id ?? null, details: { purpose: "reset-password" } },
            input,
          ),
          ...(mayReach && user !== null
            ? [
                mailEvent({
                  now,
                  template: "reset-password",
                  to: email,
                  userId: user.id,
                  locale: user.locale ?? input.locale ?? null,
                  codeId,
                  payload: { name: user.username },
                }),
              ]
            : []),
        ],
      );
      return { status: "sent", ticket };
    },

    async confirm(input) {
      const presented = await desk.present("reset-password", input, {
        ip: input.ip,
        skip: skipsLimits(input),
      });
      if (typeof presented === "object" && "status" in presented) return presented;
      // What was typed when the code was asked for stands in for the names, so that a refusal tells nobody anything.
      const typed = presented === "wrong-code" ? "" : nameAsked(presented.code);
      const review = await passwords.review(input.newPassword, { username: typed, email: typed });
      if (review.status === "password-refused") return review;
      // Hashed before the code is used up (a busy server costs nobody a code), and for wrong codes alike.
      const next = await passwords.make(input.newPassword, laneOf(input));
      if (presented === "wrong-code") return { status: "wrong-code" };

      const code = await presented.redeem();
      if (code === "wrong-code") return { status: "wrong-code" };
      if ("status" in code) return code;
      const user = await store.findUser([idKey(code.userId)]);
      if (user === null || user.email === null || user.email !== code.address)
        return { status: "wrong-code" };
      const now = clock.now();
      const written = await store.replacePassword(
        user.id,
        undefined,
        next,
        { raiseEpoch: true, now, expectedEmail: user.email },
        [
          auditEvent("password.reset", { now, userId: user.id }, input),
          ...notice("password-changed", user, now),
        ],
      );
      if (written.status !== "replaced") return { status: "wrong-code" };
      await store.discardCodes(user.id, ["reset-password", "second-factor"]);
      await failures.forget(user.id, input.ip);
      return { status: "password-reset", user: toUser(user, now) };
    },
  };

  function keysOf(input: CodeRequester, earlier: CodeRecord | null): string[] {
    if ("identifier" in input) return keysOfTyped(input.identifier, mode);
    if ("userId" in input) return [idKey(input.userId)];
    return earlier === null ? [] : [idKey(earlier.userId)];
  }
}
