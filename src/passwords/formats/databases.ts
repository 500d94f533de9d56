import { createPrivateKey, createPublicKey } from "node:crypto";
import { digestOf, pbkdf2Of } from "./digests.js";
import { readBare64, readHex } from "./encodings.js";
import { damaged, defineFormat, type PasswordFormat } from "./format.js";
import { expectedBytes, hexFormat } from "./simple.js";
import { changed, textOf, utf16 } from "./text.js";

interface Salted {
  readonly salt: Buffer;
  readonly expected: Buffer;
}

/** `0x0100`, four bytes of salt, a digest: MSSQL writes its binary columns so. */
function mssql(
  options: Pick<PasswordFormat, "name" | "title" | "flags" | "strength"> & {
    readonly prefix: string;
    readonly digits: number;
  },
  read: (bytes: Buffer) => Buffer,
  digest: (password: Buffer, salt: Buffer) => Buffer | null,
): PasswordFormat {
  const { prefix, digits, ...rest } = options;
  return defineFormat<Salted & { readonly length: number }>({
    ...rest,
    sources: ["mssql", "passlib"],
    shape: new RegExp(`^0x${prefix}[0-9a-fA-F]{${digits}}$`, "i"),
    parse(hash) {
      const bytes = expectedBytes(options.name, readHex(hash.slice(6)));
      return { salt: bytes.subarray(0, 4), expected: read(bytes.subarray(4)), length: bytes.length };
    },
    compare: {
      expected: ({ expected }) => expected,
      digest: (password, { salt }) => digest(password, salt),
      bare: ({ salt, length }) =>
        `0x${prefix}${salt.toString("hex")}${"00".repeat(length - 4)}`.toUpperCase().replace("X", "x"),
    },
  });
}

const sha1Of = (password: Buffer | null, salt: Buffer) =>
  password === null ? null : digestOf("sha1", password, salt);

/** Oracle 11: SHA-1 of password and salt. */
const ORACLE_11 = /^S:([0-9A-Fa-f]{40})([0-9A-Fa-f]{20})$/;
/** Oracle 12: PBKDF2-SHA512 with 4,096 rounds, then SHA-512 of that and the salt. */
const ORACLE_12 = /^T:([0-9A-Fa-f]{128})([0-9A-Fa-f]{32})$/;

/** What Ed25519 signs with, but one step before: X25519 clamps and multiplies the same number on the same curve. */
const X25519 = Buffer.from("302e020100300506032b656e04220420", "hex");
const P = 2n ** 255n - 19n;

/**
 * The u coordinate of a point that is given by its y, as Ed25519 keys are: u = (1 + y) / (1 - y) (RFC 7748 §4.1). Its
 * sign is lost; it is another bit of the same number.
 */
function montgomery(key: Buffer): Buffer {
  const y = readLittle(key) & (2n ** 255n - 1n);
  let inverse = 1n;
  let base = (((1n - y) % P) + P) % P;
  // Fermat: the power of p - 2 is the inverse.
  for (let exponent = P - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) inverse = (inverse * base) % P;
    base = (base * base) % P;
  }
  const u = ((1n + y) * inverse) % P;
  return Buffer.from(u.toString(16).padStart(64, "0"), "hex").reverse();
}

function readLittle(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}

/** MariaDB's ed25519: the password, of any length, is what Ed25519 calls the seed; the public key is stored. */
function publicPoint(password: Buffer): Buffer {
  const secret = digestOf("sha512", password).subarray(0, 32);
  const key = createPrivateKey({ key: Buffer.concat([X25519, secret]), format: "der", type: "pkcs8" });
  return createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
}

const ED25519 = /^[A-Za-z0-9+/]{43}$/;

