import { WatchwordError } from "../base/errors.js";
import { emailKey, type IdentifierMode, parseEmail, parseUsername, usernameKey } from "../base/keys.js";
import type { ImportedUser } from "./source.js";

/** A name that a person would like to be found by. */
export interface Claim {
  readonly kind: "username" | "email";
  /** As it is stored and shown. */
  readonly value: string;
  readonly key: string;
}

/** A name that cannot be one. */
export interface Misfit {
  readonly kind: "username" | "email";
  readonly value: string;
  readonly why: string;
}

/**
 * The names of an imported person. A username may have an `@` without being the person's email, since it was somebody's
 * name for years; empty ones are none.
 */
export function namesOf(
  user: ImportedUser,
  mode: IdentifierMode,
): { readonly claims: readonly Claim[]; readonly misfits: readonly Misfit[] } {
  const claims: Claim[] = [];
  const misfits: Misfit[] = [];
  const take = (kind: Claim["kind"], text: string | null, parse: (text: string) => string) => {
    if (text === null || text === "") return;
    try {
      const value = parse(text);
      claims.push({ kind, value, key: kind === "email" ? emailKey(value, mode) : usernameKey(value, mode) });
    } catch (error) {
      if (!(error instanceof WatchwordError)) throw error;
      misfits.push({ kind, value: text, why: error.message });
    }
  };
  take("username", user.username, parseUsername);
  take("email", user.email, parseEmail);
  return { claims, misfits };
}
