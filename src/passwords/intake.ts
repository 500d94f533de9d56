import { setTimeout } from "node:timers/promises";
import { WatchwordError } from "../base/errors.js";
import type { HashContext, HashStrength } from "../space/contract.js";
import type { PasswordRecord } from "../store/contract.js";
import type { PasswordFormat } from "./formats/format.js";
import { readFields } from "./formats/format.js";
import { formatNamed, resolveFormat } from "./formats/registry.js";
import type { Hasher } from "./hasher.js";
import { isWeak, readContext, requireNeeds, SECRET, wrapped } from "./legacy.js";
import { normalizePassword } from "./normalize.js";
import type { SecretSealing } from "./sealing.js";
import type { PasswordSecrets } from "./secrets.js";
import { hashText, MOST_HASHES, OWN_SCHEME, type StoredPassword, writeSeveral } from "./stored.js";

/** One way in which another system keeps a password of somebody. */
export type ForeignPassword =
  | {
      readonly kind: "hash";
      readonly scheme: string | null;
      readonly hash: string;
      /** Secrets included; and `salt`, where a table has a column of its own for it. */
      readonly context?: Readonly<Record<string, string | number>>;
    }
  | { readonly kind: "clear"; readonly text: string }
  | { readonly kind: "unknown"; readonly text: string; readonly why: string };

/** What became of somebody's passwords. */
export interface TakenIn {
  readonly record: PasswordRecord | null;
  readonly schemes: readonly { readonly scheme: string; readonly strength: HashStrength }[];
  /** Why one was not taken. */
  readonly unusable: readonly string[];
}

/** Passwords of many people who come from one system. */
export interface PasswordIntake {
  /** @param trial - Everything is looked at, nothing is computed, and there is no record. */
  take(passwords: readonly ForeignPassword[], now: number, trial: boolean): Promise<TakenIn>;
}

export interface IntakeDeps {
  readonly hasher: Hasher;
  readonly secrets: PasswordSecrets;
  readonly sealing: SecretSealing;
}

/** One of somebody's hashes, ready to rest. */
interface Part {
  readonly stored: StoredPassword;
  readonly secretsId: string | null;
  readonly flags: readonly string[];
  readonly scheme: string;
  readonly strength: HashStrength;
}

/** What a clear text is called in a report. */
const CLEAR = "plaintext";
/** Milliseconds to wait for a place in the waiting line, at the most; people who sign in meanwhile go on. */
const PATIENCE = 1000;

/** @param options - `wrap`: whether weak hashes are laid into argon2id at once. */
export function createPasswordIntake(
  deps: IntakeDeps,
  options: { readonly wrap: boolean; readonly secretsId?: string },
): PasswordIntake {
  const { hasher, secrets, sealing } = deps;

  async function takeHash(
    given: Extract<ForeignPassword, { kind: "hash" }>,
    trial: boolean,
  ): Promise<Part | { readonly clear: string }> {
    const { salt, ...rest } = given.context ?? {};
    const named = given.scheme === null ? undefined : formatNamed(given.scheme);
    const text = hashText(salt === undefined ? given.hash : withSalt(given.hash, String(salt), named));
    const format = resolveFormat(text, given.scheme === null ? {} : { scheme: given.scheme });
    const { strength } = format.inspect(text);
    if (strength === "readable" && format.name === CLEAR) return { clear: text };
    if (strength === "readable" || strength === "locked") throw noHash(format, strength);
    const { open, secret } = partedContext(readContext(rest), format);
    requireNeeds(format, { ...open, ...secret });
    const secretsId = idOf(secret);
    const mustSeal = secretsId === null && Object.keys(secret).length > 0;
    const whole: StoredPassword = { scheme: format.name, hash: text, context: open, argon2id: null };
    // Most hashes are not to be wrapped: no promise is made for them.
    const mayWrap = options.wrap && isWeak(strength);
    const laid = mayWrap
      ? await wrapped(whole, format, async (digest) => (trial ? null : patiently(() => hasher.hash(digest))))
      : whole;
    const stored = mustSeal ? { ...laid, sealed: sealing.seal(secret, laid.hash) } : laid;
    return { stored, secretsId, flags: format.flags, scheme: format.name, strength };
  }

  /** The secrets in the options that these are, if they stand there. */
  function idOf(secret: HashContext): string | null {
    if (Object.keys(secret).length === 0) return null;
    return options.secretsId ?? secrets.findLegacy(secret);
  }

  /** As it was typed there, to the byte: what did not fit before shall not fit now. */
  async function hashClear(text: string, trial: boolean, pepper: Buffer | null): Promise<string> {
    // Refuses what nobody could type here.
    normalizePassword(text);
    return trial ? "" : patiently(() => hasher.hash(text, {}, pepper));
  }

  async function takeClear(text: string, trial: boolean): Promise<Part> {
    const hash = await hashClear(text, trial, null);
    const stored = { scheme: OWN_SCHEME, hash, context: {}, argon2id: null };
    return { stored, secretsId: null, flags: [], scheme: CLEAR, strength: "readable" };
  }

  async function ownRecord(text: string, now: number): Promise<PasswordRecord> {
    const { newest } = secrets;
    return {
      hash: await hashClear(text, false, newest?.secret ?? null),
      scheme: OWN_SCHEME,
      normalization: "none",
      pepperId: newest?.id ?? null,
      flags: [],
      changedAt: now,
    };
  }

  return {
    async take(passwords, now, trial) {
      const parts: Part[] = [];
      const clear: string[] = [];
      const unusable: string[] = [];
      for (const [index, given] of passwords.entries()) {
        // The source has told of it.
        if (given.kind === "unknown") continue;
        if (index >= MOST_HASHES) {
          unusable.push(
            `has more than ${MOST_HASHES} passwords; those behind the first ${MOST_HASHES} stay behind.`,
          );
          break;
        }
        try {
          const taken = given.kind === "clear" ? { clear: given.text } : await takeHash(given, trial);
          if ("clear" in taken) {
            clear.push(taken.clear);
            parts.push(await takeClear(taken.clear, trial || passwords.length === 1));
          } else parts.push(taken);
        } catch (error) {
          if (!(error instanceof WatchwordError) || error.code !== "invalid-input") throw error;
          unusable.push(`has a password that cannot be taken over: ${error.message}`);
        }
      }
      const schemes = parts.map(({ scheme, strength }) => ({ scheme, strength }));
      return { record: trial ? null : await recordOf(parts, clear, now), schemes, unusable };
    },
  };

  async function recordOf(
    parts: readonly Part[],
    clear: readonly string[],
    now: number,
  ): Promise<PasswordRecord | null> {
    const [first, ...more] = parts;
    if (first === undefined) return null;
    const [text] = clear;
    if (more.length === 0 && text !== undefined) return ownRecord(text, now);
    const { hash, scheme } = writeSeveral([first.stored, ...more.map(({ stored }) => stored)]);
    return {
      hash,
      scheme,
      normalization: "none",
      pepperId: parts.find(({ secretsId }) => secretsId !== null)?.secretsId ?? null,
      flags: more.length === 0 ? first.flags : [...new Set(parts.flatMap(({ flags }) => flags))],
      changedAt: now,
    };
  }
}

