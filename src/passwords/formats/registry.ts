import { WatchwordError } from "../../base/errors.js";
import { ARGON2_FORMATS } from "./argon2.js";
import { ASPNET_FORMATS } from "./aspnet.js";
import { AUTH0_FORMATS } from "./auth0.js";
import { BCRYPT, BCRYPT_FORMATS } from "./bcrypt.js";
import { CACHING_SHA2 } from "./caching-sha2.js";
import { CISCO_FORMATS } from "./cisco.js";
import { CLERK_FORMATS } from "./clerk.js";
import { CRYPT_FORMATS } from "./crypt/crypt-formats.js";
import { CRYPT_DRESS_FORMATS } from "./crypt-dress.js";
import { DATABASE_FORMATS, HTDIGEST } from "./databases.js";
import { DES_CRYPT_FORMATS } from "./des-crypt.js";
import { DIGEST_CRYPT_FORMATS } from "./digest-crypt.js";
import { DJANGO_FORMATS } from "./django.js";
import { FIREBASE_FORMATS } from "./firebase.js";
import { flaskSecurityFormats } from "./flask-security.js";
import type { PasswordFormat } from "./format.js";
import { FSHP_FORMATS } from "./fshp.js";
import { FUSIONAUTH_FORMATS } from "./fusionauth.js";
import { KEYCLOAK_FORMATS } from "./keycloak.js";
import { kratosFormats, PASSWAP_FORMATS } from "./kratos.js";
import { LDAP_FORMATS } from "./ldap.js";
import { MEMORY_CRYPT_FORMATS } from "./memory-crypt.js";
import { BCRYPT_2X } from "./old-bcrypt.js";
import { OLD_DATABASE_FORMATS } from "./old-databases.js";
import { PBKDF2_FORMATS } from "./pbkdf2.js";
import { PHP_FORMATS } from "./php.js";
import { PHPASS } from "./phpass.js";
import { PLAIN_FORMATS } from "./plain.js";
import { SCRAM_FORMATS } from "./scram.js";
import { SCRYPT_FORMATS, scryptFormats } from "./scrypt.js";
import { OWN_TABLE_FORMATS } from "./seeds.js";
import { SIMPLE_FORMATS } from "./simple.js";
import { SPRING_FORMATS } from "./spring.js";
import { WERKZEUG_FORMATS } from "./werkzeug.js";
import { WINDOWS_FORMATS } from "./windows.js";

/** Every format, family by family. */
export const FORMATS: readonly PasswordFormat[] = [
  ...ARGON2_FORMATS,
  ...BCRYPT_FORMATS,
  BCRYPT_2X,
  ...SCRYPT_FORMATS,
  ...scryptFormats(MEMORY_CRYPT_FORMATS),
  ...MEMORY_CRYPT_FORMATS,
  ...PBKDF2_FORMATS,
  ...SCRAM_FORMATS,
  ...DIGEST_CRYPT_FORMATS,
  ...DES_CRYPT_FORMATS,
  PHPASS,
  ...DJANGO_FORMATS,
  ...OWN_TABLE_FORMATS,
  ...WERKZEUG_FORMATS,
  ...flaskSecurityFormats([...ARGON2_FORMATS, BCRYPT, ...PBKDF2_FORMATS, ...DIGEST_CRYPT_FORMATS]),
  ...PHP_FORMATS,
  ...SPRING_FORMATS,
  ...KEYCLOAK_FORMATS,
  ...ASPNET_FORMATS,
  ...LDAP_FORMATS,
  ...CRYPT_DRESS_FORMATS,
  ...DATABASE_FORMATS,
  CACHING_SHA2,
  ...OLD_DATABASE_FORMATS,
  ...WINDOWS_FORMATS,
  ...CISCO_FORMATS,
  ...FIREBASE_FORMATS,
  ...AUTH0_FORMATS,
  ...CLERK_FORMATS,
  ...FUSIONAUTH_FORMATS,
  ...kratosFormats(CRYPT_FORMATS),
  ...PASSWAP_FORMATS,
  ...FSHP_FORMATS,
  HTDIGEST,
  ...SIMPLE_FORMATS,
  ...PLAIN_FORMATS,
];

/** Other names of the systems that {@link PasswordFormat.sources} names. */
const SOURCE_ALIASES: Readonly<Record<string, string>> = {
  ldap: "openldap",
  ldif: "openldap",
  "postgresql-roles": "postgresql",
  postgres: "postgresql",
  "mariadb-users": "mariadb",
  spring: "spring-security",
  zitadel: "passwap",
  "seed-pgusers": "pgusers",
  "seed-piccolo": "piccolo",
  "seed-minimus": "minimus-users",
  "seed-easy-mongodb": "easy-mongodb-auth",
  "seed-djmongoauth": "djmongoauth",
};

const byName = new Map<string, PasswordFormat>();
const bySource = new Map<string, PasswordFormat[]>();
for (const format of FORMATS) {
  for (const name of [format.name, ...format.aliases]) {
    if (byName.has(name)) throw new WatchwordError("internal", `Two password formats are called ${name}.`);
    byName.set(name, format);
  }
  for (const source of format.sources) {
    const formats = bySource.get(source);
    if (formats === undefined) bySource.set(source, [format]);
    else formats.push(format);
  }
}

