import { newShortCode } from "../../base/crypto.js";
import { WatchwordError } from "../../base/errors.js";
import { requireInteger } from "../../base/input.js";
import { parseEmail } from "../../base/keys.js";
import { openHashVerifier } from "../../index.js";

/** ASCII alone, as the original had it; each part ends at a character that the one before it cannot hold, so it is linear. */
const ADDRESS = /^[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9.-]+$/;

/**
 * Whether a text has the form of an email address: the original's, and such that a mail server would take it.
 *
 * @example
 * ```ts
 * console.log(validateEmail("ada@example.com"), validateEmail("ada@localhost")); // true false
 * ```
 */
export function validateEmail(text: string): boolean {
  if (typeof text !== "string" || !ADDRESS.test(text)) return false;
  try {
    return parseEmail(text) !== "";
  } catch (error) {
    if (error instanceof WatchwordError) return false;
    throw error;
  }
}

/**
 * A text of so many characters of 0-9 and A-Z, drawn by the system's CSPRNG.
 *
 * @throws WatchwordError `invalid-input` for a length that is no whole number from 0 to 4096
 * @example
 * ```ts
 * console.log(generateSecureCode(12).length); // 12
 * ```
 */
export function generateSecureCode(length: number): string {
  return newShortCode("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", requireInteger(length, "length", 0, 4096));
}

/**
 * The version of easy-mongodb-auth-handler whose calls these are.
 *
 * @example
 * ```ts
 * console.log(getVersion()); // 3.0.0
 * ```
 */
export function getVersion(): string {
  return "3.0.0";
}

/**
 * A hash of a password: argon2id, of the whole text.
 *
 * @throws WatchwordError `invalid-input` for more than 4096 bytes of UTF-8
 * @example
 * ```ts
 * const hash = await hashPassword("correct horse battery staple");
 * console.log(await verifyPassword("correct horse battery staple", hash)); // true
 * ```
 */
export function hashPassword(password: string): Promise<string> {
  return withHashes((hashes) => hashes.hash(password));
}

/**
 * Whether a password fits a stored hash: one of {@link hashPassword}, the original's bcrypt, or any other that Watchword
 * knows.
 *
 * @throws WatchwordError `invalid-input` for a hash of an unknown or damaged form
 * @example
 * ```ts
 * const hash = "$2b$04$XVRRmM4HYcmbhB2dTxmWouyVS7p0IVmPMHPW5b5kWJnHrANFKUqAO";
 * console.log(await verifyPassword("wrong", hash)); // false
 * ```
 */
export function verifyPassword(password: string, hashed: string): Promise<boolean> {
  return withHashes(async (hashes) => (await hashes.verify({ password, hash: hashed })).valid);
}

/**
 * Whether a password fits the hash in `user.password`; false where there is none.
 *
 * @throws WatchwordError as {@link verifyPassword}
 * @example
 * ```ts
 * const user = { password: await hashPassword("correct horse battery staple") };
 * console.log(await checkPassword(user, "wrong")); // false
 * ```
 */
export async function checkPassword(
  user: { readonly password: string | null },
  password: string,
): Promise<boolean> {
  return user.password !== null && verifyPassword(password, user.password);
}

/** Opened for one call: the threads behind it would keep no process alive, but nobody would end them either. */
async function withHashes<T>(use: (hashes: ReturnType<typeof openHashVerifier>) => Promise<T>): Promise<T> {
  const hashes = openHashVerifier({ slots: 1 });
  try {
    return await use(hashes);
  } finally {
    await hashes.close();
  }
}
