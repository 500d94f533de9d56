import { WatchwordError } from "../base/errors.js";
import { seal, unseal } from "../base/seal.js";
import type { HashContext } from "../space/contract.js";

/**
 * Keeps the secrets of another system (a pepper, a signer key) beside the hashes that need them, encrypted under the
 * space's own secret: a stolen database alone does not tell them, and nobody has to keep them in the options.
 */
export interface SecretSealing {
  /** Bound to the hash: beside another one it cannot be opened. */
  seal(secrets: HashContext, hash: string): string;
  /** @throws WatchwordError `secret-missing` where the space's secret was changed and the old one taken away. */
  open(sealed: string, hash: string): HashContext;
}

/** @param keys - The newest first; the others open what was sealed before a rotation. */
export function createSecretSealing(keys: readonly [Buffer, ...Buffer[]]): SecretSealing {
  return {
    seal: (secrets, hash) => seal(keys[0], JSON.stringify(secrets), hash),
    open(sealed, hash) {
      const text = unseal(keys, sealed, hash);
      if (text !== null) return JSON.parse(text) as HashContext;
      throw new WatchwordError(
        "secret-missing",
        "A stored password needs a secret of the system that it came from, which was encrypted under another secret of this space. Give that one back, behind the new one.",
        { details: { option: "secret" } },
      );
    },
  };
}
