import { verifySync } from "@node-rs/bcrypt";
import { digestOf, hmacOf } from "./digests.js";
import { defineFormat, type PasswordFormat, type Strength, within } from "./format.js";
import { layeredFormat } from "./layered.js";

interface BcryptHash {
  readonly variant: string;
  readonly cost: number;
  readonly text: string;
}

/** Of the last character of the salt two bits count, of the last of the digest four: what the others say is refused. */
const REST = "\\$(\\d\\d)\\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]";
const SHAPE = new RegExp(`^\\$2([aby]?)${REST}$`);

const MOST_COST = 16;
export const BCRYPT_CAPS = `cost ${MOST_COST}`;

function parse(hash: string): BcryptHash {
  const [, variant = "", cost] = SHAPE.exec(hash) ?? [];
  return { variant: `2${variant}`, cost: within("bcrypt", "cost", Number(cost), 4, MOST_COST), text: hash };
}

export function bcryptStrength(cost: number): Strength {
  if (cost >= 10) return "strong";
  return cost >= 7 ? "fair" : "weak";
}

/**
 * bcrypt (Provos and Mazières, "A Future-Adaptable Password Scheme", 1999). The variants 2a, 2b and 2y differ in bugs that
 * the library does not have, so their hashes are the same; 2x is another. 72 bytes count, NUL is a byte like any other.
 */
export const BCRYPT: PasswordFormat = defineFormat<BcryptHash>({
  name: "bcrypt",
  aliases: ["bcrypt_2a", "bcrypt_2b", "bcrypt_2y", "php_password_bcrypt", "easy_mongodb_bcrypt"],
  title: "bcrypt",
  sources: [
    "bcrypt",
    "easy-mongodb-auth",
    "passlib",
    "php",
    "laravel",
    "symfony",
    "fastapi-users",
    "pwdlib",
    "htpasswd",
    "shadow",
    "libxcrypt",
    "phpbb",
    "supabase",
    "supertokens",
    "auth0",
    "clerk",
    "firebase",
    "fusionauth",
    "kratos",
    "passwap",
    "stytch",
    "workos",
  ],
  shape: SHAPE,
  strength: { best: "strong", of: ({ cost }) => bcryptStrength(cost) },
  flags: ["truncates"],
  caps: BCRYPT_CAPS,
  parse,
  parameters: ({ variant, cost }) => ({ variant, cost }),
  compare: (password, { text }) => verifySync(password, text),
});

const SHA256 =
  /^\$bcrypt-sha256\$(?:v=2,t=(2[aby]),r=(\d{1,2})|(2[aby]),(\d{1,2}))\$([./A-Za-z0-9]{21}[.Oeu])\$([./A-Za-z0-9]{30}[.CGKOSWaeimquy26])$/;

/** The plain bcrypt hash inside of a Passlib one, and its salt. */
function unwrapSha256(hash: string): {
  readonly text: string;
  readonly salt: string;
  readonly keyed: boolean;
} {
  const [, type2, cost2, type1, cost1, salt = "", digest = ""] = SHA256.exec(hash) ?? [];
  const cost = (cost2 ?? cost1 ?? "").padStart(2, "0");
  return { text: `$${type2 ?? type1}$${cost}$${salt}${digest}`, salt, keyed: type2 !== undefined };
}

const IN_DJANGO = /^bcrypt\$(\$2[aby]?\$.{56})$/;
const SHA256_IN_DJANGO = /^bcrypt_sha256\$(\$2[aby]?\$.{56})$/;

export const BCRYPT_FORMATS: readonly PasswordFormat[] = [
  BCRYPT,
  defineFormat<ReturnType<typeof unwrapSha256>>({
    name: "bcrypt_sha256",
    title: "bcrypt over a SHA-256 of the password, of Passlib: HMAC with the salt (v=2), or plain (before)",
    sources: ["passlib"],
    shape: SHA256,
    strength: { best: "strong", of: ({ text }) => BCRYPT.inspect(text).strength },
    caps: BCRYPT_CAPS,
    parse(hash) {
      const parsed = unwrapSha256(hash);
      BCRYPT.inspect(parsed.text);
      return parsed;
    },
    parameters: ({ text, keyed }) => ({ ...BCRYPT.inspect(text).parameters, version: keyed ? 2 : 1 }),
    compare(password, { text, salt, keyed }) {
      const digest = keyed ? hmacOf("sha256", salt, password) : digestOf("sha256", password);
      return BCRYPT.verify(Buffer.from(digest.toString("base64")), text, {});
    },
  }),
  layeredFormat({
    name: "django_bcrypt",
    title: "bcrypt of Django",
    sources: ["django", "djmongoauth", "passlib"],
    shape: IN_DJANGO,
    strength: "strong",
    flags: ["truncates"],
    inner: [BCRYPT],
    unwrap: (hash) => IN_DJANGO.exec(hash)?.[1] ?? "",
  }),
  layeredFormat({
    name: "django_bcrypt_sha256",
    aliases: ["bcrypt_sha256_django"],
    title: "bcrypt over the SHA-256 of the password in hexadecimal, of Django",
    sources: ["django", "djmongoauth", "passlib", "clerk"],
    shape: SHA256_IN_DJANGO,
    strength: "strong",
    inner: [BCRYPT],
    unwrap: (hash) => SHA256_IN_DJANGO.exec(hash)?.[1] ?? "",
    before: (password) => [Buffer.from(digestOf("sha256", password).toString("hex"))],
  }),
  layeredFormat({
    name: "devise_bcrypt",
    title: "bcrypt over the password and the application's pepper, of Devise",
    sources: ["devise"],
    shape: SHAPE,
    detectable: false,
    accepts: ["pepper"],
    strength: "strong",
    flags: ["truncates"],
    inner: [BCRYPT],
    unwrap: (hash) => hash,
    before: (password, { pepper }) => [Buffer.concat([password, Buffer.from(pepper ?? "")])],
  }),
];
