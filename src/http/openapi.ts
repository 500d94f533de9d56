import { z } from "zod";
import { ERROR_CODES, type ErrorCode } from "../base/errors.js";
import { json } from "./respond.js";
import { openRoute, type Route } from "./route.js";
import { id } from "./schemas/texts.js";
import { problemView } from "./schemas/views.js";
import type { Web } from "./web.js";

type Registry = InstanceType<typeof import("@hono/zod-openapi").OpenAPIHono>["openAPIRegistry"];
type RegisteredRoute = Parameters<Registry["registerPath"]>[0];

/** `/api/openapi.json`: the other routes, described from the schemas that check their input. */
export function openApiRoute(routes: readonly Route[]): Route {
  let document: Promise<object> | null = null;
  const route: Route = openRoute({
    method: "get",
    path: "/api/openapi.json",
    tag: "Operation",
    summary: "This document.",
    answers: {
      200: { description: "An OpenAPI 3.1 document.", schema: z.looseObject({ openapi: z.string() }) },
    },
    errors: [],
    async handle({ web }) {
      document ??= describe([...routes, route], web);
      return json(200, await document);
    },
  });
  return route;
}

/** The OpenAPI document. Its generator is loaded at the first call; few processes ever need it. */
async function describe(routes: readonly Route[], web: Web): Promise<object> {
  const { OpenAPIHono } = await import("@hono/zod-openapi");
  const app = new OpenAPIHono();
  const registry = app.openAPIRegistry;
  registry.registerComponent("securitySchemes", "cookie", {
    type: "apiKey",
    in: "cookie",
    name: web.secure ? "__Host-watchword" : "watchword",
    description: "Set by signing in. Changes need an Origin header besides, as browsers send it.",
  });
  registry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: "The token that signing in with `cookie: false` answers with.",
  });
  for (const route of routes) registry.registerPath(describeRoute(route));
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: `${web.space.siteName}: accounts and sign-in`,
      version: "1",
      description:
        "The JSON API of a Watchword server. Failures are problem details (RFC 9457) with a stable `code`.",
    },
    servers: [{ url: web.space.baseUrl }],
  });
}

function describeRoute(route: Route): RegisteredRoute {
  return {
    method: route.method,
    path: route.path,
    tags: [route.tag],
    summary: route.summary,
    operationId: operationId(route),
    security: route.access === "anyone" ? [] : [{ cookie: [] }, { bearer: [] }],
    request: {
      ...(route.path.includes("{id}") ? { params: z.object({ id }) } : {}),
      ...(route.query instanceof z.ZodObject ? { query: route.query } : {}),
      ...(route.body === undefined
        ? {}
        : { body: { required: true, content: { "application/json": { schema: route.body } } } }),
    },
    responses: { ...describeAnswers(route), ...describeErrors(errorsOf(route)) },
  };
}

/** Such as `putPasswordReset`. */
function operationId(route: Route): string {
  const words = route.path
    .replace(/^\/api/, "")
    .split(/\W+/)
    .filter((word) => word !== "");
  return route.method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function describeAnswers(route: Route): RegisteredRoute["responses"] {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, { description, schema }]) => [
      status,
      schema === undefined ? { description } : { description, content: { "application/json": { schema } } },
    ]),
  );
}

/** The route's own failures, and those that its shape brings with it. */
function errorsOf(route: Route): Set<ErrorCode> {
  const errors = new Set<ErrorCode>(["invalid-input", ...route.errors]);
  if (route.method !== "get") errors.add("foreign-origin");
  if (route.body !== undefined) errors.add("body-too-large").add("unsupported-media-type");
  if (route.access !== "anyone") errors.add("not-signed-in").add("store-unavailable");
  if (route.access === "admin" || route.access === "superuser") errors.add("not-allowed");
  return errors.add("internal");
}

function describeErrors(codes: ReadonlySet<ErrorCode>): RegisteredRoute["responses"] {
  const statuses = new Set([...codes].map((code) => ERROR_CODES[code].status));
  return Object.fromEntries(
    [...statuses].map((status) => [
      status,
      {
        description: [...codes]
          .filter((code) => ERROR_CODES[code].status === status)
          .map((code) => `\`${code}\`: ${ERROR_CODES[code].title}`)
          .join("; "),
        content: { "application/problem+json": { schema: problemView } },
      },
    ]),
  );
}