/** What the format makes use of, parted into what may lie open and what may not. */
function partedContext(context: HashContext, format: PasswordFormat) {
  const entries = Object.entries(context);
  if (entries.length === 0) return { open: context, secret: context };
  const used = [...format.needs, ...format.accepts];
  const isSecret = ([field]: readonly [string, unknown]) => SECRET.some((name) => name === field);
  const lost = entries.find((entry) => isSecret(entry) && !used.some((name) => name === entry[0]));
  if (lost !== undefined)
    throw new WatchwordError(
      "invalid-input",
      `A ${format.name} hash makes no use of a ${lost[0]}; name the format that does, or leave the ${lost[0]} out.`,
      { details: { field: `context.${lost[0]}`, scheme: format.name } },
    );
  const kept = entries.filter(([field]) => used.some((name) => name === field));
  const open: HashContext = Object.fromEntries(kept.filter((entry) => !isSecret(entry)));
  const secret: HashContext = Object.fromEntries(kept.filter(isSecret));
  return { open, secret };
}

/**
 * A hash with its salt from another column, as the format wants both: as fields of an object, or joined.
 * @throws WatchwordError `invalid-input`
 */
function withSalt(hash: string, salt: string, format: PasswordFormat | undefined): string {
  const fields = format === undefined ? [] : [...(format.shape.match(/^\{(.*)\}$/)?.[1] ?? "").split(", ")];
  const other = fields.find((field) => field !== "" && !/salt|\?$/i.test(field));
  const own = fields.find((field) => /salt/i.test(field))?.replace("?", "");
  const given = readFields(hash);
  const joined =
    other !== undefined && own !== undefined
      ? [JSON.stringify({ ...(given ?? { [other]: hash }), [own]: salt })]
      : [`${salt}:${hash}`, `${hash}:${salt}`, `${salt}$${hash}`, `${hash}$${salt}`];
  const fitting = joined.filter((text) => format?.recognise(text) === true);
  const [one] = fitting;
  if (one !== undefined && fitting.length === 1) return one;
  throw new WatchwordError(
    "invalid-input",
    `It is not known how ${format?.name ?? "a hash of no named format"} is put together from a hash and a salt of its own; make one text of both, as docs/password-formats.md shows it.`,
    { details: { field: "salt" } },
  );
}

function noHash(format: PasswordFormat, strength: "readable" | "locked"): WatchwordError {
  return new WatchwordError(
    "invalid-input",
    strength === "locked"
      ? `It is ${format.name}, which nothing fits.`
      : `It is no hash but the password itself, written as ${format.name}; give it in clear.`,
    { details: { field: "hash", reason: `hash-${strength}`, scheme: format.name } },
  );
}

/** Waits for a place in the line as often as it takes: nobody is turned away because others sign in meanwhile. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof WatchwordError) || error.code !== "busy") throw error;
      await setTimeout(Math.min(error.retryAfter ?? PATIENCE, PATIENCE));
    }
  }
}