export const DATABASE_FORMATS: readonly PasswordFormat[] = [
  hexFormat(
    "postgres_md5",
    "MD5 of password and role name, of PostgreSQL",
    { sources: ["postgresql", "passlib"], prefix: "md5", bytes: 16, needs: ["user"] },
    (password, { user = "" }) => digestOf("md5", password, user),
  ),
  hexFormat(
    "mysql41",
    "SHA-1 twice, of MySQL 4.1 and MariaDB (mysql_native_password)",
    { aliases: ["mysql_native_password"], sources: ["mysql", "mariadb", "passlib"], prefix: "*", bytes: 20 },
    (password) => digestOf("sha1", digestOf("sha1", password)),
  ),
  defineFormat<Buffer>({
    name: "mariadb_ed25519",
    title: "Ed25519 of MariaDB",
    sources: ["mariadb"],
    shape: ED25519,
    detectable: false,
    strength: "broken",
    flags: ["unsalted"],
    parse: (hash) => expectedBytes("mariadb_ed25519", readBare64(hash), 32),
    compare: {
      expected: montgomery,
      digest: publicPoint,
      bare: () => Buffer.alloc(32).toString("base64").replace("=", ""),
    },
  }),
  mssql(
    {
      name: "mssql2000",
      title: "SHA-1 of SQL Server 2000, beside one of the password in capitals",
      prefix: "0100",
      digits: 88,
      strength: "broken",
      flags: ["folds-case"],
    },
    (bytes) => bytes.subarray(20),
    (password, salt) => {
      const upper = changed(password, (text) => text.toUpperCase());
      return sha1Of(upper === null ? null : utf16(upper), salt);
    },
  ),
  mssql(
    {
      name: "mssql2005",
      title: "SHA-1 of SQL Server 2005 and 2008",
      prefix: "0100",
      digits: 48,
      strength: "weak",
      flags: [],
    },
    (bytes) => bytes,
    (password, salt) => sha1Of(utf16(password), salt),
  ),
  mssql(
    {
      name: "mssql2012",
      title: "SHA-512 of SQL Server 2012 and later",
      prefix: "0200",
      digits: 136,
      strength: "weak",
      flags: [],
    },
    (bytes) => bytes,
    (password, salt) => {
      const text = utf16(password);
      return text === null ? null : digestOf("sha512", text, salt);
    },
  ),
  defineFormat<Salted>({
    name: "oracle11",
    title: "SHA-1 of password and salt, of Oracle 11",
    sources: ["oracle", "passlib"],
    shape: ORACLE_11,
    strength: "weak",
    parse(hash) {
      const [, expected = "", salt = ""] = ORACLE_11.exec(hash) ?? [];
      return { expected: Buffer.from(expected, "hex"), salt: Buffer.from(salt, "hex") };
    },
    compare: {
      expected: ({ expected }) => expected,
      digest: (password, { salt }) => digestOf("sha1", password, salt),
      bare: ({ salt }) => `S:${"0".repeat(40)}${salt.toString("hex").toUpperCase()}`,
    },
  }),
  defineFormat<Salted>({
    name: "oracle12c",
    title: "PBKDF2 with HMAC-SHA512, 4,096 rounds, and SHA-512, of Oracle 12",
    sources: ["oracle"],
    shape: ORACLE_12,
    strength: "fair",
    parse(hash) {
      const [, expected = "", salt = ""] = ORACLE_12.exec(hash) ?? [];
      return { expected: Buffer.from(expected, "hex"), salt: Buffer.from(salt, "hex") };
    },
    compare: {
      expected: ({ expected }) => expected,
      digest(password, { salt }) {
        const key = pbkdf2Of(
          "sha512",
          password,
          Buffer.concat([salt, Buffer.from("AUTH_PBKDF2_SPEEDY_KEY")]),
          4096,
          64,
        );
        return digestOf("sha512", key, salt);
      },
    },
  }),
];

/** HTTP digest (RFC 7616 §3.4.2): MD5 of user, realm and password, in the encoding that the file was written in. */
const ENCODINGS: Readonly<Record<string, BufferEncoding>> = {
  "utf-8": "utf8",
  utf8: "utf8",
  "latin-1": "latin1",
  latin1: "latin1",
  "iso-8859-1": "latin1",
};

export const HTDIGEST: PasswordFormat = hexFormat(
  "htdigest",
  "MD5 of user, realm and password, of Apache's htdigest",
  { sources: ["htdigest", "passlib"], bytes: 16, needs: ["user", "realm"], accepts: ["encoding"] },
  (password, { user = "", realm = "", encoding = "utf8" }) => {
    const name = ENCODINGS[encoding.toLowerCase()];
    if (name === undefined)
      throw damaged("htdigest", `the encoding ${encoding} is not known; utf-8 and latin-1 are`);
    if (name === "utf8") return digestOf("md5", `${user}:${realm}:`, password);
    const text = textOf(password);
    if (text === null) return null;
    return digestOf("md5", Buffer.from(`${user}:${realm}:${text}`, name));
  },
);
