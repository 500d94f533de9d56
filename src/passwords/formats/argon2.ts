import { verifySync } from "@node-rs/argon2";
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
  readonly saltBytes: number;
  readonly digestBytes: number;
  readonly text: string;
}

const SHAPE =
  /^\$argon2(id|i|d)\$(?:v=(16|19)\$)?m=([1-9]\d{0,9}),t=([1-9]\d{0,9}),p=([1-9]\d{0,9})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{16,171})$/;

export const ARGON2_CAPS = "1 GiB of memory, 64 passes, 64 lanes, 16 GiB of memory times passes";

function parse(hash: string): Argon2Hash {
  const [, type = "", version = "16", m, t, p, salt = "", digest = ""] = SHAPE.exec(hash) ?? [];
  const name = `argon2${type}`;
  const saltBytes = readBare64(salt)?.length;
  const digestBytes = readBare64(digest)?.length;
  if (saltBytes === undefined) throw damaged(name, "its salt cannot be decoded");
  if (digestBytes === undefined) throw damaged(name, "its tag cannot be decoded");
  const lanes = within(name, "lanes", Number(p), 1, 64);
  const memory = within(name, "KiB of memory", Number(m), 8 * lanes, 1024 * 1024);
  const passes = within(name, "passes", Number(t), 1, 64);
  within(name, "KiB of memory times passes", memory * passes, 8, 16 * 1024 * 1024);
  return { type, version: Number(version), memory, passes, lanes, saltBytes, digestBytes, text: hash };
}

/** 7 MiB with 5 passes, 12 MiB with 3, 19 MiB with 2 or 46 MiB with one: what OWASP's "Password Storage" asks for. */
function strengthOf({ memory, passes }: Argon2Hash): Strength {
  if (memory * passes >= 7168 * 5) return "strong";
  return memory * passes >= 2048 ? "fair" : "weak";
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
    parameters: ({ text, ...parameters }) => parameters,
    // The library reads the PHC string itself and compares in constant time.
    compare: (password, { text }) => verifySync(text, password),
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
