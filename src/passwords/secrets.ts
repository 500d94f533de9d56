import { WatchwordError } from "../base/errors.js";
import type { HashContext } from "../space/contract.js";
import type { Pepper } from "../space/options.js";

/** The secrets that hashes are made with and checked by, none of which rests in the store. */
export interface PasswordSecrets {
  /** The one that new hashes are made with; null: none is in use. */
  readonly newest: { readonly id: string; readonly secret: Buffer } | null;
  /** @throws WatchwordError `secret-missing` */
  pepper(id: string): Buffer;
  /** @throws WatchwordError `secret-missing` */
  legacy(id: string): HashContext;
  /** Under which id these very secrets of another system stand; null: under none. */
  findLegacy(secrets: HashContext): string | null;
}

const ID = /^[A-Za-z0-9._-]{1,64}$/;
/** Bytes of a pepper: NIST SP 800-63B-4 §3.1.1.2 asks for 112 bits at least. */
const LEAST = 16;

/** @throws WatchwordError `invalid-option` */
export function createPasswordSecrets(options: {
  readonly peppers?: readonly Pepper[];
  readonly legacySecrets?: Readonly<Record<string, HashContext>>;
}): PasswordSecrets {
  if (!Array.isArray(options.peppers ?? []))
    throw refuse("peppers", 'The peppers must be a list such as [{ id: "2031", secret: "…" }].');
  if (typeof (options.legacySecrets ?? {}) !== "object")
    throw refuse("legacySecrets", 'The legacy secrets must be an object such as { shop: { pepper: "…" } }.');
  const peppers = new Map<string, Buffer>();
  for (const { id, secret } of options.peppers ?? []) {
    checkId("peppers", id);
    if (typeof secret !== "string" || Buffer.byteLength(secret) < LEAST)
      throw refuse(
        "peppers",
        `The pepper ${id} is shorter than ${LEAST} bytes; make one with \`watchword secret\`.`,
      );
    if (peppers.has(id)) throw refuse("peppers", `Two peppers are called ${id}; give each an id of its own.`);
    peppers.set(id, Buffer.from(secret));
  }
  const legacy = new Map(Object.entries(options.legacySecrets ?? {}));
  for (const [id, context] of legacy) {
    checkId("legacySecrets", id);
    if (typeof context !== "object" || context === null)
      throw refuse("legacySecrets", `The legacy secrets ${id} must be an object such as { pepper: "…" }.`);
  }
  const [first] = peppers;
  return {
    newest: first === undefined ? null : { id: first[0], secret: first[1] },
    pepper(id) {
      const secret = peppers.get(id);
      if (secret === undefined) throw missing("passwords.peppers", id);
      return secret;
    },
    legacy(id) {
      const context = legacy.get(id);
      if (context === undefined) throw missing("passwords.legacySecrets", id);
      return context;
    },
    findLegacy(wanted) {
      const fields = Object.keys(wanted) as (keyof HashContext)[];
      for (const [id, context] of legacy)
        if (fields.every((field) => context[field] === wanted[field])) return id;
      return null;
    },
  };
}

function checkId(option: string, id: unknown): void {
  if (typeof id !== "string" || !ID.test(id))
    throw refuse(
      option,
      `An id must be 1 to 64 letters, digits, dots, dashes or underscores; one is ${JSON.stringify(id)}.`,
    );
}

function refuse(option: string, message: string): WatchwordError {
  return new WatchwordError("invalid-option", message, { details: { option: `passwords.${option}` } });
}

function missing(option: string, id: string): WatchwordError {
  return new WatchwordError(
    "secret-missing",
    `A stored password was made with the secret ${id}, which is not in the option ${option}. Give it back, as long as such passwords rest.`,
    { details: { option, id } },
  );
}
