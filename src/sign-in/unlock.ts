import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { idKey } from "../base/keys.js";
import type { BlockGate } from "../blocks/gate.js";
import type { CodeDesk } from "../codes/desk.js";
import type { RequestCode } from "../codes/request.js";
import type { Failures } from "../limits/failures.js";
import { skipsLimits } from "../limits/skip.js";
import type {
  CodeProof,
  CodeRequest,
  CodeRequestResult,
  Context,
  LimitSkip,
  UnlockResult,
} from "../space/contract.js";
import type { Store } from "../store/contract.js";

/** Forgetting failed passwords, for whoever reads the inbox of the account. */
export interface Unlock {
  request(input: CodeRequest): Promise<CodeRequestResult>;
  confirm(input: CodeProof & LimitSkip & Context): Promise<UnlockResult>;
}

/** Whether there is a lock at all is not looked at: the mail says nothing, and the answer neither. */
export function createUnlock(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly desk: CodeDesk;
  readonly requestCode: RequestCode;
  readonly failures: Failures;
  readonly gate: BlockGate;
}): Unlock {
  const { store, clock, desk, requestCode, failures, gate } = deps;
  return {
    request: (input) =>
      requestCode(input, {
        purposes: ["unlock"],
        action: "unlock",
        template: "unlock",
        addressOf: (user) => user?.email ?? null,
      }),

    async confirm(input) {
      const presented = await desk.present("unlock", input, { ip: input.ip, skip: skipsLimits(input) });
      if (presented === "wrong-code") return { status: "wrong-code" };
      if ("status" in presented) return presented;
      const user = await store.findUser([idKey(presented.code.userId)]);
      if (user === null || (await gate.of(user)) !== null) return { status: "wrong-code" };
      const code = await presented.redeem();
      if (code === "wrong-code") return { status: "wrong-code" };
      if ("status" in code) return code;
      if (user.email !== code.address) return { status: "wrong-code" };
      await failures.forget(user.id, input.ip);
      await store.addEvents([auditEvent("user.unlocked", { now: clock.now(), userId: user.id }, input)]);
      return { status: "unlocked" };
    },
  };
}
