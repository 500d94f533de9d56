import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { idKey } from "../base/keys.js";
import type { BlockGate } from "../blocks/gate.js";
import { nameAsked } from "../codes/asking.js";
import type { CodeDesk } from "../codes/desk.js";
import { MAILED_PURPOSES, PURPOSES_ENDED_BY_PASSWORD } from "../codes/purposes.js";
import type { RequestCode } from "../codes/request.js";
import type { Failures } from "../limits/failures.js";
import { skipsLimits } from "../limits/skip.js";
import type {
  CodeProof,
  CodeRequest,
  CodeRequestResult,
  Context,
  LimitSkip,
  ResetPasswordResult,
} from "../space/contract.js";
import type { Store } from "../store/contract.js";
import { notice } from "../users/notices.js";
import { toUser } from "../users/records.js";
import { laneOf, type PasswordWork } from "./password-work.js";

export interface PasswordReset {
  request(input: CodeRequest): Promise<CodeRequestResult>;
  confirm(
    input: CodeProof & { readonly newPassword: string; readonly endCodes?: "all" } & LimitSkip & Context,
  ): Promise<ResetPasswordResult>;
}

export function createPasswordReset(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly desk: CodeDesk;
  readonly requestCode: RequestCode;
  readonly gate: BlockGate;
  readonly failures: Failures;
  readonly passwords: PasswordWork;
}): PasswordReset {
  const { store, clock, desk, requestCode, gate, failures, passwords } = deps;

  return {
    request: (input) =>
      requestCode(input, {
        purposes: ["reset-password"],
        action: "reset",
        template: "reset-password",
        addressOf: (user) => user?.email ?? null,
      }),

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
      if (presented === "wrong-code" || (await isHeld(presented.code.userId)))
        return { status: "wrong-code" };

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
      const ended = input.endCodes === "all" ? MAILED_PURPOSES : PURPOSES_ENDED_BY_PASSWORD;
      await store.discardCodes(user.id, ended);
      await failures.forget(user.id, input.ip);
      return { status: "password-reset", user: toUser(user, now) };
    },
  };

  /** A blocked person resets nothing; the code is left as it was, for when the block is over. */
  async function isHeld(userId: string): Promise<boolean> {
    const user = await store.findUser([idKey(userId)]);
    return user !== null && (await gate.of(user)) !== null;
  }
}
