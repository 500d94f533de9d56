import { WatchwordError } from "../base/errors.js";
import type { HashContext, StoredHash } from "../space/contract.js";
import type { PasswordRecord } from "../store/contract.js";

/** What a credential says, taken apart: whose form its hash has, and what is laid around it. */
export interface StoredPassword {
  /** A name in the registry of formats. */
  readonly scheme: string;
  /** The hash, or where it is wrapped, the hash without its digest. */
  readonly hash: string;
  readonly context: HashContext;
  /** The argon2id hash of the digest, where the hash is wrapped. */
  readonly argon2id: string | null;
}

/** The scheme of what is hashed here. */
export const OWN_SCHEME = "argon2id";

/** Marks a text that holds more than a hash. No known form begins with it. */
const ENVELOPE = "watchword:";

const WRAPPED = /^argon2id\(([a-z0-9_]{1,64})\)$/;

/** The scheme of a hash whose digest lies in an argon2id hash. */
export function wrappedScheme(scheme: string): string {
  return `argon2id(${scheme})`;
}

/** What argon2id is computed of, where it is laid around a digest. */
export function wrappedText(digest: Buffer): string {
  return digest.toString("hex");
}

/** As one text for the store: the hash alone where there is nothing besides. */
export function writeStored({ hash, context, argon2id }: StoredPassword): string {
  const hasContext = Object.keys(context).length > 0;
  if (!hasContext && argon2id === null && !hash.startsWith(ENVELOPE)) return hash;
  const fields = { hash, ...(hasContext ? { context } : {}), ...(argon2id === null ? {} : { argon2id }) };
  return `${ENVELOPE}${JSON.stringify(fields)}`;
}

/**
 * Reads a credential that {@link writeStored} wrote, or one of our own.
 * @throws WatchwordError `invalid-input` where it is damaged.
 */
export function readStored(record: Pick<PasswordRecord, "hash" | "scheme">): StoredPassword {
  const scheme = WRAPPED.exec(record.scheme)?.[1] ?? record.scheme;
  if (!record.hash.startsWith(ENVELOPE)) return { scheme, hash: record.hash, context: {}, argon2id: null };
  const fields = parse(record.hash.slice(ENVELOPE.length));
  const { hash, context, argon2id } = fields;
  if (typeof hash !== "string" || (argon2id !== undefined && typeof argon2id !== "string")) throw broken();
  if (context !== undefined && (typeof context !== "object" || context === null)) throw broken();
  return { scheme, hash, context: { ...context }, argon2id: argon2id ?? null };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return { ...value };
  } catch (cause) {
    throw broken(cause);
  }
  throw broken();
}

function broken(cause?: unknown): WatchwordError {
  return new WatchwordError(
    "invalid-input",
    "The stored password of this user is damaged. Set a new one, or let the user reset it.",
    cause === undefined ? {} : { cause },
  );
}

/** The longest text of a stored hash that is looked at. */
const LONGEST = 16_384;

/** A stored hash as one text: fields as JSON. @throws WatchwordError `invalid-input` */
export function hashText(hash: StoredHash): string {
  const text = typeof hash === "string" ? hash : JSON.stringify(hash);
  if (typeof text === "string" && text.length <= LONGEST) return text;
  throw new WatchwordError(
    "invalid-input",
    `hash must be text, or an object of the fields that the source system keeps, of at most ${LONGEST} characters.`,
    { details: { field: "hash" } },
  );
}
