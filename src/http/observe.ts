import { randomUUID } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { Logger } from "../space/options.js";
import type { RequestLine } from "./counting.js";
import type { Figures } from "./figures.js";
import type { WebEnv } from "./web.js";

/** Asked all day long by machines; worth a line only to whoever debugs. */
const QUIET = new Set(["/api/session", "/health/live", "/health/ready", "/metrics"]);

/** Writes request lines to the log and the figures, where there are such. */
export class Observer {
  readonly #logger: Logger | null;
  readonly #figures: Figures;

  constructor(logger: Logger | null, figures: Figures) {
    this.#logger = logger;
    this.#figures = figures;
  }

  /** False: nobody listens, so that the time need not be taken. */
  get listens(): boolean {
    return this.#logger !== null || this.#figures.metrics !== null;
  }

  request(line: RequestLine): void {
    this.#figures.metrics?.request(line);
    if (this.#logger === null) return;
    if (line.status >= 500) this.#logger.error(line, "request");
    else if (QUIET.has(line.route)) this.#logger.debug(line, "request");
    else this.#logger.info(line, "request");
  }
}

/** Milliseconds since `started`, a reading of `performance.now()`, to a tenth. */
export function millisecondsSince(started: number): number {
  return Math.round((performance.now() - started) * 10) / 10;
}

/** Gives each request its id, and tells the observer how it went. */
export function observed(observer: Observer): MiddlewareHandler<WebEnv> {
  return async function observe(c, next) {
    const requestId = randomUUID();
    c.set("requestId", requestId);
    const started = performance.now();
    await next();
    c.res.headers.set("x-request-id", requestId);
    // By now that of the handler that ran last.
    const pattern = routePath(c);
    observer.request({
      method: c.req.method,
      route: pattern.endsWith("*") ? "unmatched" : pattern,
      status: c.res.status,
      ms: millisecondsSince(started),
      requestId,
    });
  };
}
