import { Hono } from "hono";
import type { Metrics } from "./counting.js";
import { noRoute } from "./methods.js";
import { type Observer, observed } from "./observe.js";
import { openApiRoute } from "./openapi.js";
import { failure } from "./problem.js";
import { ROUTES } from "./routes/index.js";
import { metricsRoute } from "./routes/metrics.js";
import type { Web, WebEnv } from "./web.js";

/** The JSON API with the addresses for operators: everything that is no page. */
export function createApi(
  web: Web,
  observer: Observer,
  figures: { readonly metrics: Metrics; readonly token: string } | null,
): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.use(observed(observer));
  const operation = figures === null ? [] : [metricsRoute(figures.metrics, figures.token)];
  for (const route of [...ROUTES, openApiRoute(ROUTES), ...operation])
    app.on(route.method.toUpperCase(), route.path.replaceAll(/\{(\w+)\}/g, ":$1"), (c) =>
      route.answer(web, c),
    );
  app.notFound((c) => noRoute(app, c));
  app.onError((error, c) => failure(error, c.get("requestId"), web.logger));
  return app;
}
