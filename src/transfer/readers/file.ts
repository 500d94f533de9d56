import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { WatchwordError } from "../../base/errors.js";

/** What a reader takes: text or bytes, piece by piece. */
export type Input = AsyncIterable<Uint8Array | string>;

/** A file that can be read more than once, or something that looks like one. */
export interface InputFile {
  /** As people know it, for messages; and the name of its only table, without the last ending. */
  readonly name: string;
  open(): Input;
}

/**
 * A file of this machine. One that gzip made (people keep `users.sql.gz`) is unpacked on the way; one in UTF-16, which is
 * what a redirect in PowerShell leaves behind, is turned into UTF-8.
 */
export function inputFile(path: string): InputFile {
  return { name: basename(path), open: () => openFile(path) };
}

async function* openFile(path: string): Input {
  try {
    yield* asUtf8(unpacked(createReadStream(path)));
  } catch (cause) {
    if (cause instanceof WatchwordError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WatchwordError("invalid-input", `${path} cannot be read: ${reason}.`, { cause });
  }
}

/** `users.ndjson` is `users`. */
export function tableNameOf(name: string): string {
  return name.replace(/\.gz$/i, "").replace(/(?<=.)\.[^.]*$/, "");
}

/** All of a small file. One that is larger than `longest` bytes is refused, so that it cannot fill the memory. */
export async function readWhole(input: Input, longest: number, name: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of input) {
    const bytes = Buffer.from(piece as Uint8Array);
    size += bytes.length;
    if (size > longest)
      throw new WatchwordError(
        "invalid-input",
        `${name} is larger than ${longest} bytes; that is no such file.`,
      );
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}

/** The first bytes decide, and are given back to whoever reads on. */
async function* unpacked(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const { head, all } = await peek(bytes, 2);
  yield* head[0] === 0x1f && head[1] === 0x8b ? Readable.from(all).pipe(createGunzip()) : all;
}

async function* asUtf8(bytes: AsyncIterable<Uint8Array>): Input {
  const { head, all } = await peek(bytes, 2);
  const encoding =
    head[0] === 0xff && head[1] === 0xfe
      ? "utf-16le"
      : head[0] === 0xfe && head[1] === 0xff
        ? "utf-16be"
        : null;
  if (encoding === null) {
    yield* all;
    return;
  }
  const decoder = new TextDecoder(encoding, { fatal: true });
  for await (const piece of all) yield decoder.decode(piece, { stream: true });
  yield decoder.decode();
}

/** The first `count` bytes (fewer, where there are not so many), and all bytes, those included. */
export async function peek(
  bytes: AsyncIterable<Uint8Array>,
  count: number,
): Promise<{ readonly head: Uint8Array; readonly all: AsyncIterable<Uint8Array> }> {
  const iterator = bytes[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let size = 0;
  while (size < count) {
    const next = await iterator.next();
    if (next.done === true) break;
    pieces.push(next.value);
    size += next.value.length;
  }
  return { head: Buffer.concat(pieces).subarray(0, count), all: rest(pieces, iterator) };
}

async function* rest(pieces: readonly Uint8Array[], iterator: AsyncIterator<Uint8Array>) {
  try {
    yield* pieces;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}
