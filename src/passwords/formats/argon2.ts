import { type Algorithm, hashRawSync, type Version } from "@node-rs/argon2";
import { readBare64 } from "./encodings.js";
import { damaged, defineFormat, type PasswordFormat, type Strength, within } from "./format.js";
import { layeredFormat } from "./layered.js";
import { nfkc } from "./text.js";

interface Argon2Hash {
  readonly type: string;
  readonly version: number;
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
  readonly salt: Buffer;
  readonly expected: Buffer;
}

const SHAPE =
  /^\$argon2(id|i|d)\$(?:v=(16|19)\$)?m=([1-9]\d{0,9}),t=([1-9]\d{0,9}),p=([1-9]\d{0,9})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{16,171})$/;

export const ARGON2_CAPS = "1 GiB of memory, 64 passes, 64 lanes, 16 GiB of memory times passes";

function parse(hash: string): Argon2Hash {
  const [, type = "", version = "16", m, t, p, salt = "", digest = ""] = SHAPE.exec(hash) ?? [];
  const name = `argon2${type}`;
  const saltBytes = readBare64(salt);
  const expected = readBare64(digest);
  if (saltBytes === null) throw damaged(name, "its salt cannot be decoded");
  if (expected === null) throw damaged(name, "its tag cannot be decoded");
  const lanes = within(name, "lanes", Number(p), 1, 64);
  const memory = within(name, "KiB of memory", Number(m), 8 * lanes, 1024 * 1024);
  const passes = within(name, "passes", Number(t), 1, 64);
  within(name, "KiB of memory times passes", memory * passes, 8, 16 * 1024 * 1024);
  return { type, version: Number(version), memory, passes, lanes, salt: saltBytes, expected };
}

/** 7 MiB with 5 passes, 12 MiB with 3, 19 MiB with 2 or 46 MiB with one: what OWASP's "Password Storage" asks for. */
function strengthOf({ memory, passes }: Argon2Hash): Strength {
  if (memory * passes >= 7168 * 5) return "strong";
  return memory * passes >= 2048 ? "fair" : "weak";
}

/** By the numbers that the library's enumerations have: they are const, and not there when the program runs. */
const ALGORITHMS: Readonly<Record<string, Algorithm>> = { d: 0, i: 1, id: 2 };
const VERSIONS: Readonly<Record<number, Version>> = { 16: 0, 19: 1 };

/** Not by the library's `verify`, which takes no password that is not UTF-8. */
function tagOf(password: Buffer, hash: Argon2Hash): Buffer {
  return hashRawSync(password, {
    algorithm: ALGORITHMS[hash.type] ?? 2,
    version: VERSIONS[hash.version] ?? 1,
    memoryCost: hash.memory,
    timeCost: hash.passes,
    parallelism: hash.lanes,
    outputLen: hash.expected.length,
    salt: hash.salt,
  });
}

function argon2Format(options: {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly title: string;
  readonly sources: readonly string[];
  readonly shape: RegExp;
  readonly detectable?: boolean;
}): PasswordFormat {
  return defineFormat<Argon2Hash>({
    ...options,
    parse,
    strength: { best: "strong", of: strengthOf },
    caps: ARGON2_CAPS,
    parameters: ({ salt, expected, ...parameters }) => ({
      ...parameters,
      saltBytes: salt.length,
      digestBytes: expected.length,
    }),
    compare: { expected: ({ expected }) => expected, digest: tagOf },
  });
}

function shapeOf(type: string): RegExp {
  return new RegExp(SHAPE.source.replace("(id|i|d)", type));
}

/** Argon2 (RFC 9106) as the PHC string of its reference implementation. */
export const ARGON2: PasswordFormat = argon2Format({
  name: "argon2",
  title: "Argon2 of any type",
  sources: [],
  shape: SHAPE,
  detectable: false,
});

export const ARGON2_FORMATS: readonly PasswordFormat[] = [
  ARGON2,
  argon2Format({
    name: "argon2id",
    aliases: ["php_password_argon2id"],
    title: "Argon2id (RFC 9106)",
    sources: [
      "argon2",
      "passlib",
      "php",
      "laravel",
      "symfony",
      "fastapi-users",
      "pwdlib",
      "supabase",
      "supertokens",
      "auth0",
      "kratos",
      "passwap",
      "clerk",
      "stytch",
      "workos",
    ],
    shape: shapeOf("id"),
  }),
  argon2Format({
    name: "argon2i",
    aliases: ["php_password_argon2i"],
    title: "Argon2i (RFC 9106)",
    sources: [
      "argon2",
      "passlib",
      "php",
      "laravel",
      "symfony",
      "supabase",
      "auth0",
      "kratos",
      "passwap",
      "clerk",
      "stytch",
    ],
    shape: shapeOf("i"),
  }),
  argon2Format({
    name: "argon2d",
    title: "Argon2d (RFC 9106)",
    sources: ["argon2", "passlib"],
    shape: shapeOf("d"),
  }),
  layeredFormat({
    name: "oslo_argon2id",
    title: "Argon2id over the password in NFKC, of oslo",
    sources: ["oslo"],
    shape: shapeOf("id"),
    detectable: false,
    strength: "strong",
    inner: [ARGON2],
    unwrap: (hash) => hash,
    before: (password) => [nfkc(password)],
  }),
  layeredFormat({
    name: "ldap_argon2",
    title: "Argon2 in LDAP",
    sources: ["openldap", "janssen"],
    shape: /^\{ARGON2\}\$argon2[^{}]{20,400}$/,
    strength: "strong",
    inner: [ARGON2],
    unwrap: (hash) => hash.slice("{ARGON2}".length),
  }),
];
