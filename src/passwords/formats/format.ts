import { timingSafeEqual } from "node:crypto";
import { WatchwordError } from "../../base/errors.js";

/** What a hash needs besides itself and the password. Which of these, a format says in {@link PasswordFormat.needs}. */
export interface HashContext {
  /** The name that the source system knew the person by; exactly as it stood there. */
  readonly user?: string;
  /** The realm of an HTTP digest file. */
  readonly realm?: string;
  /** A secret of the source system that every password was mixed with (Devise's pepper, Flask-Security's salt, …). */
  readonly pepper?: string;
  /** Firebase's signer key of the project, base64. */
  readonly signerKey?: string;
  /** Firebase's salt separator of the project, base64. */
  readonly saltSeparator?: string;
  /** Firebase's rounds of the project: the r of scrypt. */
  readonly rounds?: number;
  /** Firebase's memory cost of the project: the binary logarithm of the N of scrypt. */
  readonly memoryCost?: number;
  /** The salt, where the source system kept it in a column of its own that the hash does not hold. */
  readonly salt?: string;
  /** How the source system made bytes of the text. Default: utf8. Only where {@link PasswordFormat.accepts} names it. */
  readonly encoding?: string;
}

export type ContextField = keyof HashContext;

/**
 * How well a stolen hash withstands guessing, at the parameters of that one hash:
 * `strong` costs the guesser memory or tenths of a second; `fair` costs milliseconds; `weak` is salted but quick;
 * `broken` is unsalted, cut or quick enough for every password that people choose; `readable` is the password itself or
 * turns back into it; `locked` is no hash: nothing ever matches it.
 */
export type Strength = "strong" | "fair" | "weak" | "broken" | "readable" | "locked";

/** What else a person should know of a format; a password that was checked through one of these is made anew and noted. */
export type FormatFlag =
  | "truncates" // only the first bytes count: a longer wrong password may match
  | "folds-case" // upper and lower case are one
  | "drops-characters" // spaces or other characters do not count
  | "unsalted"; // the same password gives the same hash for everybody (or for everybody of that name)

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
  readonly flags: readonly FormatFlag[];
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
  /** The hash with zeros in place of its digest: salt and parameters stay readable, and it still has its shape. */
  bare(hash: string): string;
  /** The digest that stands in the hash. */
  expected(hash: string): Buffer;
  /** The digest that this password gives with the salt and the parameters of the hash (bare or whole). */
  digest(password: Buffer, hash: string, context: HashContext): Buffer;
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
  readonly flags?: readonly FormatFlag[];
  readonly caps?: string;
  /** Reads what the shape has let through. Throws by {@link damaged} and {@link within}. */
  parse(hash: string): P;
  parameters?(parsed: P): HashParameters;
  /** What the hash holds, and what a password gives. `verify` compares the two in constant time. */
  readonly compare:
    | {
        expected(parsed: P): Buffer;
        /** Null where no password of these bytes can have been hashed, such as one with a NUL in crypt(3). */
        digest(password: Buffer, parsed: P, context: HashContext): Buffer | null;
        /** The text of the hash with zeros as digest; given where the format is weak enough to be wrapped. */
        bare?(parsed: P): string;
      }
    /** For those that no two digests tell: libraries that compare by themselves, several forms to try. */
    | ((password: Buffer, parsed: P, context: HashContext) => boolean);
}

const LONGEST = 1024;

/** Makes a {@link PasswordFormat} of its definition. */
export function defineFormat<P>(definition: FormatDefinition<P>): PasswordFormat {
  const { name, shape, compare, strength, longest = LONGEST } = definition;
  const needs = definition.needs ?? [];

  function recognise(hash: string): boolean {
    if (hash.length > longest) return false;
    return shape instanceof RegExp ? shape.test(hash) : hasFields(hash, shape);
  }

  function read(hash: string): P {
    if (!recognise(hash)) throw damaged(name, "it does not have the shape of one");
    return definition.parse(hash);
  }

  function require(context: HashContext): void {
    for (const field of needs) if (context[field] === undefined) throw contextMissing(name, field);
  }

  const wrap = typeof compare === "function" ? undefined : wrapRecipe(read, compare, name);
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
        parameters: definition.parameters?.(parsed) ?? {},
      };
    },
    verify(password, hash, context) {
      const parsed = read(hash);
      require(context);
      if (typeof compare === "function") return compare(password, parsed, context);
      const digest = compare.digest(password, parsed, context);
      return digest !== null && isEqual(digest, compare.expected(parsed));
    },
    ...(wrap === undefined ? {} : { wrap }),
  };
}

function wrapRecipe<P>(
  read: (hash: string) => P,
  compare: Exclude<FormatDefinition<P>["compare"], (...args: never[]) => boolean>,
  name: string,
): WrapRecipe | undefined {
  const { bare } = compare;
  if (bare === undefined) return undefined;
  return {
    bare: (hash) => bare(read(hash)),
    expected: (hash) => compare.expected(read(hash)),
    digest(password, hash, context) {
      const digest = compare.digest(password, read(hash), context);
      // A password that cannot have been hashed gets bytes that no digest has by its length.
      return digest ?? Buffer.from(`${name}: none`);
    },
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
