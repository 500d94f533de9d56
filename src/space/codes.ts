import { WatchwordError } from "../base/errors.js";
import { idKey } from "../base/keys.js";
import type { CodeDesk } from "../codes/desk.js";
import type { PasswordReset } from "../passwords/reset.js";
import type { Verification } from "../sign-up/verification.js";
import type { Store } from "../store/contract.js";
import type { CodeProof, CodePurpose, CodesService, Context, LimitSkip } from "./contract.js";
import type { Mail } from "./mail.js";

/** `space.codes`: hands each purpose to the flow that it belongs to. */
export function createCodes(deps: {
  readonly store: Store;
  readonly desk: CodeDesk;
  readonly verification: Verification;
  readonly reset: PasswordReset;
  /** Runs each request, since a mail may be queued by it. */
  readonly aroundRequest: Mail["around"];
}): CodesService {
  const { store, desk, verification, reset, aroundRequest } = deps;

  function confirm(
    purpose: CodePurpose,
    input: CodeProof & { readonly newPassword?: string } & LimitSkip & Context,
  ) {
    if (purpose === "verify-email") return verification.confirm(input);
    if (purpose === "reset-password")
      return reset.confirm({ ...input, newPassword: input.newPassword ?? "" });
    return Promise.reject(unknownPurpose(purpose));
  }

  return {
    request(purpose, input) {
      if (purpose === "verify-email") return aroundRequest(input, () => verification.request(input));
      if (purpose === "reset-password") return aroundRequest(input, () => reset.request(input));
      return Promise.reject(unknownPurpose(purpose));
    },
    confirm: confirm as CodesService["confirm"],
    async peek(link) {
      const code = await desk.byLink(link);
      const purpose = code?.purposes[0];
      if (code === null || (purpose !== "verify-email" && purpose !== "reset-password")) return null;
      const user = await store.findUser([idKey(code.userId)], { pending: true });
      return user === null ? null : { purpose, needsProof: user.state === "pending" };
    },
  };
}

function unknownPurpose(purpose: string): WatchwordError {
  return new WatchwordError(
    "invalid-input",
    `A code cannot be asked for with the purpose ${JSON.stringify(String(purpose).slice(0, 32))}; use "verify-email" or "reset-password".`,
  );
}
