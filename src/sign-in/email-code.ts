import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { idKey } from "../base/keys.js";
import type { BlockGate } from "../blocks/gate.js";
import type { PresentedCode } from "../codes/desk.js";
import type { RequestCode } from "../codes/request.js";
import type { CodeRequest, CodeRequestResult, EmailCodeSignIn, SignInResult } from "../space/contract.js";
import type { CodeRecord, Store, UserRecord } from "../store/contract.js";
import type { Admission, Entrant } from "./admission.js";

/** Signing in with a mailed code or link alone. */
export interface EmailCodeStep {
  request(input: CodeRequest): Promise<CodeRequestResult>;
  complete(presented: PresentedCode, input: Entrant): Promise<SignInResult>;
}

/**
 * An inbox is one factor. Who chose a second one by mail needs the password for the first: a sign-in code and a second
 * code would prove the same inbox twice. And who has a password and an unproven address gets none, or the owner of an
 * address could be drawn into an account that a stranger made with it.
 */
export function createEmailCode(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly allowed: EmailCodeSignIn;
  readonly requestCode: RequestCode;
  readonly gate: BlockGate;
  readonly admission: Admission;
}): EmailCodeStep {
  const { store, clock, allowed, requestCode, gate, admission } = deps;

  function mayUse(user: UserRecord, hasPassword: boolean): boolean {
    if (allowed === "nobody" || user.secondFactor !== null) return false;
    return !hasPassword || (allowed === "everybody" && user.emailVerifiedAt !== null);
  }

  async function addressOf(user: UserRecord | null): Promise<string | null> {
    // Looked up for nobody too, so that it costs the same.
    const found = await store.findSignIn([idKey(user?.id ?? "nobody")]);
    if (user === null || found === null) return null;
    return mayUse(user, found.password !== null) ? user.email : null;
  }

  return {
    request: (input) =>
      requestCode(input, { purposes: ["sign-in"], action: "sign-in", template: "sign-in", addressOf }),

    async complete(presented, input) {
      const code = await presented.redeem();
      if (code === "wrong-code") return { status: "wrong-code" };
      if ("status" in code) return code;
      for (let attempt = 0; attempt < 20; attempt++) {
        const outcome = await enter(code, input);
        if (outcome !== "again") return outcome;
      }
      return { status: "wrong-code" };
    },
  };

  /** `again`: the user was changed at the same moment, so that all has to be looked at anew. */
  async function enter(code: CodeRecord, input: Entrant): Promise<SignInResult | "again"> {
    const found = await store.findSignIn([idKey(code.userId)]);
    if (found === null || found.user.state !== "active" || found.user.email !== code.address)
      return { status: "wrong-code" };
    if (!mayUse(found.user, found.password !== null)) return { status: "wrong-code" };
    const block = await gate.of(found.user);
    // Whoever reads the inbox has proven the address; so only a block or a switched-off account is left to refuse.
    const proven = { ...found.user, emailVerifiedAt: found.user.emailVerifiedAt ?? clock.now() };
    const refusal = await admission.refuse(proven, block, input);
    if (refusal !== null) return refusal;
    const user = found.user.emailVerifiedAt === null ? await verify(found.user, input) : found.user;
    return user === null ? "again" : admission.open(user, user.sessionEpoch, ["email-code"], input);
  }

  /** What was opened before the address was proven was opened by somebody who had not proven it: it ends. */
  async function verify(user: UserRecord, input: Entrant): Promise<UserRecord | null> {
    const now = clock.now();
    const change = { emailVerifiedAt: now, raiseEpoch: true };
    const written = await store.updateUser(user.id, user.version, change, now, 0, [
      auditEvent("email.verified", { now, userId: user.id }, input),
    ]);
    return written.status === "updated" ? written.user : null;
  }
}
