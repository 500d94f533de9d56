import { WatchwordError } from "../base/errors.js";
import { carriesOurCookie } from "./cookies.js";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);
const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"];

/**
 * The origins from which browsers may send changes: that of `baseUrl`, the further ones given, and, where `baseUrl` is http
 * on this machine, all three names of this machine on the same port.
 * @throws WatchwordError `invalid-option` for a text that is no origin.
 */
export function allowedOrigins(baseUrl: string, further: readonly string[] = []): ReadonlySet<string> {
  const base = new URL(baseUrl);
  const origins = new Set([base.origin]);
  if (base.protocol === "http:" && LOOPBACK_HOSTS.includes(base.hostname)) {
    const port = base.port === "" ? "" : `:${base.port}`;
    for (const host of LOOPBACK_HOSTS) origins.add(`http://${host}${port}`);
  }
  for (const text of further) origins.add(parseOrigin(text));
  return origins;
}

function parseOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOrigin =
    url !== null && (url.protocol === "https:" || url.protocol === "http:") && url.pathname === "/";
  if (!isOrigin || url.search !== "" || url.hash !== "" || url.username !== "")
    throw new WatchwordError(
      "invalid-option",
      `http.origins: ${JSON.stringify(text)} is not an origin; write scheme, host and port only, such as "https://app.example.com".`,
      { details: { option: "http.origins" } },
    );
  return url.origin;
}

/**
 * Refuses a change that a browser sends on behalf of another site (ASVS 5.0, 3.5.1–3.5.3), before anything else looks at it.
 * `Sec-Fetch-Site` and `Origin` are set by browsers and out of reach of scripts; the Host header is not looked at. A request
 * with neither comes from no browser, and is let through unless it brings a cookie of ours.
 *
 * A page under `Referrer-Policy: no-referrer` posts with `Origin: null` (Fetch standard, "append a request Origin header");
 * that is let through where `Sec-Fetch-Site` vouches for it.
 * @throws WatchwordError `foreign-origin`
 */
export function assertSameOrigin(request: Request, allowed: ReadonlySet<string>): void {
  if (SAFE_METHODS.has(request.method)) return;
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  if (site !== null && site !== "same-origin" && site !== "none") throw foreign();
  if (origin !== null && !allowed.has(origin) && !(origin === "null" && site === "same-origin"))
    throw foreign();
  if (site === null && origin === null && carriesOurCookie(request)) throw foreign();
}

/** Whether a browser sent the request, as far as its own headers tell. */
export function isFromBrowser(request: Request): boolean {
  return request.headers.has("sec-fetch-site") || request.headers.has("origin");
}

function foreign(): WatchwordError {
  return new WatchwordError(
    "foreign-origin",
    "The request came from another site. Send it from the address that the server is set up for (baseUrl), or add the other origin to the option http.origins; a program that uses cookies has to send an Origin header.",
  );
}
