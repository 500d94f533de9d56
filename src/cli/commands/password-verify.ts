import { WatchwordError } from "../../base/errors.js";
import type { HashHint, HashVerifier, StoredHash } from "../../space/contract.js";
import { UsageError } from "../errors.js";
import { readContextNames, wantedHash } from "../hash-input.js";
import type { Invocation } from "../invocation.js";
import { inOrder, linesOf } from "../lines.js";
import { printJson, printJsonLine, printLine } from "../output.js";
import { type PasswordFlags, passwordFromFlags } from "../passwords.js";
import { askHidden } from "../prompts.js";
import { parseJsonObject } from "../values.js";

export interface PasswordVerifyFlags extends PasswordFlags {
  readonly json?: boolean;
  readonly scheme?: string;
  readonly source?: string;
  readonly context?: string;
  readonly batch?: boolean;
  readonly slots?: number;
}

/** Bytes of the longest row. */
const LONGEST_ROW = 256 * 1024;
/** Rows that are read ahead: enough that no thread waits, few enough that they take no memory to speak of. */
const AHEAD = 64;

export async function run({ args, flags }: Invocation<PasswordVerifyFlags>): Promise<void> {
  const { openHashVerifier } = await import("../../index.js");
  const hashes = openHashVerifier(flags.slots === undefined ? {} : { slots: flags.slots });
  try {
    if (flags.batch) await verifyRows(hashes, args);
    else await verifyOne(hashes, args, flags);
  } finally {
    await hashes.close();
  }
}

async function verifyOne(
  hashes: HashVerifier,
  args: readonly string[],
  flags: PasswordVerifyFlags,
): Promise<void> {
  const { scheme, source, context, json } = flags;
  if (args.length === 0)
    throw new UsageError("Give the hash in single quotes; or --batch, and rows on standard input.");
  const hash = await wantedHash(args);
  const hint: HashHint = {
    ...(scheme === undefined ? {} : { scheme }),
    ...(source === undefined ? {} : { source }),
    ...(context === undefined ? {} : withContext(parseJsonObject("--context", context))),
  };
  // Nobody should type a password for a hash that cannot be checked: that is told first.
  const { candidates } = await hashes.identify(hash, hint);
  if (candidates.length !== 1 || candidates[0]?.problem !== null)
    await hashes.verify({ ...hint, password: "", hash });
  const given = await passwordFromFlags(flags);
  const password = given ?? (await askHidden({ message: "Password", flag: "--password-stdin" }));
  const verdict = await hashes.verify({ ...hint, password, hash });
  if (!verdict.valid) process.exitCode = 1;
  if (json) await printJson(verdict);
  else await printLine(`${verdict.valid ? "It fits" : "It does not fit"} (${verdict.scheme}).`);
}

async function verifyRows(hashes: HashVerifier, args: readonly string[]): Promise<void> {
  if (args.length > 0)
    throw new UsageError("--batch reads all hashes from standard input; leave the argument out.");
  if (process.stdin.isTTY)
    throw new UsageError("--batch reads rows from a pipe or a file, and standard input is a terminal.");
  const lines = linesOf(process.stdin as AsyncIterable<Buffer>, LONGEST_ROW);
  for await (const answer of inOrder(withoutEmpty(lines), AHEAD, (line) => answerTo(hashes, line)))
    await printJsonLine(answer);
}

async function* withoutEmpty(lines: AsyncIterable<Buffer | null>): AsyncGenerator<Buffer | null> {
  for await (const line of lines) if (line === null || !/^\s*$/.test(line.toString("latin1"))) yield line;
}

/** A row's answer; what is wrong with one row is told in its place, and the next goes on. */
async function answerTo(hashes: HashVerifier, line: Buffer | null): Promise<object> {
  try {
    return await hashes.verify(readRow(line));
  } catch (error) {
    if (!(error instanceof WatchwordError)) throw error;
    const { code, message, details } = error;
    return { error: { code, message, ...(Object.keys(details).length > 0 && { details }) } };
  }
}

type Question = Parameters<HashVerifier["verify"]>[0];

/** Fields besides those that are asked for are left alone: rows may say where they come from. */
function readRow(line: Buffer | null): Question {
  if (line === null) throw badRow(`The row is longer than ${LONGEST_ROW} bytes.`);
  const { scheme, source, password, password_hex: hex, hash, context } = parseRow(line);
  if (typeof hash !== "string" && (typeof hash !== "object" || hash === null))
    throw badRow("The row has no hash: give text, or an object of fields.");
  return {
    ...optional("scheme", scheme),
    ...optional("source", source),
    ...withContext(context),
    password: readPassword(password, hex),
    hash: hash as StoredHash,
  };
}

function withContext(context: unknown): { readonly context?: object } {
  const named = readContextNames(context);
  return named === undefined ? {} : { context: named };
}

function optional<N extends string>(name: N, value: unknown): { readonly [name in N]?: string } {
  if (value === undefined || value === null) return {};
  if (typeof value === "string") return { [name]: value } as { readonly [name in N]?: string };
  throw badRow(`${name} must be text.`);
}

function readPassword(password: unknown, hex: unknown): string | Buffer {
  if (typeof password === "string" && hex === undefined) return password;
  if (password === undefined && typeof hex === "string" && /^(?:[0-9a-fA-F]{2})*$/.test(hex))
    return Buffer.from(hex, "hex");
  throw badRow("The row must have either password, as text, or password_hex, as hexadecimal digits.");
}

function parseRow(line: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Told below, without what the parser quotes: a row holds a password.
  }
  throw badRow("The row is no JSON object in UTF-8.");
}

function badRow(message: string): WatchwordError {
  return new WatchwordError("invalid-input", message);
}
