import { deviceName } from "../base/device-name.js";
import type { Messages } from "../messages/catalogue.js";
import type { MailTemplate } from "../space/contract.js";
import { maskAddress, oneLine } from "./address.js";
import { type MailFacts, speakableName } from "./templates.js";

type Value = (facts: MailFacts, messages: Messages) => string;

const EVERYWHERE = {
  name: (facts) => speakableName(facts.name ?? null) ?? oneLine(facts.to ?? ""),
  site: (facts) => oneLine(facts.siteName),
  siteUrl: (facts) => facts.baseUrl,
  signInUrl: (facts) => facts.signInUrl,
  resetUrl: (facts) => facts.resetUrl,
  when: (facts) => utc(facts.when ?? facts.now),
  // A single brace around one word would be read as a placeholder.
  lbrace: () => "{",
  rbrace: () => "}",
} as const satisfies Record<string, Value>;

const CODE = {
  code: (facts) => facts.code ?? "",
  expiry: (facts) => utc(facts.codeExpiresAt ?? facts.now),
} as const satisfies Record<string, Value>;

const LINK = {
  link: (facts) => facts.link ?? "",
  linkExpiry: (facts) => utc(facts.linkExpiresAt ?? facts.now),
} as const satisfies Record<string, Value>;

const ORIGIN = {
  ip: (facts) => oneLine(facts.ip ?? "") || "–",
  device: (facts, { mail }) => {
    // Never the header itself, whose text strangers choose.
    const { browser, system } = deviceName(facts.userAgent ?? "");
    return browser !== null && system !== null
      ? mail.browserOnSystem(browser, system)
      : (browser ?? system ?? mail.unknownDevice);
  },
} as const satisfies Record<string, Value>;

const RIGHTS = {
  active: (facts, { mail }) => (facts.active === true ? mail.yes : mail.no),
  admin: (facts, { mail }) => (facts.admin === true ? mail.yes : mail.no),
  superuser: (facts, { mail }) => (facts.superuser === true ? mail.yes : mail.no),
  roles: (facts, { mail }) => oneLine(facts.roles?.join(", ") ?? "") || mail.none,
} as const satisfies Record<string, Value>;

type Values = Readonly<Record<string, Value>>;

/** What each template may tell. A link is never in the mail of a second factor, so that a click is no sign-in. */
const VALUES: { readonly [T in MailTemplate]: Values } = {
  "verify-email": { ...EVERYWHERE, ...CODE, ...LINK },
  "sign-up-known": EVERYWHERE,
  "reset-password": { ...EVERYWHERE, ...CODE, ...LINK },
  "sign-in": { ...EVERYWHERE, ...CODE, ...LINK },
  "second-factor": { ...EVERYWHERE, ...CODE, ...ORIGIN },
  "change-email": { ...EVERYWHERE, ...CODE, ...LINK },
  "change-email-known": EVERYWHERE,
  "delete-account": { ...EVERYWHERE, ...CODE, ...LINK },
  unlock: { ...EVERYWHERE, ...CODE, ...LINK },
  "account-code": { ...EVERYWHERE, ...CODE },
  "password-changed": { ...EVERYWHERE, ...ORIGIN },
  "email-changed": {
    ...EVERYWHERE,
    ...ORIGIN,
    newEmail: (facts) => (facts.newEmail ? maskAddress(oneLine(facts.newEmail)) : "–"),
  },
  "second-factor-changed": {
    ...EVERYWHERE,
    ...ORIGIN,
    secondFactor: (facts, { mail }) => (facts.secondFactor === true ? mail.yes : mail.no),
  },
  "permissions-changed": { ...EVERYWHERE, ...RIGHTS },
  "new-device": { ...EVERYWHERE, ...ORIGIN },
  "account-deleted": { ...EVERYWHERE, ...ORIGIN },
};

/** Those whose values are addresses to open; only they may begin an `href`. */
export const ADDRESSES: ReadonlySet<string> = new Set(["link", "siteUrl", "signInUrl", "resetUrl"]);

/** The names that a template knows, in the order of the docs. */
export function placeholdersOf(template: MailTemplate): readonly string[] {
  return Object.keys(VALUES[template]);
}

const PLACEHOLDER = /\{\s*([A-Za-z][A-Za-z0-9]*)\s*\}/g;

/** The placeholders in a text, in order. Other braces are text: style sheets are full of them. */
export function placeholdersIn(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);
}

/** Whether a placeholder stands in two braces, as other template languages write it. */
export function doubledIn(text: string): string | null {
  return /\{\{\s*([A-Za-z][A-Za-z0-9]*)\s*\}\}/.exec(text)?.[1] ?? null;
}

/** A text with its placeholders filled in, in one pass: what a value brings along is never read as a placeholder. */
export function fill(
  template: MailTemplate,
  text: string,
  facts: MailFacts,
  messages: Messages,
  guard: (value: string) => string,
): string {
  const values = VALUES[template];
  return text.replace(PLACEHOLDER, (all, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined ? all : guard(value(facts, messages));
  });
}

/** A time that every language reads: `2026-03-02 09:10 UTC`. */
function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
