import { SECOND } from "../base/clock.js";
import { ERROR_CODES, type ErrorCode, WatchwordError } from "../base/errors.js";
import type { Logger } from "../space/options.js";
import { retryFields } from "./retry.js";

/** What no answer of ours is without: nobody stores it, guesses its type, or sends its address on. */
export const SAFE_HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
} as const;

/** When to come back where a failure does not say. */
const DEFAULT_WAIT = 5 * SECOND;

/** Members that a problem sets itself, whatever the details of the error are called. */
const RESERVED = new Set(["type", "title", "status", "detail", "code", "requestId", "instance"]);

/**
 * The answer to a failure: problem details (RFC 9457) with our stable `code`, beside the facts for programs that the error
 * carries. 401 names the scheme to use (RFC 9110 §11.6.1); 429 and 503 say when to come back.
 */
export function problem(
  error: WatchwordError,
  requestId: string,
  headers: Record<string, string> = {},
): Response {
  const facts = Object.entries(error.details).filter(([name]) => !RESERVED.has(name));
  const body = {
    type: `urn:watchword:error:${error.code}`,
    title: ERROR_CODES[error.code].title,
    status: error.status,
    detail: error.message,
    code: error.code,
    requestId,
    ...Object.fromEntries(facts),
  };
  return new Response(JSON.stringify(body), {
    status: error.status,
    headers: {
      "content-type": "application/problem+json",
      ...SAFE_HEADERS,
      "x-request-id": requestId,
      ...retryHeaders(error),
      ...headers,
    },
  });
}

function retryHeaders(error: WatchwordError): Record<string, string> {
  if (error.status === 401) return { "www-authenticate": 'Bearer realm="watchword"' };
  if (error.status !== 429 && error.status !== 503) return {};
  return retryFields({
    status: error.status,
    retryAfter: error.retryAfter ?? DEFAULT_WAIT,
    quota: error.quota,
  });
}

/**
 * Any failure as a problem. What was not meant for people (a bug, a failure of this server) is written to the log with its
 * stack and answered without a word about its cause (ASVS 5.0, 16.5.1).
 */
export function failure(error: unknown, requestId: string, logger: Logger | null): Response {
  if (error instanceof WatchwordError && isForPeople(error)) return problem(error, requestId);
  logger?.error({ err: error, requestId }, "a request failed");
  const status = error instanceof WatchwordError ? error.code : "internal";
  return problem(
    new WatchwordError(
      outward(status),
      "Something went wrong here; the log of the server says what, under this requestId.",
    ),
    requestId,
  );
}

/** Failures of the server's own name files and options, which are the log's business. */
function isForPeople(error: WatchwordError): boolean {
  return error.status < 500 || error.code === "busy";
}

function outward(code: ErrorCode): ErrorCode {
  return ERROR_CODES[code].status === 500 ? "internal" : code;
}
