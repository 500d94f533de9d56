import { WatchwordError } from "../base/errors.js";
import { fold } from "../base/keys.js";
import type { PasswordPolicy, PasswordRefusal, PasswordRefused } from "../space/contract.js";
import { isCommonPassword } from "./common-passwords.js";
import { readPassword } from "./normalize.js";

/** What a person is called: words that make a poor password for that person. */
export interface PersonalNames {
  readonly username?: string | null;
  readonly email?: string | null;
}

/** The policy where no option says otherwise (NIST SP 800-63B-4 §3.1.1.2: length and a blocklist, no composition rules). */
export const DEFAULT_PASSWORD_POLICY: PasswordPolicy = {
  minLength: 8,
  maxLength: 256,
  refuseCommon: true,
  refusePersonal: true,
  words: [],
};

/**
 * What the policy says about a new password for a person with these names. Lengths are counted in Unicode code points
 * of the normalised text; lists and names are compared with the whole password, never with parts of it.
 */
export async function reviewPassword(
  password: string,
  names: PersonalNames,
  policy: PasswordPolicy,
): Promise<{ readonly status: "accepted" } | PasswordRefused> {
  const read = readPassword(password);
  if (read.status === "refused") return refuse(read.reason, read.message);
  const length = [...read.text].length;
  if (length < policy.minLength)
    return refuse("too-short", `Use at least ${characters(policy.minLength)}; this password has ${length}.`);
  if (length > policy.maxLength)
    return refuse("too-long", `Use at most ${characters(policy.maxLength)}; this password has ${length}.`);
  const folded = fold(read.text);
  if (policy.refusePersonal && personalWords(names, policy).some((word) => isWordAlone(folded, word)))
    return refuse(
      "personal",
      "This password is your own name or address or the name of this service, or little more. Choose one that cannot be guessed from them.",
    );
  if (policy.refuseCommon && (await isCommonPassword(folded)))
    return refuse(
      "common",
      "This is one of the most common passwords, which are tried first. Choose another, such as several unrelated words.",
    );
  return { status: "accepted" };
}

/**
 * The options of a policy over the defaults.
 * @throws WatchwordError `invalid-option` that names the option.
 */
export function createPolicy(options: Partial<PasswordPolicy>): PasswordPolicy {
  const {
    minLength = DEFAULT_PASSWORD_POLICY.minLength,
    maxLength = DEFAULT_PASSWORD_POLICY.maxLength,
    refuseCommon = DEFAULT_PASSWORD_POLICY.refuseCommon,
    refusePersonal = DEFAULT_PASSWORD_POLICY.refusePersonal,
    words = DEFAULT_PASSWORD_POLICY.words,
  } = options;
  checkLength("minLength", minLength, 0, 4096);
  checkLength("maxLength", maxLength, Math.max(1, minLength), 4096);
  return { minLength, maxLength, refuseCommon, refusePersonal, words: [...words] };
}

function personalWords({ username, email }: PersonalNames, policy: PasswordPolicy): string[] {
  const words = [...policy.words];
  if (username) words.push(username);
  if (email) words.push(email, email.slice(0, Math.max(0, email.lastIndexOf("@"))));
  return words.map((word) => fold(word.trim())).filter((word) => word !== "");
}

/** What is no digit, punctuation, symbol or space. */
const LETTER = /[^\p{N}\p{P}\p{S}\p{Z}]/u;

/** Whether a password is this word and nothing else, or the word with only digits and punctuation around it. */
function isWordAlone(password: string, word: string): boolean {
  if (password === word) return true;
  const letter = word.search(LETTER);
  // A name of digits alone, such as "7", has no edge between it and what is around it.
  if (letter === -1) return false;
  const start = password.search(LETTER) - letter;
  if (start < 0 || !password.startsWith(word, start)) return false;
  return !LETTER.test(password.slice(start + word.length));
}

function characters(count: number): string {
  return count === 1 ? "1 character" : `${count} characters`;
}

function refuse(reason: PasswordRefusal, message: string): PasswordRefused {
  return { status: "password-refused", reason, message };
}

function checkLength(option: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new WatchwordError(
    "invalid-option",
    `The option passwords.${option} is ${value}; give a whole number of characters from ${least} to ${most}.`,
    { details: { option: `passwords.${option}`, value } },
  );
}
