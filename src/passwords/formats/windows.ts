import { pbkdf2Sync } from "node:crypto";
import { lmHash } from "./crypt/des-crypt.js";
import { md4 } from "./crypt/md4.js";
import { defineFormat, type HashContext, type PasswordFormat } from "./format.js";
import { hexFormat } from "./simple.js";
import { textOf, utf16 } from "./text.js";

/** Code page 437 from 128 on: the one that LAN Manager's hashes were made in, unless somebody chose another. */
const CODE_PAGE_437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/** The bytes of a text in code page 437; null where a character is not in it. */
function codePage437(text: string): Buffer | null {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.charCodeAt(0);
    const place = code < 128 ? code - 128 : CODE_PAGE_437.indexOf(character);
    if (code >= 128 && place < 0) return null;
    bytes.push(place + 128);
  }
  return Buffer.from(bytes);
}

function lanManager(password: Buffer): Buffer | null {
  const text = textOf(password);
  const bytes = text === null ? null : codePage437(text.toUpperCase());
  return bytes === null ? null : lmHash(bytes);
}

/** The hash of Windows NT ([MS-NLMP] §3.3.1, NTOWFv1). */
function ntHash(password: Buffer): Buffer | null {
  const text = utf16(password);
  return text === null ? null : md4(text);
}

/** As libxcrypt makes it: each byte as a character of its own. */
function ntHashOfBytes(password: Buffer): Buffer {
  return md4(Buffer.from(password.toString("latin1"), "utf16le"));
}

/** The domain credentials that a computer keeps for signing in without the domain's server. */
function cachedCredentials(password: Buffer, { user = "" }: HashContext): Buffer | null {
  const hash = ntHash(password);
  return hash === null ? null : md4(Buffer.concat([hash, lowerUser(user)]));
}

function lowerUser(user: string): Buffer {
  return Buffer.from(user.toLowerCase(), "utf16le");
}

const BSD = /^\$3\$\$([0-9a-fA-F]{32})$/;

export const WINDOWS_FORMATS: readonly PasswordFormat[] = [
  defineFormat<Buffer>({
    name: "lmhash",
    title: "LAN Manager: DES, upper case, fourteen bytes",
    sources: ["windows", "samba", "passlib"],
    shape: /^[0-9a-fA-F]{32}$/,
    strength: "broken",
    flags: ["truncates", "folds-case", "unsalted"],
    parse: (hash) => Buffer.from(hash, "hex"),
    compare: {
      expected: (expected) => expected,
      digest: lanManager,
      bare: () => "0".repeat(32),
    },
  }),
  hexFormat(
    "nthash",
    "Windows NT: MD4 of the password in UTF-16",
    { sources: ["windows", "samba", "passlib"], bytes: 16 },
    ntHash,
  ),
  defineFormat<Buffer>({
    name: "bsd_nthash",
    aliases: ["nt"],
    title: "Windows NT's hash in the form of crypt(3)",
    sources: ["shadow", "libxcrypt", "passlib"],
    shape: BSD,
    strength: "broken",
    flags: ["unsalted"],
    parse: (hash) => Buffer.from(BSD.exec(hash)?.[1] ?? "", "hex"),
    compare: {
      expected: (expected) => expected,
      // FreeBSD and Passlib take the text of the password, libxcrypt its bytes; the hash does not tell which.
      digest: (password) => [ntHash(password), ntHashOfBytes(password)],
      bare: () => `$3$$${"0".repeat(32)}`,
    },
  }),
  hexFormat(
    "msdcc",
    "Windows' cached domain credentials, version 1",
    { sources: ["windows", "passlib"], bytes: 16, needs: ["user"] },
    cachedCredentials,
  ),
  defineFormat<Buffer>({
    name: "msdcc2",
    title: "Windows' cached domain credentials, version 2: PBKDF2 with HMAC-SHA1, 10,240 rounds",
    sources: ["windows", "passlib"],
    shape: /^[0-9a-fA-F]{32}$/,
    needs: ["user"],
    strength: "weak",
    parse: (hash) => Buffer.from(hash, "hex"),
    compare: {
      expected: (expected) => expected,
      digest(password, _, context) {
        const first = cachedCredentials(password, context);
        return first === null ? null : pbkdf2Sync(first, lowerUser(context.user ?? ""), 10_240, 16, "sha1");
      },
      bare: () => "0".repeat(32),
    },
  }),
  hexFormat(
    "hex_md4",
    "MD4 of the password, in hexadecimal",
    { sources: ["passlib", "auth0"], bytes: 16 },
    md4,
  ),
];
