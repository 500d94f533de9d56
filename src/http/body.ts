import { WatchwordError } from "../base/errors.js";

/** The most that a body may hold: 128 KiB, twice what an application may keep on a user. */
export const BODY_LIMIT = 128 * 1024;

/** `application/json` and nothing else, with parameters or without (RFC 9110 §8.3.1). */
const JSON_TYPE =
  /^application\/json[ \t]*(?:;[ \t]*[\w!#$%&'*+.^`|~-]+=(?:[\w!#$%&'*+.^`|~-]+|"[^"\\]*")[ \t]*)*$/i;

/** @throws WatchwordError `unsupported-media-type` unless the body is declared to be JSON, exactly. */
export function assertJsonType(request: Request): void {
  const type = request.headers.get("content-type");
  if (type === null || !JSON_TYPE.test(type))
    throw new WatchwordError(
      "unsupported-media-type",
      "Send the body as JSON, with the header Content-Type: application/json.",
    );
}

/**
 * The text of a body, as far as {@link BODY_LIMIT} goes; what lies beyond is not read.
 * @throws WatchwordError `body-too-large`, or `invalid-input` for what is not UTF-8.
 */
export async function readBodyText(request: Request): Promise<string> {
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > BODY_LIMIT) throw tooLarge();
  // A server's parser holds the body to a declared length, so the plain and faster way of reading it is safe then.
  const bytes = await readBytes(request, declared !== null);
  if (bytes.byteLength > BODY_LIMIT) throw tooLarge();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new WatchwordError("invalid-input", "The body is not valid UTF-8; send it in that encoding.");
  }
}

async function readBytes(request: Request, isBounded: boolean): Promise<Uint8Array> {
  try {
    return isBounded ? new Uint8Array(await request.arrayBuffer()) : await readStream(request);
  } catch (cause) {
    if (cause instanceof WatchwordError) throw cause;
    // The sender broke off, or sent chunks that are none: no failure of ours.
    throw new WatchwordError("invalid-input", "The body ended before it was whole; send it again.", {
      cause,
    });
  }
}

async function readStream(request: Request): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.byteLength;
    if (length > BODY_LIMIT) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(): WatchwordError {
  return new WatchwordError("body-too-large", `The body is larger than ${BODY_LIMIT} bytes; send less.`, {
    details: { limit: BODY_LIMIT },
  });
}
