import { DjMongoAuthError } from "./error.js";

/** A request as a handler gets it: one of the Fetch standard, of `node:http`, or of Express and what resembles it. */
export interface DjMongoAuthRequest {
  readonly method?: string | undefined;
  /** Absolute, or from the path on; its query holds `a`. */
  readonly url?: string | undefined;
  readonly headers:
    | { get(name: string): string | null }
    | { readonly [name: string]: string | readonly string[] | undefined };
  /** What a body parser made of it, its text or its bytes. Absent, or a stream: it is read from there. */
  readonly body?: unknown;
}

/** The most that is read of a body, in bytes. */
const BODY_LIMIT = 64 * 1024;

/** The token in `Authorization`, bare or behind `Bearer`. */
export function tokenOf(request: DjMongoAuthRequest): string {
  const header = authorizationOf(request);
  const token = typeof header === "string" ? header.trim().replace(/^Bearer\s+/i, "") : "";
  if (token === "") throw new DjMongoAuthError("The request has no token in its Authorization header.");
  return asTyped(token);
}

/** The secret of the link that was clicked: `a` in the query. */
export function linkOf({ url = "" }: DjMongoAuthRequest): string {
  const query = url.slice(url.indexOf("?") + 1).split("#", 1)[0];
  const link = url.includes("?") ? new URLSearchParams(query).get("a") : null;
  if (link === null || link === "")
    throw new DjMongoAuthError("The address of the request has no ?a=… in it.");
  return link;
}

/** The fields of a body in JSON. */
export async function fieldsOf(request: DjMongoAuthRequest): Promise<ReadonlyMap<string, unknown>> {
  const body = await parsedBodyOf(request);
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new DjMongoAuthError("The body of the request must be a JSON object.");
  return new Map(Object.entries(body));
}

/** A field that must be there, as text. */
export function textIn(fields: ReadonlyMap<string, unknown>, name: string): string {
  const value = fields.get(name);
  if (typeof value !== "string") throw new DjMongoAuthError(`The body of the request has no text "${name}".`);
  return value;
}

/** Whether there is an `Authorization` header, with whatever in it. */
export function hasToken(request: DjMongoAuthRequest): boolean {
  return typeof authorizationOf(request) === "string";
}

function authorizationOf({ headers }: DjMongoAuthRequest): unknown {
  if (typeof headers.get === "function") return headers.get("authorization");
  return Object.entries(headers).find(([name]) => name.toLowerCase() === "authorization")?.[1];
}

/** HTTP hands bytes over as Latin-1; the tokens of djmongoauth hold the username, in UTF-8. */
function asTyped(token: string): string {
  if (!/[\u0080-\u00FF]/.test(token) || /[^\0-\u00FF]/.test(token)) return token;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(token, "latin1"));
  } catch {
    // Not UTF-8: a browser sent the Latin-1 characters themselves.
    return token;
  }
}

/** A body that cannot be read, or is no JSON, is the caller's doing: it was read already, cut off, or sent in another form. */
async function parsedBodyOf(request: DjMongoAuthRequest): Promise<unknown> {
  const source = request.body ?? (isStream(request) ? request : "");
  try {
    if (typeof source === "string") return JSON.parse(source);
    if (source instanceof Uint8Array) return JSON.parse(utf8(source));
    return isStream(source) ? JSON.parse(utf8(await bytesOf(source))) : source;
  } catch (cause) {
    if (cause instanceof DjMongoAuthError) throw cause;
    throw new DjMongoAuthError("The body of the request is no JSON, or was read already.", { cause });
  }
}

type ByteStream = AsyncIterable<Uint8Array>;

function isStream(value: object): value is ByteStream {
  return Symbol.asyncIterator in value;
}

async function bytesOf(stream: ByteStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > BODY_LIMIT)
      throw new DjMongoAuthError(`The body of the request is larger than ${BODY_LIMIT} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
