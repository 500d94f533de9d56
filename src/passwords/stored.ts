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
  /** Secrets of the source system that came along with the hash, encrypted under the space's own. */
  readonly sealed?: string;
}

/** The scheme of what is hashed here. */
export const OWN_SCHEME = "argon2id";

/** Marks a text that holds more than a hash. No known form begins with it. */
const ENVELOPE = "watchword:";

const WRAPPED = /^argon2id\(([a-z0-9_]{1,64})\)$/;

/** Begins the scheme of a credential that holds several hashes, any of which lets its owner in. */
const ANY = "any(";

/** Hashes of one person; what a check costs grows with them. */
export const MOST_HASHES = 16;

/** The scheme of a hash whose digest lies in an argon2id hash. */
export function wrappedScheme(scheme: string): string {
  return `argon2id(${scheme})`;
}

/** What argon2id is computed of, where it is laid around a digest. */
export function wrappedText(digest: Buffer): string {
  return digest.toString("hex");
}

/** The scheme of a hash as it rests. */
export function restingScheme({ scheme, argon2id }: StoredPassword): string {
  return argon2id === null ? scheme : wrappedScheme(scheme);
}

/** As one text for the store: the hash alone where there is nothing besides. */
export function writeStored(stored: StoredPassword): string {
  const { hash, context, argon2id, sealed } = stored;
  const isBare = Object.keys(context).length === 0 && argon2id === null && sealed === undefined;
  return isBare && !hash.startsWith(ENVELOPE) ? hash : `${ENVELOPE}${JSON.stringify(fieldsOf(stored))}`;
}

/** Scheme and text of a credential that holds one hash or several. */
export function writeSeveral(
  list: readonly [StoredPassword, ...StoredPassword[]],
): Pick<PasswordRecord, "hash" | "scheme"> {
  const [first, ...more] = list;
  if (more.length === 0) return { scheme: restingScheme(first), hash: writeStored(first) };
  return {
    scheme: `${ANY}${[...new Set(list.map(restingScheme))].join(",")})`,
    hash: `${ENVELOPE}${JSON.stringify({ any: list.map((one) => ({ scheme: one.scheme, ...fieldsOf(one) })) })}`,
  };
}

/** Whether a credential holds several hashes. */
export function holdsSeveral(record: Pick<PasswordRecord, "scheme">): boolean {
  return record.scheme.startsWith(ANY);
}

function fieldsOf({ hash, context, argon2id, sealed }: StoredPassword) {
  return {
    hash,
    ...(Object.keys(context).length > 0 ? { context } : {}),
    ...(argon2id === null ? {} : { argon2id }),
    ...(sealed === undefined ? {} : { sealed }),
  };
}

/**
 * Reads a credential that {@link writeStored} or {@link writeSeveral} wrote, or one of our own: each of its hashes.
 * @throws WatchwordError `invalid-input` where it is damaged.
 */
export function readStored(record: Pick<PasswordRecord, "hash" | "scheme">): readonly StoredPassword[] {
  if (holdsSeveral(record)) {
    const { any } = parse(record.hash.slice(ENVELOPE.length));
    if (!Array.isArray(any) || any.length === 0 || any.length > MOST_HASHES) throw broken();
    return any.map(readPart);
  }
  const scheme = WRAPPED.exec(record.scheme)?.[1] ?? record.scheme;
  if (!record.hash.startsWith(ENVELOPE)) return [{ scheme, hash: record.hash, context: {}, argon2id: null }];
  return [readPart({ scheme, ...parse(record.hash.slice(ENVELOPE.length)) })];
}

function readPart(fields: unknown): StoredPassword {
  if (typeof fields !== "object" || fields === null) throw broken();
  const { scheme, hash, context, argon2id, sealed }: Readonly<Record<string, unknown>> = { ...fields };
  if (typeof scheme !== "string" || typeof hash !== "string") throw broken();
  if (argon2id !== undefined && typeof argon2id !== "string") throw broken();
  if (sealed !== undefined && typeof sealed !== "string") throw broken();
  if (context !== undefined && (typeof context !== "object" || context === null)) throw broken();
  return {
    scheme,
    hash,
    context: { ...context },
    argon2id: argon2id ?? null,
    ...(sealed === undefined ? {} : { sealed }),
  };
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
