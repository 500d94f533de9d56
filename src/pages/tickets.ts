import type { Cookies } from "../http/cookies.js";

/** What a browser waits for a code for. */
export type TicketPurpose =
  | "verify"
  | "reset"
  | "sign-in"
  | "sign-in-mail"
  | "change-email"
  /** For a code from the address that the person has now. */
  | "change-email-old"
  | "delete-account"
  | "unlock";

const HOUR = 60 * 60;
/** Whole seconds. A sign-up is kept for a day, and its ticket is what asks for another code. */
const AGES: Readonly<Record<TicketPurpose, number>> = {
  verify: 24 * HOUR,
  reset: HOUR,
  "sign-in": HOUR,
  "sign-in-mail": HOUR,
  "change-email": HOUR,
  "change-email-old": HOUR,
  "delete-account": HOUR,
  unlock: HOUR,
};

/** Anything else was not written by {@link writeTicket}. */
const TICKET = /^[\w.-]{1,256}$/;

/** The ticket in the browser's cookie, if it is one for this purpose. */
export function readTicket(cookies: Cookies, request: Request, purpose: TicketPurpose): string | null {
  const value = cookies.read(request, "ticket");
  const prefix = `${purpose}.`;
  if (!value?.startsWith(prefix)) return null;
  const ticket = value.slice(prefix.length);
  return TICKET.test(ticket) ? ticket : null;
}

/** The `Set-Cookie` text for a ticket. A browser holds one at a time: the latest. */
export function writeTicket(cookies: Cookies, purpose: TicketPurpose, ticket: string): string {
  return cookies.write("ticket", `${purpose}.${ticket}`, { maxAge: AGES[purpose] });
}
