import { timingSafeEqual } from "node:crypto";
import { WatchwordError } from "../../base/errors.js";
import type { HashContext, HashFlag, HashStrength } from "../../space/contract.js";

export type { HashContext } from "../../space/contract.js";
export type Strength = HashStrength;

export type ContextField = keyof HashContext;

/** What stands in one hash, for `identify`: parameters only, never salt or digest. */
export type HashParameters = Readonly<Record<string, string | number>>;

/**
 * One stored form of a password hash. Everything is synchronous and runs in the hash threads, so that no format can hold
 * up the thread that checks sessions.
 */
export interface PasswordFormat {
  /** As in the test vectors: `sha512_crypt`. Never changes: credentials in stores carry it. */
  readonly name: string;
  /** Other names that mean exactly the same. */
  readonly aliases: readonly string[];
  /** What it is, in a few words: "SHA-crypt with SHA-512 (Drepper)". */
  readonly title: string;
  /** The systems that store it, by the names that `source` takes: `django`, `wordpress`, … */
  readonly sources: readonly string[];
  /** The recogniser as it is shown: a regular expression, or the names of the fields of a JSON object. */
  readonly shape: string;
  /**
   * Whether the text of a hash alone can suggest this format. False: other systems store the same text, made in
   * another way, so this one must be named (Devise's bcrypt with pepper looks like any bcrypt).
   */
  readonly detectable: boolean;
  /** What {@link verify} cannot do without. */
  readonly needs: readonly ContextField[];
  /** What {@link verify} makes use of where it is there. */
  readonly accepts: readonly ContextField[];
  /** The best that a hash of this format can be. */
  readonly strength: Strength;
  readonly flags: readonly HashFlag[];
  /** The most work that a hash may ask for, in words for the documentation; "" where the work is fixed and small. */
  readonly caps: string;
  /** Whether a text has the shape of this format: linear time, whatever the text. */
  recognise(hash: string): boolean;
  /**
   * Reads a hash without computing anything.
   * @throws WatchwordError `invalid-input` where it is damaged or asks for more work than {@link caps}.
   */
  inspect(hash: string): { readonly strength: Strength; readonly parameters: HashParameters };
  /**
   * Whether a password, as the bytes that were typed, is the one that the hash was made of.
   * @throws WatchwordError `invalid-input` as {@link inspect}, and where something of {@link needs} is missing.
   */
  verify(password: Buffer, hash: string, context: HashContext): boolean;
  /** How a weak hash is laid into a strong one; absent where that makes no sense. */
  readonly wrap?: WrapRecipe;
}

/** Takes the comparison of a weak format apart, so that a strong hash of the digest can rest in the store instead. */
export interface WrapRecipe {
  /**
   * The hash with zeros in place of its digest: salt and parameters stay readable, and it still has its shape. Null: this
   * one is strong enough to rest as it is.
   */
  bare(hash: string): string | null;
  /** The digest that stands in the hash. */
  expected(hash: string): Buffer;
  /** The digests that this password may have with the salt and the parameters of the hash (bare or whole). */
  digests(password: Buffer, hash: string, context: HashContext): readonly Buffer[];
}

/** The fields of a hash that is a JSON object: these and no others. */
export interface Fields {
  readonly fields: readonly string[];
  readonly optional?: readonly string[];
}

/** What {@link defineFormat} takes. `P` is what one hash consists of, once read. */
export interface FormatDefinition<P> {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly title: string;
  readonly sources: readonly string[];
  /**
   * Anchored at both ends, without nested repetition and without neighbours that share characters, so that it runs in
   * linear time. For hashes that lie in several fields: the names of these.
   */
  readonly shape: RegExp | Fields;
  /** The longest text that can be one. Default: 1024 characters. */
  readonly longest?: number;
  readonly detectable?: boolean;
  readonly needs?: readonly ContextField[];
  readonly accepts?: readonly ContextField[];
  /** One class for all, or the best one beside the class of one hash. */
  readonly strength: Strength | { readonly best: Strength; of(parsed: P): Strength };
  readonly flags?: readonly HashFlag[];
  readonly caps?: string;
  /** Reads what the shape has let through. Throws by {@link damaged} and {@link within}. */
  parse(hash: string): P;
  parameters?(parsed: P): HashParameters;
  /** `verify` compares in constant time. */
  readonly compare:
    | Comparison<P>
    /** For those that no two digests tell: libraries that compare by themselves. */
    | ((password: Buffer, parsed: P, context: HashContext) => boolean);
  /** For those that compare by themselves, and hold hashes that are weak enough to be wrapped. */
  readonly wrap?: WrapRecipe;
}

/** What a hash holds, and what a password gives. */
export interface Comparison<P> {
  expected(parsed: P): Buffer;
  /**
   * Null where no password of these bytes can have been hashed, such as one with a NUL in crypt(3). A list where the
   * source system does not say what it did: each is compared.
   */
  digest(password: Buffer, parsed: P, context: HashContext): Buffer | null | readonly (Buffer | null)[];
  /**
   * The text of the hash with zeros as digest, where it is weak enough to be wrapped; null: this one is not. Left out: none
   * of this format is.
   */
  bare?(parsed: P): string | null;
}

const LONGEST = 1024;

