import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { idKey } from "../base/keys.js";
import type { BlockGate } from "../blocks/gate.js";
import type { CodeDesk } from "../codes/desk.js";
import type { RequestCode } from "../codes/request.js";
import { skipsLimits } from "../limits/skip.js";
import type {
  CodeProof,
  CodeRequest,
  CodeRequestResult,
  Context,
  LimitSkip,
  SecondFactorResult,
} from "../space/contract.js";
import type { Store } from "../store/contract.js";
import { toUser } from "../users/records.js";
import { readFirstStep } from "./second-factor.js";

/** A mailed code as a second step of the application's own. It signs nobody in. */
export interface OwnStep {
  request(input: CodeRequest): Promise<CodeRequestResult>;
  confirm(input: CodeProof & LimitSkip & Context): Promise<SecondFactorResult>;
}

export function createOwnStep(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly desk: CodeDesk;
  readonly requestCode: RequestCode;
  readonly gate: BlockGate;
}): OwnStep {
  const { store, clock, desk, requestCode, gate } = deps;
  return {
    request: (input) =>
      requestCode(input, {
        purposes: ["second-factor"],
        action: "second-factor",
        template: "second-factor",
        addressOf: (user) => user?.email ?? null,
      }),

    async confirm(input) {
      const from = { ip: input.ip, skip: skipsLimits(input) };
      const presented = await desk.present("second-factor", input, from);
      if (presented === "wrong-code") return { status: "wrong-code" };
      if ("status" in presented) return presented;
      const user = await store.findUser([idKey(presented.code.userId)]);
      if (user === null || (await gate.of(user)) !== null) return { status: "wrong-code" };
      // The code of a sign-in opens that sign-in, and nothing else.
      if (readFirstStep(presented.code) !== null) return { status: "wrong-code" };
      const code = await presented.redeem();
      if (code === "wrong-code") return { status: "wrong-code" };
      if ("status" in code) return code;
      if (user.email !== code.address) return { status: "wrong-code" };
      const now = clock.now();
      const details = { purpose: "second-factor" };
      await store.addEvents([auditEvent("code.confirmed", { now, userId: user.id, details }, input)]);
      return { status: "confirmed", user: toUser(user, now) };
    },
  };
}
