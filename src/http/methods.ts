import type { Hono, Context as HonoContext } from "hono";
import { WatchwordError } from "../base/errors.js";
import { problem } from "./problem.js";
import type { WebEnv } from "./web.js";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** The answer where no route fits: 405 with the methods that would (RFC 9110 §15.5.6), or else 404. */
export function noRoute(app: Hono<WebEnv>, c: HonoContext<WebEnv>): Response {
  const allowed = allowedMethods(app, c.req.path);
  const requestId = c.get("requestId");
  if (allowed.length === 0)
    return problem(new WatchwordError("not-found", "There is nothing at this address."), requestId);
  const allow = allowed.join(", ");
  return problem(
    new WatchwordError("method-not-allowed", `This address answers ${allow} only.`, { details: { allowed } }),
    requestId,
    { allow },
  );
}

function allowedMethods(app: Hono<WebEnv>, path: string): string[] {
  const allowed = METHODS.filter((method) =>
    // Middleware fits every path and method, so it says nothing.
    app.router.match(method, path)[0].some(([[, route]]) => route.method !== "ALL"),
  );
  return allowed.includes("GET") ? [...allowed, "HEAD"] : allowed;
}
