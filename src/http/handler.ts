import { randomUUID } from "node:crypto";
import type { HandlerContext, UserSpace } from "../space/contract.js";
import { clientIp } from "./client-ip.js";
import type { Metrics } from "./counting.js";
import { Figures } from "./figures.js";
import { millisecondsSince, Observer } from "./observe.js";
import { failure } from "./problem.js";
import { createSessionRoute, SESSION_PATH } from "./session-route.js";
import { createWeb, type HttpOptions } from "./web.js";

export type { HttpOptions } from "./web.js";

/** Answers a request of the Fetch standard. */
export type Handler = (request: Request, context?: HandlerContext) => Promise<Response>;

/**
 * The HTTP face of a space: JSON under `/api`, health and metrics for operators, pages for people. It never rejects: what
 * goes wrong is logged and answered as a problem.
 * @throws WatchwordError `invalid-option` for options that do not have the required form.
 */
export function createHandler(space: UserSpace, options: HttpOptions): Handler {
  const logger = options.logger ?? null;
  const { metricsToken, trustProxy = 0 } = options;
  const figures = new Figures(space);
  const observer = new Observer(logger, figures);
  const onCheck = (outcome: Parameters<Metrics["sessionCheck"]>[0]) => figures.metrics?.sessionCheck(outcome);
  const web = createWeb(space, options, {
    sessionCheck: onCheck,
    signIn: (outcome) => figures.metrics?.signIn(outcome),
  });
  const answerSession = createSessionRoute(space, web.cookies, onCheck);

  let warned = false;

  const api = once(async () => {
    const { createApi } = await import("./api.js");
    const shown = metricsToken === undefined ? null : { metrics: await figures.load(), token: metricsToken };
    return createApi(web, observer, shown);
  });

  const site = once(async () => {
    const { createSite } = await import("./site.js");
    return createSite(web, observer);
  });

  async function answerQuickly(request: Request): Promise<Response> {
    if (!observer.listens) return answerSession(request);
    const started = performance.now();
    const response = await answerSession(request);
    const ms = millisecondsSince(started);
    observer.request({ method: "GET", route: SESSION_PATH, status: response.status, ms });
    return response;
  }

  async function answer(request: Request, socket: string | undefined): Promise<Response> {
    if (metricsToken !== undefined && figures.metrics === null) await figures.load();
    const start = pathStart(request.url);
    if (request.method === "GET" && isSessionPath(request.url, start)) return answerQuickly(request);
    const ip = clientIp(request.headers.get("x-forwarded-for"), socket, trustProxy);
    if (ip === undefined && !warned) {
      warned = true;
      logger?.warn(
        {},
        "Requests bring no client address, so limits for addresses are off; hand it over as { ip }.",
      );
    }
    const app = await (isApiPath(request.url, start) ? api() : site());
    return app.fetch(request, ip === undefined ? {} : { ip });
  }

  return async function handle(request, context = {}) {
    try {
      return await answer(request, context.ip);
    } catch (error) {
      return failure(error, randomUUID(), logger);
    }
  };
}

/** Runs `load` when it is first needed, and never again. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | null = null;
  return () => {
    loading ??= load();
    return loading;
  };
}

/** Where the path begins in a full address: `Request` has made sure that there is one. */
function pathStart(url: string): number {
  return url.indexOf("/", url.indexOf("//") + 2);
}

function isSessionPath(url: string, start: number): boolean {
  return url.length === start + SESSION_PATH.length && url.endsWith(SESSION_PATH);
}

const API_PATHS = ["/api", "/health", "/metrics"];

function isApiPath(url: string, start: number): boolean {
  return API_PATHS.some((path) => {
    const next = url[start + path.length];
    return (
      url.startsWith(path, start) && (next === undefined || next === "/" || next === "?" || next === "#")
    );
  });
}
