import { readFileSync } from "node:fs";
import type { HashContext } from "../../src/passwords/formats/format.js";

/** A row of the fixtures: a hash that some software made, and whether a password fits. */
export interface Vector {
  readonly scheme: string;
  readonly password: Buffer;
  /** The stored text; fields as JSON. */
  readonly hash: string;
  readonly context: HashContext;
  readonly valid: boolean;
}

interface Row {
  readonly scheme: string;
  readonly password?: string;
  readonly password_hex?: string;
  readonly hash: string | object;
  readonly context?: HashContext;
  readonly valid: boolean;
}

const FILE = new URL("../fixtures/password-hashes/vectors.json", import.meta.url);

export function readVectors(): readonly Vector[] {
  const { vectors }: { readonly vectors: readonly Row[] } = JSON.parse(readFileSync(FILE, "utf8"));
  return vectors.map(({ scheme, password, password_hex, hash, context = {}, valid }) => ({
    scheme,
    password: password_hex === undefined ? Buffer.from(password ?? "") : Buffer.from(password_hex, "hex"),
    hash: typeof hash === "string" ? hash : JSON.stringify(hash),
    context,
    valid,
  }));
}
