import { WatchwordError } from "../base/errors.js";
import { requireKnownFields } from "../base/input.js";
import type {
  HashContext,
  HashHint,
  HashStrength,
  PasswordHashInput,
  StoredHash,
} from "../space/contract.js";
import type { PasswordRecord } from "../store/contract.js";
import type { ContextField, PasswordFormat } from "./formats/format.js";
import type { FormatHint } from "./formats/registry.js";
import type { Hasher } from "./hasher.js";
import { MAX_PASSWORD_BYTES } from "./normalize.js";
import type { PasswordSecrets } from "./secrets.js";
import { hashText, type StoredPassword, wrappedText, writeSeveral } from "./stored.js";
import type { Lane } from "./waiting-line.js";

/** What a hash may be checked with, by field; null: anything but text is refused. */
const CONTEXT: { readonly [Field in ContextField]-?: "text" | "number" } = {
  user: "text",
  realm: "text",
  pepper: "text",
  signerKey: "text",
  saltSeparator: "text",
  rounds: "number",
  memoryCost: "number",
  encoding: "text",
};

/** What has to stay out of the store, or be encrypted there. */
export const SECRET: readonly ContextField[] = ["pepper", "signerKey", "saltSeparator"];

const LONGEST = 4096;

/** A misspelt field would be left out without a word. */
const HASH_FIELDS: { readonly [Field in keyof Required<PasswordHashInput>]: true } = {
  hash: true,
  scheme: true,
  source: true,
  context: true,
  secretsId: true,
  wrap: true,
};

/** The fields of a context, each looked at: callers in plain JavaScript hand over anything. @throws WatchwordError `invalid-input` */
export function readContext(context: unknown): HashContext {
  if (context === undefined || context === null) return {};
  const refuse = (field: string, what: string) =>
    new WatchwordError("invalid-input", `${field} ${what}`, { details: { field } });
  if (typeof context !== "object") throw refuse("context", 'must be an object such as { user: "ada" }.');
  for (const [field, value] of Object.entries(context)) {
    const kind = Object.hasOwn(CONTEXT, field) ? CONTEXT[field as ContextField] : undefined;
    if (kind === undefined)
      throw refuse(
        `context.${field}`,
        `is no field of a context; these are: ${Object.keys(CONTEXT).join(", ")}.`,
      );
    if (kind === "text" && (typeof value !== "string" || value.length > LONGEST))
      throw refuse(`context.${field}`, `must be text of at most ${LONGEST} characters.`);
    if (kind === "number" && !(Number.isInteger(value) && value >= 1 && value <= 1024))
      throw refuse(`context.${field}`, "must be a whole number from 1 to 1024.");
  }
  return { ...context };
}

/** The bytes of a password that was typed, or given as they are. @throws WatchwordError `invalid-input` */
function passwordBytes(password: string | Uint8Array): Buffer {
  const bytes =
    typeof password === "string"
      ? Buffer.from(password)
      : password instanceof Uint8Array
        ? Buffer.from(password)
        : null;
  if (bytes !== null && bytes.length <= MAX_PASSWORD_BYTES) return bytes;
  throw new WatchwordError(
    "invalid-input",
    `password must be text or bytes, at most ${MAX_PASSWORD_BYTES} bytes of UTF-8.`,
    { details: { field: "password" } },
  );
}

/** Whether a password, exactly as it was typed, fits a stored hash, and by which form. */
export type LegacyCheck = (
  password: string | Uint8Array,
  hash: StoredHash,
  hint?: HashHint,
  lane?: Lane,
) => Promise<{ readonly scheme: string; readonly valid: boolean }>;

export function createLegacyCheck(hasher: Hasher): LegacyCheck {
  return async (password, hash, { scheme, source, context } = {}, lane) => {
    const text = hashText(hash);
    const format = await formatOf(text, {
      ...(scheme === undefined ? {} : { scheme: requireName(scheme, "scheme") }),
      ...(source === undefined ? {} : { source: requireName(source, "source") }),
    });
    format.inspect(text);
    const question = { scheme: format.name, hash: text, context: readContext(context), argon2id: null };
    const valid = await hasher.verifyLegacy([question], passwordBytes(password), lane);
    return { scheme: scheme ?? format.name, valid };
  };
}

/** Loads the forms where one is asked for: a space without hashes from elsewhere does not pay for them. */
async function formatOf(hash: string, hint: FormatHint): Promise<PasswordFormat> {
  const { resolveFormat } = await import("./formats/registry.js");
  return resolveFormat(hash, hint);
}

