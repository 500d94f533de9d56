import type { PasswordRecord } from "../store/contract.js";
import type { ImportedPassword } from "./source.js";

/** The mark of a password that came along and was not made anew here since. */
export const IMPORTED = "imported";

/** What became of somebody's passwords. */
export interface TakenPassword {
  /** What rests in the store; null: the person has no password here. */
  readonly record: PasswordRecord | null;
  /** The format of each that was taken, with its strength where that is known. */
  readonly schemes: readonly { readonly scheme: string; readonly strength: string | null }[];
  /** Why one was not taken; nobody signs in with it. */
  readonly unusable: readonly string[];
}

/**
 * What an import has to know of passwords, which are another room's business: handed to it by whoever joins the two.
 */
export interface PasswordIntake {
  /**
   * Turns what the source has into a record. A clear text is hashed; a hash is checked for its form and cost only.
   *
   * @param trial - Nothing is hashed, since nothing will be kept.
   */
  take(passwords: readonly ImportedPassword[], now: number, trial: boolean): Promise<TakenPassword>;
}
