import { WatchwordError } from "../base/errors.js";
import { isId } from "../base/ids.js";
import type { Limited, PasswordRefused } from "../space/contract.js";
import { SAFE_HEADERS } from "./problem.js";
import type { Call } from "./route.js";

const JSON_HEADERS = { "content-type": "application/json", ...SAFE_HEADERS };

/** A JSON answer. Each text in `cookies` becomes a `Set-Cookie` header. */
export function json(status: number, body: unknown, cookies: readonly string[] = []): Response {
  return new Response(JSON.stringify(body), { status, headers: withCookies(JSON_HEADERS, cookies) });
}

/** 204 No Content. */
export function nothing(cookies: readonly string[] = []): Response {
  return new Response(null, { status: 204, headers: withCookies(SAFE_HEADERS, cookies) });
}

function withCookies(headers: Record<string, string>, cookies: readonly string[]): Headers {
  const all = new Headers(headers);
  for (const cookie of cookies) all.append("set-cookie", cookie);
  return all;
}

/** The `{id}` of the path. What has not the form of an id is nobody's, which is 404 without a trip to the database. */
export function idOf(call: Pick<Call<unknown, unknown>, "c">, kind: "user" | "session"): string {
  const text = call.c.req.param("id") ?? "";
  if (!isId(text)) throw new WatchwordError("not-found", `There is no ${kind} with this id.`);
  return text;
}

/** The outcome `limited` as a failure with 429. */
export function tooMany(outcome: Limited): WatchwordError {
  return new WatchwordError("too-many-requests", "Too many tries; wait as long as Retry-After says.", {
    retryAfter: outcome.retryAfter,
    quota: outcome,
  });
}

/** The outcome `password-refused` as a failure with 422. */
export function refused(outcome: PasswordRefused, field: "password" | "newPassword"): WatchwordError {
  return new WatchwordError("password-refused", outcome.message, {
    details: { field, reason: outcome.reason },
  });
}

export function wrongCode(): WatchwordError {
  return new WatchwordError(
    "wrong-code",
    "The code is wrong, used or too old; ask for a new one if this goes on.",
  );
}

export function usernameTaken(): WatchwordError {
  return new WatchwordError("username-taken", "The username is taken; choose another one.", {
    details: { field: "username" },
  });
}

export function emailTaken(): WatchwordError {
  return new WatchwordError("email-taken", "The email address belongs to another account.", {
    details: { field: "email" },
  });
}