/** Makes a {@link PasswordFormat} of its definition. */
export function defineFormat<P>(definition: FormatDefinition<P>): PasswordFormat {
  const { name, shape, compare, strength, longest = LONGEST } = definition;
  const needs = definition.needs ?? [];
  const start = shape instanceof RegExp ? startOf(shape) : "{";

  function recognise(hash: string): boolean {
    if (hash.length > longest || !hash.startsWith(start)) return false;
    return shape instanceof RegExp ? shape.test(hash) : hasFields(hash, shape);
  }

  function read(hash: string): P {
    if (!recognise(hash)) throw damaged(name, "it does not have the shape of one");
    return definition.parse(hash);
  }

  function require(context: HashContext): void {
    for (const field of needs) if (context[field] === undefined) throw contextMissing(name, field);
  }

  const wrap = typeof compare === "function" ? definition.wrap : wrapRecipe(read, compare);
  return {
    name,
    aliases: definition.aliases ?? [],
    title: definition.title,
    sources: definition.sources,
    shape: shape instanceof RegExp ? shape.source : showFields(shape),
    detectable: definition.detectable ?? true,
    needs,
    accepts: definition.accepts ?? [],
    strength: typeof strength === "string" ? strength : strength.best,
    flags: definition.flags ?? [],
    caps: definition.caps ?? "",
    recognise,
    inspect(hash) {
      const parsed = read(hash);
      return {
        strength: typeof strength === "string" ? strength : strength.of(parsed),
        // Hardly anybody asks.
        get parameters() {
          return definition.parameters?.(parsed) ?? {};
        },
      };
    },
    verify(password, hash, context) {
      const parsed = read(hash);
      require(context);
      if (typeof compare === "function") return compare(password, parsed, context);
      const expected = compare.expected(parsed);
      return digestsOf(compare, password, parsed, context).some((digest) => isEqual(digest, expected));
    },
    ...(wrap === undefined ? {} : { wrap }),
  };
}

/**
 * The plain text with which all that fits a shape begins. A hash whose format nobody named is held against more than a hundred
 * shapes, and most are ruled out by these few characters.
 */
export function startOf({ source, flags }: RegExp): string {
  let alternatives = source.replace(/\\.|\[[^\]]*\]/g, "");
  while (/\([^()]*\)/.test(alternatives)) alternatives = alternatives.replace(/\([^()]*\)/g, "");
  if (flags !== "" || alternatives.includes("|")) return "";
  const plain = /^\^((?:[\w:,=-]|\\[^\w])*)(.?)/.exec(source);
  const start = (plain?.[1] ?? "").replaceAll("\\", "");
  // What may repeat need not be there.
  return /[?*+{]/.test(plain?.[2] ?? "") ? start.slice(0, -1) : start;
}

function digestsOf<P>(
  compare: Comparison<P>,
  password: Buffer,
  parsed: P,
  context: HashContext,
): readonly Buffer[] {
  const digest = compare.digest(password, parsed, context);
  if (digest === null) return [];
  return Buffer.isBuffer(digest) ? [digest] : digest.filter((one) => one !== null);
}

function wrapRecipe<P>(read: (hash: string) => P, compare: Comparison<P>): WrapRecipe | undefined {
  const { bare } = compare;
  if (bare === undefined) return undefined;
  return {
    bare: (hash) => bare(read(hash)),
    expected: (hash) => compare.expected(read(hash)),
    digests: (password, hash, context) => digestsOf(compare, password, read(hash), context),
  };
}

/** Whether two digests are the same, in a time that does not tell where they differ. */
export function isEqual(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/** The fields of a JSON object, or null where the text is none. */
export function readFields(hash: string): Readonly<Record<string, unknown>> | null {
  if (!hash.startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(hash);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    // Not JSON: then it is no hash that lies in fields.
    return null;
  }
}

function hasFields(hash: string, { fields, optional = [] }: Fields): boolean {
  const found = readFields(hash);
  if (found === null) return false;
  return (
    fields.every((name) => Object.hasOwn(found, name)) &&
    Object.keys(found).every((name) => fields.includes(name) || optional.includes(name))
  );
}

function showFields({ fields, optional = [] }: Fields): string {
  return `{${[...fields, ...optional.map((name) => `${name}?`)].join(", ")}}`;
}

/** The error for a hash that has the shape of a format and is damaged all the same. */
export function damaged(scheme: string, why: string): WatchwordError {
  return new WatchwordError(
    "invalid-input",
    `This is not a whole ${scheme} hash: ${why}. Look whether it was cut off, or name another scheme.`,
    { details: { field: "hash", reason: "hash-damaged", scheme } },
  );
}

/**
 * A cost that stands in a stored hash, checked: a stored hash is untrusted, and its parameters say how much work a check is.
 * @throws WatchwordError `invalid-input` outside of the bounds.
 */
export function within(
  scheme: string,
  parameter: string,
  value: number,
  least: number,
  most: number,
): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new WatchwordError(
    "invalid-input",
    `This ${scheme} hash asks for ${value} ${parameter}; ${least} to ${most} are accepted. Do not import it: reset the password instead.`,
    { details: { field: "hash", reason: "hash-cost", scheme, parameter, value } },
  );
}

/** The error for a hash that cannot be checked without a fact that was not given. */
export function contextMissing(scheme: string, field: ContextField): WatchwordError {
  return new WatchwordError(
    "invalid-input",
    `A ${scheme} hash cannot be checked without its ${field}. Give context.${field}, as it was in the source system.`,
    { details: { field: `context.${field}`, reason: "context-missing", scheme } },
  );
}
