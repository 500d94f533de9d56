/** Where people go after signing in when nothing else, or nothing safe, was asked for. */
export const DEFAULT_RETURN = "/account";

/** What a browser's URL parser drops or turns into a slash, what could end a header line, and what nobody can see. */
const UNSAFE = /[\\\p{Cc}\p{Cf}\p{Cs}\p{Z}]/u;
/** An encoded slash, backslash or control character in a path: harmless to browsers, but some proxies decode it. */
const ENCODED = /%(?:2f|5c|0[0-9a-f]|1[0-9a-f]|7f)/i;

/**
 * A path on this site that it is safe to redirect to, or {@link DEFAULT_RETURN} (ASVS 5.0, 3.7.2). Safe is what begins
 * with a single slash and, read the way that browsers read URLs, stays on the origin of `baseUrl`.
 *
 * @param typed what stood in `?return_to=`; null where nothing did
 */
export function safeReturnTo(typed: string | null, baseUrl: string): string {
  if (typed === null || typed.length > 2048 || !typed.startsWith("/") || UNSAFE.test(typed))
    return DEFAULT_RETURN;
  const path = typed.split(/[?#]/, 1)[0] ?? "";
  if (path.includes("//") || ENCODED.test(path)) return DEFAULT_RETURN;
  const base = new URL(baseUrl);
  if (!URL.canParse(typed, base)) return DEFAULT_RETURN;
  const url = new URL(typed, base);
  if (url.origin !== base.origin || url.pathname.startsWith("//")) return DEFAULT_RETURN;
  return url.pathname + url.search + url.hash;
}
