import { WatchwordError } from "../base/errors.js";

/**
 * `session`: the token of the session. `device`: proof of an earlier sign-in on this browser. `ticket`: which request for a
 * code this browser made. `form`: what form tokens are bound to.
 */
export type CookieName = "session" | "device" | "ticket" | "form";

/** The cookies of one space: HttpOnly, SameSite=Lax, for the whole host and no other. */
export interface Cookies {
  /** The value that the browser sent; null where it sent none. */
  read(request: Request, name: CookieName): string | null;
  /**
   * The text of a `Set-Cookie` header. `maxAge` in whole seconds; without it the cookie ends with the browser.
   * @throws WatchwordError `invalid-input` for a value that no cookie can hold.
   */
  write(name: CookieName, value: string, options?: { readonly maxAge?: number }): string;
  /** The `Set-Cookie` text that takes a cookie away. */
  clear(name: CookieName): string;
}

const PLAIN: Readonly<Record<CookieName, string>> = {
  session: "watchword",
  device: "watchword-device",
  ticket: "watchword-ticket",
  form: "watchword-form",
};

/** With this prefix a browser takes the cookie only from the host itself, over TLS, for the path `/` (RFC 6265bis §4.1.3.2). */
const HOST_PREFIX = "__Host-";

/** The octets of RFC 6265 §4.1.1. */
const COOKIE_VALUE = /^[\x21\x23-\x2B\x2D-\x3A\x3C-\x5B\x5D-\x7E]*$/;

const ALL_NAMES = Object.values(PLAIN).flatMap((name) => [name, HOST_PREFIX + name]);

/** The cookies for a `baseUrl` that is https (`secure`), or for http on one's own machine. */
export function createCookies(options: { readonly secure: boolean }): Cookies {
  const prefix = options.secure ? HOST_PREFIX : "";
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${options.secure ? "; Secure" : ""}`;
  return {
    read: (request, name) => readCookie(request.headers.get("cookie"), prefix + PLAIN[name]),
    write(name, value, { maxAge } = {}) {
      if (!COOKIE_VALUE.test(value))
        throw new WatchwordError(
          "invalid-input",
          `The value for the cookie "${prefix}${PLAIN[name]}" holds a character that cookies cannot carry.`,
        );
      const age = maxAge === undefined ? "" : `; Max-Age=${Math.max(0, Math.ceil(maxAge))}`;
      return `${prefix}${PLAIN[name]}=${value}${age}${attributes}`;
    },
    clear: (name) => `${prefix}${PLAIN[name]}=; Max-Age=0${attributes}`,
  };
}

/** The value of one cookie in a `Cookie` header; the first where there are several; null where there is none. */
export function readCookie(header: string | null, name: string): string | null {
  if (header === null) return null;
  for (let at = header.indexOf(name); at !== -1; at = header.indexOf(name, at + 1)) {
    if (header[at + name.length] !== "=" || !startsPair(header, at)) continue;
    const start = at + name.length + 1;
    const end = header.indexOf(";", start);
    const value = header.slice(start, end === -1 ? undefined : end).trim();
    return value === "" ? null : value;
  }
  return null;
}

/** A space within another cookie's value must not pass for a beginning: that would be a way around `__Host-`. */
function startsPair(header: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && (header[before] === " " || header[before] === "\t")) before--;
  return before < 0 || header[before] === ";";
}

/** Whether a request brings any cookie of ours, whatever its worth: then a browser may have sent it. */
export function carriesOurCookie(request: Request): boolean {
  const header = request.headers.get("cookie");
  return header !== null && ALL_NAMES.some((name) => readCookie(header, name) !== null);
}
