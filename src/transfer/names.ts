import { WatchwordError } from "../base/errors.js";
import {
  emailKey,
  type IdentifierMode,
  numberKey,
  parseEmail,
  parseUsername,
  usernameKey,
} from "../base/keys.js";
import type { ImportedUser } from "./source.js";

/** A name, or a number, that a person would like to be found by. */
export interface Claim {
  readonly kind: "username" | "email" | "number";
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
  const take = (kind: Misfit["kind"], text: string | null, parse: (text: string) => string) => {
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
  // Last, so that of several that are taken the names are told first.
  if (user.number !== null)
    claims.push({ kind: "number", value: String(user.number), key: numberKey(user.number) });
  return { claims, misfits };
}

/** Whether a person is left with a username or an email: with a number alone nobody signs in. */
export function hasName(claims: readonly Claim[]): boolean {
  return claims.some(({ kind }) => kind !== "number");
}

/** The number that a person claims; null: none. */
export function numberIn(claims: readonly Claim[]): number | null {
  const claim = claims.find(({ kind }) => kind === "number");
  return claim === undefined ? null : Number(claim.value);
}
