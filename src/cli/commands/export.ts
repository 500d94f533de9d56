import { createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CommandError, UsageError } from "../errors.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { print, printJson, printLine } from "../output.js";
import { startProgress } from "../progress.js";
import { withSpace } from "../space.js";

export interface ExportFlags extends JsonFlags {
  readonly format: "ndjson" | "csv";
  readonly withHashes?: boolean;
  readonly output?: string;
}

export async function run({ flags }: Invocation<ExportFlags>): Promise<void> {
  const { format, output } = flags;
  if (format === "csv" && flags.withHashes === true)
    throw new UsageError("--with-hashes needs --format ndjson: CSV never holds password hashes.");
  if (output !== undefined) await requireAbsent(output);
  await withSpace(flags, async (space) => {
    const progress = startProgress();
    const total = process.stderr.isTTY ? await space.users.count() : null;
    let users = format === "csv" ? -1 : 0;
    async function* told(): AsyncGenerator<string> {
      for await (const line of space.transfer.export({ format, hashes: flags.withHashes === true })) {
        users++;
        progress.show({ title: "Exporting", done: users, total });
        yield line;
      }
    }
    try {
      if (output === undefined) for await (const line of told()) await print(line);
      else await writeNew(output, told());
    } finally {
      progress.end();
    }
    if (output === undefined) return;
    if (flags.json) await printJson({ users, output });
    else
      await printLine(
        `Wrote ${users.toLocaleString("en")} ${users === 1 ? "user" : "users"} into ${output}.`,
      );
  });
}

async function requireAbsent(file: string): Promise<void> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw notWritten(file, error);
  });
  if (found !== null)
    throw new CommandError(
      "file-exists",
      `There is a file ${file} already; give another name, or move it away.`,
    );
}

/** Whole or not at all, and for nobody else to read: even without hashes it holds everybody's address. */
async function writeNew(file: string, lines: AsyncIterable<string>): Promise<void> {
  const draft = `${file}.${process.pid}.part`;
  try {
    await pipeline(Readable.from(lines), createWriteStream(draft, { flags: "wx", mode: 0o600, flush: true }));
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error instanceof Error && "syscall" in error ? notWritten(file, error) : error;
  }
}

function notWritten(file: string, cause: Error): CommandError {
  return new CommandError("file-refused", `${file} cannot be written (${cause.message}).`, { cause });
}
