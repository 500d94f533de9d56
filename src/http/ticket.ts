import { DAY, SECOND } from "../base/clock.js";
import type { Cookies } from "./cookies.js";

/** The cookie names what its ticket is for, as the pages write it, so that one begun there can be finished here. */
const PREFIX = "verify.";

/** The ticket of the request for a code that proves an address, from the browser's cookie. */
export function readVerifyTicket(cookies: Cookies, request: Request): string | null {
  const value = cookies.read(request, "ticket");
  return value?.startsWith(PREFIX) ? value.slice(PREFIX.length) : null;
}

/** The `Set-Cookie` text that keeps it for a day, as long as a sign-up is kept. */
export function writeVerifyTicket(cookies: Cookies, ticket: string): string {
  return cookies.write("ticket", PREFIX + ticket, { maxAge: DAY / SECOND });
}
