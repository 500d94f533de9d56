import { equalInConstantTime, hmac, newToken } from "../base/crypto.js";
import type { Cookies } from "./cookies.js";

/**
 * Tokens for HTML forms: the signed double-submit pattern (OWASP, "Cross-Site Request Forgery Prevention"). A token is an
 * HMAC of the form cookie and of the session, so that one made for another browser, or before signing in, does not fit.
 */
export interface FormTokens {
  /** The token for the forms of an answer; `setCookie` is a `Set-Cookie` text to send with it where the browser has none yet. */
  issue(request: Request): { readonly token: string; readonly setCookie: string | null };
  /** Whether the token of a posted form belongs to the browser that posts it. */
  verify(request: Request, token: string): boolean;
}

/** 256 bits as base64url, as {@link newToken} makes them. */
const FORM_COOKIE = /^[\w-]{43}$/;

/** Form tokens under a key that only the space has. */
export function createFormTokens(key: Buffer, cookies: Cookies): FormTokens {
  const tokenFor = (request: Request, form: string) =>
    hmac(key, `${form}.${cookies.read(request, "session") ?? ""}`);

  const readForm = (request: Request) => {
    const form = cookies.read(request, "form");
    return form !== null && FORM_COOKIE.test(form) ? form : null;
  };

  return {
    issue(request) {
      const known = readForm(request);
      const form = known ?? newToken();
      return {
        token: tokenFor(request, form),
        setCookie: known === null ? cookies.write("form", form) : null,
      };
    },
    verify(request, token) {
      const form = readForm(request);
      return form !== null && equalInConstantTime(tokenFor(request, form), token);
    },
  };
}
