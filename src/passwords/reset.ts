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
import type { CodeRecord, PasswordRecord, Store, UserRecord } from "../store/contract.js";
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
      const { newPassword } = input;
      const review = await passwords.review(newPassword, { username: typed, email: typed });
      if (review.status === "password-refused") return review;
      // Hashed before the code is used up (a busy server costs nobody a code), and for wrong codes alike.
      const next = await passwords.make(newPassword, laneOf(input));
      if (presented === "wrong-code") return { status: "wrong-code" };
      const before = await store.findUser([idKey(presented.code.userId)]);
      if (before !== null && (await gate.of(before)) !== null) return { status: "wrong-code" };

      const code = await presented.redeem();
      if (code === "wrong-code") return { status: "wrong-code" };
      if ("status" in code) return code;
      // Before the password too: whoever dies in between leaves no other link behind that would set one more.
      await store.discardCodes(code.userId, ["reset-password"]);
      const user = await replaceUnder(before?.sessionEpoch, code, next, input);
      if (user === null) return { status: "wrong-code" };
      const ended = input.endCodes === "all" ? MAILED_PURPOSES : PURPOSES_ENDED_BY_PASSWORD;
      await store.discardCodes(user.id, ended);
      await failures.forget(user.id, input.ip);
      return { status: "password-reset", user: toUser(user, clock.now()) };
    },
  };

  /**
   * Of several resets of one user at once, each with a code of its own, one is done: the others were asked for under an
   * epoch that is gone then. Null: so is this one.
   */
  async function replaceUnder(
    epoch: number | undefined,
    code: CodeRecord,
    next: PasswordRecord,
    context: Context,
  ): Promise<UserRecord | null> {
    for (let attempt = 0; attempt < 5; attempt++) {
      const found = await store.findSignIn([idKey(code.userId)]);
      if (found === null || found.user.state !== "active" || found.user.sessionEpoch !== epoch) return null;
      const { user, password } = found;
      if (user.email === null || user.email !== code.address) return null;
      const now = clock.now();
      const written = await store.replacePassword(
        user.id,
        password?.hash ?? null,
        next,
        { raiseEpoch: true, now, expectedEmail: user.email },
        [
          auditEvent("password.reset", { now, userId: user.id }, context),
          ...notice("password-changed", user, now),
        ],
      );
      if (written.status === "replaced") return user;
      // Or its hash was made anew in this moment, by a sign-in: the password is the same, and the epoch too.
      if (written.status === "not-found") return null;
    }
    return null;
  }
}
