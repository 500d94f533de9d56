import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { codeIn, compare, type Drift, ROOT, readPage, tableRows, withoutCodeBlocks } from "./markdown.js";

const API_PAGE = "docs/http.md";
const PAGES_PAGE = "docs/pages.md";
const TOKEN = "only for this check";

/** docs/http.md names every route as `METHOD /path`, docs/pages.md every page as `/path` in a table. */
export async function checkRoutes(): Promise<Drift[]> {
  const pages = await pagePaths();
  return [
    ...compare(await apiRoutes(), routesIn(API_PAGE), API_PAGE, "route"),
    ...compare(pages, pathsIn(PAGES_PAGE), PAGES_PAGE, "page"),
  ];
}

/** Asks the built package for its OpenAPI document, and for `/metrics`, which has no place in there. */
async function apiRoutes(): Promise<Set<string>> {
  const { openUserSpace }: typeof import("../../src/index.js") = await fromDist("index.js");
  const folder = await mkdtemp(join(tmpdir(), "watchword-docs-"));
  const space = await openUserSpace(`sqlite:${join(folder, "docs.db")}`, {
    mail: { courier: false },
    http: { metricsToken: TOKEN },
  });
  try {
    const ask = (path: string) =>
      space.handler(
        new Request(`${space.baseUrl}${path}`, { headers: { authorization: `Bearer ${TOKEN}` } }),
        { ip: "127.0.0.1" },
      );
    const response = await ask("/api/openapi.json");
    const document = (await response.json()) as { readonly paths: Record<string, Record<string, unknown>> };
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${plain(path)}`),
    );
    const metrics = (await ask("/metrics")).ok ? ["GET /metrics"] : [];
    return new Set([...routes, ...metrics]);
  } finally {
    await space.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function pagePaths(): Promise<Set<string>> {
  const { PAGE_PATHS }: typeof import("../../src/pages/pages.js") = await fromDist("pages/pages.js");
  const { ASSET_PATHS }: typeof import("../../src/pages/assets.js") = await fromDist("pages/assets.js");
  return new Set([...PAGE_PATHS, ...ASSET_PATHS].map(plain));
}

/** By address, because the scripts run from sources and the package is what was built. */
function fromDist<T>(file: string): Promise<T> {
  return import(pathToFileURL(`${ROOT}dist/${file}`).href);
}

/** Parameters as `{id}`, whether they are written `:id`, `{id}` or `[/:id]`. */
function plain(path: string): string {
  return path.replaceAll(/:(\w+)/g, "{$1}");
}

function routesIn(page: string): Set<string> {
  const found = withoutCodeBlocks(readPage(page)).matchAll(/`((?:GET|POST|PUT|PATCH|DELETE) \/[^`\s?]*)/g);
  return new Set([...found].map((match) => plain(match[1] ?? "")));
}

/** What stands in code marks at the head of a table's row. */
function pathsIn(page: string): Set<string> {
  const heads = tableRows(readPage(page)).map((cells) => codeIn(cells[0]));
  return new Set(heads.filter((head) => head?.startsWith("/")).map((path) => plain(path ?? "")));
}
