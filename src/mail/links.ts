import { WatchwordError } from "../base/errors.js";
import type { LinkedTemplate } from "../space/contract.js";

/** Where the link of a mail leads, with the text of the link in it. */
export type WriteLinkUrl = (template: string, linkText: string) => string;

/** The page here that the link of each mail opens. The others show none. */
const PAGES: { readonly [T in LinkedTemplate]: string } = {
  "verify-email": "verify",
  "reset-password": "reset",
  "sign-in": "sign-in/link",
  "change-email": "change-email",
  "delete-account": "delete-account",
  unlock: "unlock",
};

const MARK = "{link}";
/** Stands for the link while an address is looked at: text that parsing leaves alone, and that nobody writes. */
const SAMPLE = "l1nk.S4mple-0f-watchw0rd";
/** Beyond it, some mail programs no longer make a link of it. */
const LONGEST = 1024;

/**
 * Reads `mail.links`.
 * @param baseUrl - Without a trailing slash; what begins with one slash is below it.
 * @throws WatchwordError `invalid-option`
 */
export function readLinks(given: unknown, baseUrl: string): WriteLinkUrl {
  const own = new Map<string, string>();
  for (const [template, value] of Object.entries(requireObject(given ?? {}))) {
    if (!Object.hasOwn(PAGES, template))
      throw refuse(
        "mail.links",
        `names ${JSON.stringify(template)}; mails with a link are ${Object.keys(PAGES).join(", ")}.`,
      );
    if (value !== undefined) own.set(template, readUrl(value, `mail.links["${template}"]`, baseUrl));
  }
  return (template, linkText) => {
    const url = own.get(template);
    if (url !== undefined) return url.replace(SAMPLE, () => linkText);
    const page = Object.hasOwn(PAGES, template) ? PAGES[template as LinkedTemplate] : "verify";
    return `${baseUrl}/${page}?link=${linkText}`;
  };
}

/** The whole address, with the sample where the link goes. */
function readUrl(value: unknown, place: string, baseUrl: string): string {
  if (typeof value !== "string" || value.length > LONGEST)
    throw refuse(place, `must be text of ${LONGEST} characters at most.`);
  if (value.split(MARK).length !== 2)
    throw refuse(place, `must have ${MARK} in it once: there the text of the link goes.`);
  const rest = value.replace(MARK, "");
  if (/[{}\s\p{Cc}\\]/u.test(rest))
    throw refuse(place, `must have no spaces, backslashes or braces besides ${MARK}.`);
  const isPath = value.startsWith("/") && !value.startsWith("//");
  const text = (isPath ? baseUrl + value : value).replace(MARK, SAMPLE);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:"))
    throw refuse(
      place,
      `must be an address that begins with https:// or http://, or a path that begins with one slash.`,
    );
  if (url.username !== "" || url.password !== "") throw refuse(place, "must name nobody before the host.");
  if (!`${url.pathname}${url.search}${url.hash}`.includes(SAMPLE))
    throw refuse(place, `must have ${MARK} behind the host: in the path, behind the "?" or behind the "#".`);
  return url.href;
}

function requireObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw refuse("mail.links", "must be an object.");
  return value as Readonly<Record<string, unknown>>;
}

function refuse(place: string, reason: string): WatchwordError {
  return new WatchwordError("invalid-option", `${place} ${reason}`, { details: { option: place } });
}
