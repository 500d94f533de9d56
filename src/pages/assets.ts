import { STYLESHEET, STYLESHEET_VERSION } from "./styles.js";

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#2450b8"/><path d="M7 10l4.5 13L16 11l4.5 12L25 10" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

const FILES: ReadonlyMap<string, { readonly type: string; readonly body: string }> = new Map([
  ["/assets/watchword.css", { type: "text/css; charset=utf-8", body: STYLESHEET }],
  ["/assets/watchword.svg", { type: "image/svg+xml", body: ICON }],
]);

/** The addresses of the files that pages are dressed with. */
export const ASSET_PATHS: readonly string[] = [...FILES.keys()];

/** One of the files. Under its version a browser may keep it for good; otherwise for an hour. */
export function asset(url: URL): Response | null {
  const file = FILES.get(url.pathname);
  if (file === undefined) return null;
  const isVersioned = url.searchParams.get("v") === STYLESHEET_VERSION;
  return new Response(file.body, {
    headers: {
      "content-type": file.type,
      "cache-control": isVersioned ? "public, max-age=31536000, immutable" : "public, max-age=3600",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    },
  });
}