/** The names that `source` takes, aliases left out, in alphabetical order. */
export const SOURCES: readonly string[] = [...bySource.keys()].sort();

/** The format of a name or an alias; undefined where there is none. */
export function formatNamed(scheme: string): PasswordFormat | undefined {
  return byName.get(scheme);
}

/** The formats that a source stores, by the name that {@link SOURCES} has. */
export function formatsOf(source: string): readonly PasswordFormat[] {
  return bySource.get(source) ?? [];
}

const DETECTABLE = FORMATS.filter((format) => format.detectable);

/** What a hash may be, by its text alone. */
export interface Candidates {
  /** Those that the text alone suggests. */
  readonly detected: readonly PasswordFormat[];
  /** Those that store the same text, made in another way, or any text at all: only to be named. */
  readonly named: readonly PasswordFormat[];
}

export function candidatesOf(hash: string): Candidates {
  const fitting = FORMATS.filter((format) => format.recognise(hash));
  return {
    detected: fitting.filter((format) => format.detectable),
    named: fitting.filter((format) => !format.detectable),
  };
}

/** What says of which format a hash is. With neither, the text has to tell. */
export interface FormatHint {
  /** The name of a format, or an alias. */
  readonly scheme?: string;
  /** The system that the hash comes from. */
  readonly source?: string;
}

/**
 * The one format of a hash.
 * @throws WatchwordError `invalid-input` where the name is unknown, the hash has another shape, or more than one format
 * has it; the message and `details.candidates` name these. Nothing is ever guessed.
 */
export function resolveFormat(hash: string, { scheme, source }: FormatHint): PasswordFormat {
  if (scheme !== undefined) return checkShape(byScheme(scheme), hash);
  const formats =
    source === undefined
      ? DETECTABLE.filter((format) => format.recognise(hash))
      : formatsOfSource(source, hash);
  const [format, ...others] = formats;
  if (format === undefined) throw unknownHash(source);
  if (others.length > 0) throw ambiguous(formats, source);
  return format;
}

function byScheme(scheme: string): PasswordFormat {
  const format = byName.get(scheme);
  if (format === undefined) throw unknownScheme(scheme);
  return format;
}

export function unknownScheme(scheme: string): WatchwordError {
  return new WatchwordError(
    "invalid-input",
    `No password format is called ${JSON.stringify(scheme.slice(0, 64))}. docs/password-formats.md lists those that there are.`,
    { details: { field: "scheme", reason: "scheme-unknown" } },
  );
}

function checkShape(format: PasswordFormat, hash: string): PasswordFormat {
  if (format.recognise(hash)) return format;
  const names = candidatesOf(hash).detected.map(({ name }) => name);
  const hint = names.length === 0 ? "" : ` It could be ${names.join(" or ")}.`;
  throw new WatchwordError(
    "invalid-input",
    `This is no ${format.name} hash: it does not have the shape of one.${hint}`,
    { details: { field: "hash", reason: "hash-damaged", scheme: format.name, candidates: names } },
  );
}

/**
 * The formats of a source that a hash may have.
 * @throws WatchwordError `invalid-input` for a source that there is not.
 */
export function formatsOfSource(source: string, hash: string): readonly PasswordFormat[] {
  const name = source.toLowerCase();
  const formats = bySource.get(SOURCE_ALIASES[name] ?? name);
  if (formats !== undefined) return withoutShortBigcrypt(formats.filter((format) => format.recognise(hash)));
  throw new WatchwordError(
    "invalid-input",
    `No source is called ${JSON.stringify(source.slice(0, 64))}. These are: ${SOURCES.join(", ")}.`,
    { details: { field: "source", reason: "source-unknown" } },
  );
}

/** Where a system has both, thirteen characters are traditional crypt's: bigcrypt of one part is the same. */
function withoutShortBigcrypt(formats: readonly PasswordFormat[]): readonly PasswordFormat[] {
  const isTraditional = formats.some(({ name }) => name === "des_crypt");
  return isTraditional ? formats.filter(({ name }) => name !== "bigcrypt") : formats;
}

function unknownHash(source: string | undefined): WatchwordError {
  const where = source === undefined ? "of a known form" : `of a form that ${source} stores`;
  return new WatchwordError(
    "invalid-input",
    `This is not a stored hash ${where}. Name its scheme, or look whether it was cut off.`,
    { details: { field: "hash", reason: "hash-unknown" } },
  );
}

function ambiguous(formats: readonly PasswordFormat[], source: string | undefined): WatchwordError {
  const names = formats.map(({ name }) => name);
  const sources = [...new Set(formats.flatMap((format) => format.sources))].sort();
  const advice =
    source === undefined
      ? `its source (such as ${sources.slice(0, 4).join(", ")}) or its scheme`
      : "its scheme";
  return new WatchwordError(
    "invalid-input",
    `This hash could be ${names.join(" or ")}: the text does not tell. Name ${advice}.`,
    { details: { field: "hash", reason: "hash-ambiguous", candidates: names } },
  );
}
