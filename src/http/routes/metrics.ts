import { equalInConstantTime } from "../../base/crypto.js";
import { WatchwordError } from "../../base/errors.js";
import type { Metrics } from "../counting.js";
import { SAFE_HEADERS } from "../problem.js";
import { openRoute, type Route } from "../route.js";
import { readBearer } from "../web.js";

/** `/metrics`, for whoever brings the token. To everybody else there is no such address. */
export function metricsRoute(metrics: Metrics, token: string): Route {
  return openRoute({
    method: "get",
    path: "/metrics",
    tag: "Operation",
    summary: "Figures for Prometheus. Only with the option `http.metricsToken`, as a bearer token.",
    answers: { 200: { description: "Prometheus's text format." } },
    errors: ["not-found"],
    async handle({ c }) {
      const sent = readBearer(c.req.raw.headers.get("authorization"));
      if (sent === null || !equalInConstantTime(sent, token))
        throw new WatchwordError("not-found", "There is nothing at this address.");
      const { type, text } = await metrics.render();
      return new Response(text, { status: 200, headers: { "content-type": type, ...SAFE_HEADERS } });
    },
  });
}
