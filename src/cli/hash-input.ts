import type { HashContext } from "../space/contract.js";
import { UsageError } from "./errors.js";

/** Far above any stored hash. */
const MOST_BYTES = 64 * 1024;

/**
 * The hash that a command was given, or the one line of standard input.
 * @throws UsageError
 */
export async function wantedHash(args: readonly string[]): Promise<string> {
  const [given] = args;
  if (given !== undefined) return given;
  if (process.stdin.isTTY)
    throw new UsageError("Give the hash in single quotes, or pipe it in: there is none on standard input.");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES)
      throw new UsageError(`Standard input has more than ${MOST_BYTES} bytes; that is no hash.`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
  if (text === "") throw new UsageError("Standard input is empty; pipe the hash in.");
  return text;
}

/** What other programs call the same things. */
const OTHER_NAMES: Readonly<Record<string, keyof HashContext>> = {
  username: "user",
  base64_signer_key: "signerKey",
  signer_key: "signerKey",
  base64_salt_separator: "saltSeparator",
  salt_separator: "saltSeparator",
  mem_cost: "memoryCost",
  memory_cost: "memoryCost",
};

/** A context with its fields under our names; whether they are what they should be, the check says. */
export function readContextNames(context: unknown): HashContext | undefined {
  if (typeof context !== "object" || context === null) return undefined;
  return Object.fromEntries(
    Object.entries(context).map(([name, value]) => [
      Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name] : name,
      value,
    ]),
  );
}
