import { randomBytes } from "node:crypto";
import { link, open, readFile, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { deriveKey, newToken } from "../base/crypto.js";
import { WatchwordError } from "../base/errors.js";

/** The secrets of a space, the newest first, with where they came from. */
export interface Secrets {
  readonly list: readonly [string, ...string[]];
  readonly origin: "option" | "environment" | "file";
}

/** A new secret: 256 random bits. */
export function makeSecret(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * The secrets from the options or the environment, else from the file beside the database, which is made with a new
 * space and only then: making one for data that has another would lose every code and cookie without a word.
 * @throws WatchwordError `secret-missing`, `invalid-option`
 */
export async function findSecrets(options: {
  readonly given: string | readonly string[] | undefined;
  readonly variable: string | undefined;
  /** Null: the data lie on a server, with no file beside them. */
  readonly file: string | null;
  readonly isNewSpace: boolean;
}): Promise<Secrets> {
  if (options.given !== undefined)
    return {
      list: parse(typeof options.given === "string" ? [options.given] : options.given),
      origin: "option",
    };
  if (options.variable !== undefined && options.variable !== "")
    return { list: parse(options.variable.split(",")), origin: "environment" };
  if (options.file === null) throw noneGiven();
  const found = await read(options.file);
  if (found !== null) return { list: parse(found.split(",")), origin: "file" };
  if (!options.isNewSpace)
    throw new WatchwordError(
      "secret-missing",
      `The secret of this space is not there: ${options.file} is missing. Restore that file from a backup, or set WATCHWORD_SECRET.`,
    );
  return { list: parse([await make(options.file)]), origin: "file" };
}

/** Looks at secrets that were given, before anything is opened. @throws WatchwordError `invalid-option`, `secret-missing` */
export function checkSecrets(
  given: string | readonly string[] | undefined,
  variable: string | undefined,
  file: string | null,
): void {
  if (given !== undefined) parse(typeof given === "string" ? [given] : given);
  else if (variable !== undefined && variable !== "") parse(variable.split(","));
  else if (file === null) throw noneGiven();
}

function noneGiven(): WatchwordError {
  return new WatchwordError(
    "secret-missing",
    "No secret was given, and a database on a server has no file beside it to keep one. Make one with `watchword secret`, and give it to every server and command as WATCHWORD_SECRET (in a program: the option secret).",
  );
}

/** Those that lie in a file beside the data; null: there is no such file. @throws WatchwordError `invalid-option`, `secret-missing` */
export async function readSecrets(file: string): Promise<Secrets["list"] | null> {
  const found = await read(file);
  return found === null ? null : parse(found.split(","));
}

/** Lays the secrets of a space beside a file that is to hold it; those that lie there stay. */
export async function keepSecrets(file: string, secrets: Secrets["list"]): Promise<void> {
  if ((await read(file)) === null) await make(file, secrets.join(","));
}

/** What the settings keep of a secret, to know it again. */
export function fingerprint(secret: string): string {
  return deriveKey(secret, "fingerprint").toString("base64url").slice(0, 16);
}

function parse(texts: readonly string[]): readonly [string, ...string[]] {
  const [first, ...rest] = texts.map((text) => text.trim()).filter((text) => text !== "");
  if (first === undefined || [first, ...rest].some((text) => text.length < 32))
    throw new WatchwordError(
      "invalid-option",
      "The secret must be 32 characters or more; make one with `watchword secret`.",
    );
  return [first, ...rest];
}

async function read(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    if (isCode(cause, "ENOENT")) return null;
    throw new WatchwordError(
      "secret-missing",
      `The secret in ${file} cannot be read: ${String(cause)}. Give the user that runs this the right to read it.`,
      { cause },
    );
  }
}

/** Written whole and linked into place, so that of two processes at once both end up with the same secret. */
async function make(file: string, secret = makeSecret()): Promise<string> {
  const draft = `${file}.${newToken().slice(0, 8)}`;
  try {
    // Flushed: the settings that name it are on the disk for good, and it must not be the part that a power cut takes.
    await writeFile(draft, `${secret}\n`, { mode: 0o600, flag: "wx", flush: true });
    await link(draft, file);
    await flushFolder(dirname(file));
    return secret;
  } catch (cause) {
    const other = isCode(cause, "EEXIST") ? await read(file) : null;
    if (other !== null) return other.trim();
    throw new WatchwordError(
      "secret-missing",
      `The secret could not be written to ${file}: ${String(cause)}.`,
      {
        cause,
      },
    );
  } finally {
    await unlink(draft).catch((error: unknown) => {
      if (!isCode(error, "ENOENT")) throw error;
    });
  }
}

/** The name of a new file is the folder's to keep. Windows cannot open a folder, and needs no such call. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
