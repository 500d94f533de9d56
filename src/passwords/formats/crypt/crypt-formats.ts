import { DES_CRYPT_FORMATS } from "../des-crypt.js";
import { DIGEST_CRYPT_FORMATS } from "../digest-crypt.js";
import type { PasswordFormat } from "../format.js";
import { MEMORY_CRYPT_FORMATS } from "../memory-crypt.js";
import { BCRYPT_2X } from "../old-bcrypt.js";
import { WINDOWS_FORMATS } from "../windows.js";

/**
 * All that crypt(3) reads, but for bcrypt, in the order in which it looks: of the forms without a `$`, traditional crypt is for
 * thirteen characters and bigcrypt for more.
 */
export const CRYPT_FORMATS: readonly PasswordFormat[] = [
  ...DIGEST_CRYPT_FORMATS,
  ...MEMORY_CRYPT_FORMATS,
  BCRYPT_2X,
  ...WINDOWS_FORMATS.filter(({ name }) => name === "bsd_nthash"),
  ...DES_CRYPT_FORMATS.filter(({ name }) => name !== "crypt16"),
];
