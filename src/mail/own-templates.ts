import { WatchwordError } from "../base/errors.js";
import type { MailTemplate } from "../space/contract.js";
import type { MailTemplates } from "../space/options.js";
import { htmlToText, tokensOf } from "./html-text.js";
import { ADDRESSES, doubledIn, placeholdersIn, placeholdersOf } from "./placeholders.js";
import { isTemplate, TEMPLATE_NAMES } from "./templates.js";

/** The texts of one mail, checked, with placeholders still in them. */
export interface OwnTemplate {
  readonly subject: string;
  readonly text: string;
  /** Empty: a text part is all there is. */
  readonly html: string;
}

/** Templates of one's own, as they were read at opening. */
export interface OwnTemplates {
  /** That for one of these languages (in lower case), the earlier the better, or the one for all. */
  find(template: MailTemplate, languages: readonly string[]): OwnTemplate | null;
}

/** The key of a template that serves every language. */
const ANY = "*";
/** More than a mail program shows; some cut at 100 KiB. */
const LONGEST = 256 * 1024;
/** One of these must stand in each part, or the mail is of no use. */
const NEEDED: { readonly [T in MailTemplate]?: readonly string[] } = {
  "verify-email": ["code", "link"],
  "reset-password": ["code", "link"],
  "sign-in": ["code", "link"],
  "second-factor": ["code"],
  "change-email": ["code", "link"],
  "delete-account": ["code", "link"],
  unlock: ["code", "link"],
  "account-code": ["code"],
};

/**
 * Reads `mail.templates`: everything that can be wrong with them is found here, before the first mail.
 * @throws WatchwordError `invalid-option`, which names the template, the language and the placeholder
 */
export function readOwnTemplates(given: MailTemplates | undefined): OwnTemplates {
  const all = new Map<MailTemplate, ReadonlyMap<string, OwnTemplate>>();
  if (given !== undefined)
    for (const [name, value] of Object.entries(requireObject(given, "mail.templates"))) {
      if (!isTemplate(name))
        throw refuse(
          "mail.templates",
          `names the template ${JSON.stringify(name)}; there are ${TEMPLATE_NAMES.join(", ")}.`,
        );
      all.set(name, readLanguages(name, requireObject(value, `mail.templates["${name}"]`)));
    }
  return {
    find(template, languages) {
      const own = all.get(template);
      if (own === undefined) return null;
      for (const language of languages) {
        const found = own.get(language);
        if (found !== undefined) return found;
      }
      return own.get(ANY) ?? null;
    },
  };
}

function readLanguages(
  template: MailTemplate,
  value: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, OwnTemplate> {
  const place = `mail.templates["${template}"]`;
  if (typeof value.subject === "string") return new Map([[ANY, readTemplate(template, value, place)]]);
  const languages = new Map<string, OwnTemplate>();
  for (const [language, texts] of Object.entries(value)) {
    const where = `${place}[${JSON.stringify(language)}]`;
    if (!isLanguageTag(language))
      throw refuse(
        place,
        `has ${JSON.stringify(language)}, which is no language tag such as "en" or "de-AT".`,
      );
    const key = language.toLowerCase();
    if (languages.has(key)) throw refuse(place, `has the language ${JSON.stringify(key)} twice.`);
    languages.set(key, readTemplate(template, requireObject(texts, where), where));
  }
  if (languages.size === 0)
    throw refuse(place, "is empty; give { subject, text, html }, for all languages or below one of each.");
  return languages;
}

function readTemplate(
  template: MailTemplate,
  value: Readonly<Record<string, unknown>>,
  place: string,
): OwnTemplate {
  for (const field of Object.keys(value))
    if (field !== "subject" && field !== "text" && field !== "html")
      throw refuse(place, `has a field ${JSON.stringify(field)}; there are subject, text and html.`);
  const subject = readPart(template, value.subject, `${place}.subject`);
  if (subject === null) throw refuse(place, "has no subject.");
  if (/[\r\n]/.test(subject)) throw refuse(`${place}.subject`, "must be one line.");
  const html = readPart(template, value.html, `${place}.html`);
  const text = readPart(template, value.text, `${place}.text`);
  if (html !== null) checkHtml(html, `${place}.html`);
  const plain = text ?? (html === null ? null : htmlToText(html));
  if (plain === null) throw refuse(place, "has neither text nor html; give one of them, or both.");
  const needed = NEEDED[template];
  if (needed !== undefined)
    for (const [part, body] of [
      ["text", plain],
      ["html", html],
    ] as const)
      if (body !== null && !placeholdersIn(body).some((name) => needed.includes(name)))
        throw refuse(`${place}.${part}`, `must show ${needed.map((name) => `{${name}}`).join(" or ")}.`);
  return { subject, text: plain, html: html ?? "" };
}

function readPart(template: MailTemplate, value: unknown, place: string): string | null {
  if (value === undefined) return null;
  if (typeof value !== "string" || value.trim() === "")
    throw refuse(place, "must be a text that is not empty.");
  if (value.length > LONGEST) throw refuse(place, `is longer than ${LONGEST} characters.`);
  const doubled = doubledIn(value);
  if (doubled !== null)
    throw refuse(place, `writes {{${doubled}}}; a placeholder has one pair of braces.`, doubled);
  const known = placeholdersOf(template);
  for (const name of placeholdersIn(value))
    if (!known.includes(name))
      throw refuse(
        place,
        `has the placeholder {${name}}, which a ${template} mail does not know; there are ${known.map((one) => `{${one}}`).join(" ")}.`,
        name,
      );
  return value;
}

/** Escaping makes values safe in text and in quoted attributes; so they may stand nowhere else. */
function checkHtml(html: string, place: string): void {
  for (const token of tokensOf(html)) {
    if (token.kind === "raw") {
      const [name] = placeholdersIn(token.text);
      if (name !== undefined)
        throw refuse(
          place,
          `has the placeholder {${name}} in a script or style, where it cannot be escaped.`,
          name,
        );
    }
    if (token.kind !== "tag") continue;
    const [bare] = placeholdersIn(token.unquoted);
    if (bare !== undefined)
      throw refuse(
        place,
        `has the placeholder {${bare}} in a tag without quotes around it; write "{${bare}}".`,
        bare,
      );
    for (const attribute of ["href", "src", "action"]) {
      const first = /^\s*\{\s*([A-Za-z0-9]+)\s*\}/.exec(token.attributes.get(attribute) ?? "")?.[1];
      if (first !== undefined && !ADDRESSES.has(first))
        throw refuse(
          place,
          `has the placeholder {${first}} as the beginning of an address; it is none.`,
          first,
        );
    }
    for (const attribute of token.attributes.keys())
      if (attribute.startsWith("on"))
        throw refuse(place, `has the attribute ${attribute}; mail programs run no scripts.`);
  }
}

function isLanguageTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

function requireObject(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw refuse(place, "must be an object.");
  return value as Readonly<Record<string, unknown>>;
}

function refuse(place: string, reason: string, placeholder?: string): WatchwordError {
  return new WatchwordError("invalid-option", `${place} ${reason}`, {
    details: { option: place, ...(placeholder === undefined ? {} : { placeholder }) },
  });
}