function requireName(value: unknown, field: string): string {
  if (typeof value === "string") return value;
  throw new WatchwordError("invalid-input", `${field} must be text.`, { details: { field } });
}

/**
 * A credential of a hash from another system. What is weak is laid into argon2id at once, so that the hash itself rests
 * nowhere; what holds the password itself is hashed as a password is.
 *
 * @throws WatchwordError `invalid-input` where the hash is unknown, ambiguous, damaged or of absurd cost, or where
 * something that it needs is missing; `secret-missing`
 */
export async function layDown(
  input: PasswordHashInput,
  deps: { readonly hasher: Hasher; readonly secrets: PasswordSecrets; readonly now: number },
  lane?: Lane,
): Promise<PasswordRecord> {
  const { hasher, secrets, now } = deps;
  requireKnownFields(input, HASH_FIELDS, "passwordHash");
  const hash = hashText(input.hash);
  const format = await formatOf(hash, {
    ...(input.scheme === undefined ? {} : { scheme: requireName(input.scheme, "scheme") }),
    ...(input.source === undefined ? {} : { source: requireName(input.source, "source") }),
  });
  const { strength } = format.inspect(hash);
  if (strength === "readable") throw readable(format);
  const context = keptContext(readContext(input.context), format);
  const secretsId = usedSecrets(input.secretsId, format);
  requireNeeds(format, { ...(secretsId === null ? {} : secrets.legacy(secretsId)), ...context });
  const stored = await wrapped(
    { scheme: format.name, hash, context, argon2id: null },
    format,
    async (text) => (input.wrap === false || !isWeak(strength) ? null : hasher.hash(text, lane)),
  );
  return {
    ...writeSeveral([stored]),
    normalization: "none",
    pepperId: secretsId,
    flags: format.flags,
    changedAt: now,
  };
}

/** Whether a hash should not rest as it is. */
export function isWeak(strength: HashStrength): boolean {
  return strength === "weak" || strength === "broken";
}

/** Lays a hash into argon2id, where its format has a way to and `hash` makes one; as it was otherwise. */
export async function wrapped(
  stored: StoredPassword,
  format: PasswordFormat,
  hash: (text: string) => Promise<string | null>,
): Promise<StoredPassword> {
  const bare = format.wrap?.bare(stored.hash) ?? null;
  if (format.wrap === undefined || bare === null) return stored;
  const argon2id = await hash(wrappedText(format.wrap.expected(stored.hash)));
  return argon2id === null ? stored : { ...stored, hash: bare, argon2id };
}

/** Only what the format makes use of, and no secret: those have a place outside of the database. */
function keptContext(context: HashContext, format: PasswordFormat): HashContext {
  const secret = SECRET.find((field) => context[field] !== undefined);
  if (secret !== undefined)
    throw new WatchwordError(
      "invalid-input",
      `context.${secret} is a secret, and would lie in the database. Put it into the option passwords.legacySecrets, and name it with secretsId.`,
      { details: { field: `context.${secret}` } },
    );
  const used = [...format.needs, ...format.accepts];
  return Object.fromEntries(Object.entries(context).filter(([field]) => used.some((name) => name === field)));
}

/** Only where the format makes use of secrets: a name that is kept has to stay in the options. */
function usedSecrets(secretsId: unknown, format: PasswordFormat): string | null {
  if (secretsId === undefined) return null;
  const id = requireName(secretsId, "secretsId");
  return [...format.needs, ...format.accepts].some((field) => SECRET.includes(field)) ? id : null;
}

export function requireNeeds(format: PasswordFormat, context: HashContext): void {
  const field = format.needs.find((name) => context[name] === undefined);
  if (field === undefined) return;
  const where = SECRET.includes(field)
    ? `Put it into the option passwords.legacySecrets, and name it with secretsId.`
    : `Give it as context.${field}.`;
  throw new WatchwordError(
    "invalid-input",
    `A ${format.name} hash cannot be checked without its ${field}. ${where}`,
    {
      details: { field: `context.${field}`, reason: "context-missing", scheme: format.name },
    },
  );
}

function readable(format: PasswordFormat): WatchwordError {
  return new WatchwordError(
    "invalid-input",
    `This is no hash but the password itself (${format.name}). Give it as password, so that it is hashed.`,
    { details: { field: "passwordHash", reason: "hash-readable", scheme: format.name } },
  );
}
