import { Hono } from "hono";
import { type Observer, observed } from "./observe.js";
import { failure } from "./problem.js";
import type { Web, WebEnv } from "./web.js";

/** The pages for people, loaded when the first of them is asked for. */
export async function createSite(web: Web, observer: Observer): Promise<Hono<WebEnv>> {
  const { createPages } = await import("../pages/pages.js");
  const app = new Hono<WebEnv>();
  app.use(observed(observer));
  app.route("/", createPages(web));
  app.onError((error, c) => failure(error, c.get("requestId"), web.logger));
  return app;
}
