import { DIGEST_BYTES, type DigestName, digestOf, shown } from "./digests.js";
import { readHex } from "./encodings.js";
import { damaged, defineFormat, type HashContext, type PasswordFormat } from "./format.js";

/** The bytes of a digest that a hash holds. @throws WatchwordError `invalid-input` where they were not read. */
export function expectedBytes(scheme: string, bytes: Buffer | null, length?: number): Buffer {
  if (bytes === null) throw damaged(scheme, "its digest cannot be decoded");
  if (length !== undefined && bytes.length !== length)
    throw damaged(scheme, `its digest is ${bytes.length} bytes long and not ${length}`);
  return bytes;
}

/** What {@link hexFormat} takes besides a name and a title. */
interface HexOptions {
  readonly aliases?: readonly string[];
  readonly sources: readonly string[];
  /** What stands before the digits. */
  readonly prefix?: string;
  readonly detectable?: boolean;
  readonly bytes?: number;
  readonly needs?: readonly (keyof HashContext)[];
  readonly accepts?: readonly (keyof HashContext)[];
}

/** An unsalted digest in hexadecimal, either case. */
export function hexFormat(
  name: string,
  title: string,
  options: HexOptions & { readonly bytes: number },
  digest: (password: Buffer, context: HashContext) => Buffer | null,
): PasswordFormat {
  const { bytes, prefix = "", ...rest } = options;
  const shape = new RegExp(`^${prefix.replace(/[{}*$]/g, "\\$&")}[0-9a-fA-F]{${2 * bytes}}$`);
  return defineFormat<Buffer>({
    name,
    title,
    ...rest,
    shape,
    strength: "broken",
    flags: ["unsalted"],
    parse: (hash) => expectedBytes(name, readHex(hash.slice(prefix.length)), bytes),
    compare: {
      expected: (expected) => expected,
      digest: (password, _, context) => digest(password, context),
      bare: () => `${prefix}${"0".repeat(2 * bytes)}`,
    },
  });
}

function plainDigest(
  digest: DigestName,
  options: Omit<HexOptions, "bytes">,
  name = `hex_${digest.replace("-", "_")}`,
) {
  const title = `${shown(digest)} of the password, in hexadecimal`;
  return hexFormat(name, title, { bytes: DIGEST_BYTES[digest], ...options }, (password) =>
    digestOf(digest, password),
  );
}

export const SIMPLE_FORMATS: readonly PasswordFormat[] = [
  plainDigest("md5", {
    aliases: ["md5"],
    sources: ["passlib", "auth0", "clerk", "passwap", "stytch"],
  }),
  plainDigest("sha1", { sources: ["passlib", "auth0", "stytch"] }),
  plainDigest("sha224", { sources: [] }),
  plainDigest("sha256", { aliases: ["sha256"], sources: ["passlib", "auth0", "clerk"] }),
  plainDigest("sha384", { sources: [] }),
  plainDigest("sha512", { sources: ["passlib", "auth0"] }),
  plainDigest("sha3-224", { sources: [] }),
  plainDigest("sha3-256", { sources: [] }),
  plainDigest("sha3-384", { sources: [] }),
  plainDigest("sha3-512", { sources: [] }),
  plainDigest("ripemd160", { sources: [] }),
];
