import { deviceName } from "../base/device-name.js";
import type { Messages } from "../messages/catalogue.js";
import type { MailTemplate } from "../space/contract.js";
import { maskAddress, oneLine } from "./address.js";
import { type Block, toHtml, toText } from "./layout.js";

/** What a mail tells of an event besides its template; none of it is secret. */
export interface OccurrencePayload {
  /** How to greet the person. */
  readonly name?: string | null;
  /** When it happened, whole milliseconds. */
  readonly when?: number;
  readonly ip?: string | null;
  readonly userAgent?: string | null;
}

/** Every mail there is, with what is stored in the queue for it, as JSON. */
export interface MailPayloads {
  /** To a new sign-up, or to a user whose address is not proven. Needs a code. */
  readonly "verify-email": OccurrencePayload;
  /** To the owner of an address with which somebody tried to sign up. */
  readonly "sign-up-known": OccurrencePayload;
  /** Needs a code. */
  readonly "reset-password": OccurrencePayload;
  /** To sign in with, in place of a password. Needs a code. */
  readonly "sign-in": OccurrencePayload;
  /** Asked for at sign-in, by choice or after too many failures. Needs a code; its link is never shown. */
  readonly "second-factor": OccurrencePayload & { readonly isLocked?: boolean };
  /** To the address that is to become somebody's. Needs a code. */
  readonly "change-email": OccurrencePayload;
  /** To the owner of an address that somebody else wanted. */
  readonly "change-email-known": OccurrencePayload;
  /** Needs a code. */
  readonly "delete-account": OccurrencePayload;
  /** Needs a code. */
  readonly unlock: OccurrencePayload;
  /** To the present address: one code for what its purposes say. Needs a code; its link is never shown. */
  readonly "account-code": OccurrencePayload & { readonly purposes?: readonly string[] };
  readonly "password-changed": OccurrencePayload;
  /** To the old address. The new one is shown masked. */
  readonly "email-changed": OccurrencePayload & { readonly newEmail?: string | null };
  /** Whether there is one now. */
  readonly "second-factor-changed": OccurrencePayload & { readonly secondFactor?: boolean };
  /** The rights as they are now. */
  readonly "permissions-changed": OccurrencePayload & {
    readonly active?: boolean;
    readonly admin?: boolean;
    readonly superuser?: boolean;
    readonly roles?: readonly string[];
  };
  readonly "new-device": OccurrencePayload;
  readonly "account-deleted": OccurrencePayload;
}

export type { MailTemplate } from "../space/contract.js";

/** What a template may tell. Payload fields are there where the event had them. */
export interface MailFacts extends OccurrencePayload {
  /** The address that the mail goes to. */
  readonly to?: string;
  readonly siteName: string;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly signInUrl: string;
  readonly resetUrl: string;
  readonly now: number;
  readonly code?: string;
  readonly link?: string;
  readonly codeExpiresAt?: number;
  readonly linkExpiresAt?: number;
  readonly newEmail?: string | null;
  readonly isLocked?: boolean;
  readonly purposes?: readonly string[];
  readonly secondFactor?: boolean;
  readonly active?: boolean;
  readonly admin?: boolean;
  readonly superuser?: boolean;
  readonly roles?: readonly string[];
}

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  /** Empty: the mail has a text part only. */
  readonly html: string;
}

type Letter = (
  facts: MailFacts,
  messages: Messages,
) => { readonly subject: string; readonly blocks: readonly Block[] };

const LETTERS: { readonly [T in MailTemplate]: Letter } = {
  "verify-email": (facts, { mail }) => ({
    subject: mail.verifyEmail.subject(facts.siteName),
    blocks: [
      text(mail.verifyEmail.lead(facts.siteName)),
      ...code(facts, mail),
      ...codeLink(facts, mail, mail.verifyEmail.link, mail.verifyEmail.button),
      text(mail.ignore),
    ],
  }),
  "sign-up-known": (facts, { mail }) => ({
    subject: mail.signUpKnown.subject(facts.siteName),
    blocks: [
      text(mail.signUpKnown.lead(facts.siteName)),
      link(mail.signUpKnown.signIn, mail.signUpKnown.signInButton, facts.signInUrl),
      link(mail.signUpKnown.reset, mail.signUpKnown.resetButton, facts.resetUrl),
      text(mail.signUpKnown.ignore),
    ],
  }),
  "reset-password": (facts, { mail }) => ({
    subject: mail.resetPassword.subject(facts.siteName),
    blocks: [
      text(mail.resetPassword.lead(facts.siteName)),
      ...code(facts, mail),
      ...codeLink(facts, mail, mail.resetPassword.link, mail.resetPassword.button),
      text(mail.resetPassword.ignore),
    ],
  }),
  "sign-in": (facts, { mail }) => ({
    subject: mail.signIn.subject(facts.siteName),
    blocks: [
      text(mail.signIn.lead(facts.siteName)),
      ...code(facts, mail),
      ...codeLink(facts, mail, mail.signIn.link, mail.signIn.button),
      text(mail.signIn.ignore),
    ],
  }),
  "second-factor": (facts, { mail }) => ({
    subject: mail.secondFactor.subject(facts.siteName),
    blocks: [
      text(
        facts.isLocked === true
          ? mail.secondFactor.leadLocked(facts.siteName)
          : mail.secondFactor.lead(facts.siteName),
      ),
      ...code(facts, mail),
      ...origin(facts, mail),
      link(mail.secondFactor.warning, mail.secondFactor.button, facts.resetUrl),
    ],
  }),
  "change-email": (facts, { mail }) => ({
    subject: mail.changeEmail.subject(facts.siteName),
    blocks: [
      text(mail.changeEmail.lead(facts.siteName)),
      ...code(facts, mail),
      ...codeLink(facts, mail, mail.changeEmail.link, mail.changeEmail.button),
      text(mail.changeEmail.ignore),
    ],
  }),
  "change-email-known": (facts, { mail }) => ({
    subject: mail.changeEmailKnown.subject(facts.siteName),
    blocks: [
      text(mail.changeEmailKnown.lead(facts.siteName)),
      text(mail.changeEmailKnown.own),
      text(mail.changeEmailKnown.ignore),
    ],
  }),
  "delete-account": (facts, { mail }) => ({
    subject: mail.deleteAccount.subject(facts.siteName),
    blocks: [
      text(mail.deleteAccount.lead(facts.siteName)),
      ...code(facts, mail),
      ...codeLink(facts, mail, mail.deleteAccount.link, mail.deleteAccount.button),
      text(mail.deleteAccount.ignore),
    ],
  }),
  unlock: (facts, { mail }) => ({
    subject: mail.unlock.subject(facts.siteName),
    blocks: [
      text(mail.unlock.lead(facts.siteName)),
      ...code(facts, mail),
      ...codeLink(facts, mail, mail.unlock.link, mail.unlock.button),
      text(mail.unlock.ignore),
    ],
  }),
  "account-code": (facts, { mail }) => ({
    subject: mail.accountCode.subject(facts.siteName),
    blocks: [
      text(mail.accountCode.lead(facts.siteName, mail.accountCode.deeds(facts.purposes ?? []))),
      ...code(facts, mail),
      text(mail.accountCode.ignore),
    ],
  }),
  "password-changed": (facts, { mail }) => ({
    subject: mail.passwordChanged.subject(facts.siteName),
    blocks: [
      text(mail.passwordChanged.lead(facts.siteName)),
      ...origin(facts, mail),
      link(mail.resetNow, mail.passwordChanged.button, facts.resetUrl),
    ],
  }),
  "email-changed": (facts, { mail }) => ({
    subject: mail.emailChanged.subject(facts.siteName),
    blocks: [
      text(mail.emailChanged.lead(facts.siteName)),
      ...origin(
        facts,
        mail,
        facts.newEmail ? [[mail.emailChanged.newAddress, maskAddress(oneLine(facts.newEmail))]] : [],
      ),
      link(mail.contact(facts.siteName), null, facts.baseUrl),
    ],
  }),
  "second-factor-changed": (facts, { mail }) => ({
    subject: mail.secondFactorChanged.subject(facts.siteName),
    blocks: [
      text(
        facts.secondFactor === true
          ? mail.secondFactorChanged.leadOn(facts.siteName)
          : mail.secondFactorChanged.leadOff(facts.siteName),
      ),
      ...origin(facts, mail),
      link(mail.resetNow, mail.secondFactorChanged.button, facts.resetUrl),
    ],
  }),
  "permissions-changed": (facts, { mail }) => ({
    subject: mail.permissionsChanged.subject(facts.siteName),
    blocks: [
      text(mail.permissionsChanged.lead(facts.siteName)),
      ...rights(facts, mail),
      link(mail.permissionsChanged.question(facts.siteName), null, facts.baseUrl),
    ],
  }),
  "new-device": (facts, { mail }) => ({
    subject: mail.newDevice.subject(facts.siteName),
    blocks: [
      text(mail.newDevice.lead(facts.siteName)),
      ...origin(facts, mail),
      link(mail.resetNow, mail.newDevice.button, facts.resetUrl),
    ],
  }),
  "account-deleted": (facts, { mail }) => ({
    subject: mail.accountDeleted.subject(facts.siteName),
    blocks: [
      text(mail.accountDeleted.lead(facts.siteName)),
      ...origin(facts, mail),
      link(mail.contact(facts.siteName), null, facts.baseUrl),
    ],
  }),
};

export const TEMPLATE_NAMES: readonly string[] = Object.keys(LETTERS);

/** Whether this program has such a template; the queue may hold mails of a newer one. */
export function isTemplate(name: string): name is MailTemplate {
  return Object.hasOwn(LETTERS, name);
}

/** A template with its facts, as subject, plain text and HTML. */
export function render(template: MailTemplate, facts: MailFacts, messages: Messages): RenderedMail {
  const letter = LETTERS[template](facts, messages);
  const subject = oneLine(letter.subject);
  const { mail } = messages;
  const name = speakableName(facts.name ?? null);
  const blocks = [
    text(name === null ? mail.greetingWithoutName : mail.greeting(name)),
    ...letter.blocks,
    text(mail.sentBy(oneLine(facts.siteName))),
  ];
  return { subject, text: toText(blocks), html: toHtml(subject, blocks, messages) };
}

/**
 * The name to greet with, or null. Anyone can sign a stranger up under any username, so one that mail programs would
 * turn into a link, or that is a message of its own, is left out.
 */
export function speakableName(name: string | null): string | null {
  const line = oneLine(name ?? "");
  const isSuspicious = [...line].length > 64 || /[/:@\\]|[^\s.]\.[^\s.]/u.test(line);
  return line === "" || isSuspicious ? null : line;
}

type Words = Messages["mail"];

function text(line: string): Block {
  return { kind: "text", text: oneLine(line) };
}

function link(sentence: string, button: string | null, url: string): Block {
  return { kind: "link", text: oneLine(sentence), button, url };
}

function code(facts: MailFacts, mail: Words): Block[] {
  if (facts.code === undefined) return [];
  const blocks: Block[] = [{ kind: "code", code: facts.code }];
  if (facts.codeExpiresAt !== undefined)
    blocks.push(
      text(mail.codeLasts(mail.duration(facts.codeExpiresAt - facts.now), mail.time(facts.codeExpiresAt))),
    );
  blocks.push(text(mail.keepCode(facts.siteName)));
  return blocks;
}

function codeLink(facts: MailFacts, mail: Words, sentence: string, button: string): Block[] {
  if (facts.link === undefined) return [];
  const blocks: Block[] = [link(sentence, button, facts.link)];
  if (facts.linkExpiresAt !== undefined)
    blocks.push(
      text(mail.linkLasts(mail.duration(facts.linkExpiresAt - facts.now), mail.time(facts.linkExpiresAt))),
    );
  return blocks;
}

function origin(facts: MailFacts, mail: Words, rows: readonly (readonly [string, string])[] = []): Block[] {
  const all = [...rows];
  if (facts.when !== undefined) all.push([mail.when, mail.time(facts.when)]);
  if (facts.ip) all.push([mail.address, oneLine(facts.ip)]);
  if (facts.userAgent) {
    const { browser, system } = deviceName(facts.userAgent);
    const named =
      browser !== null && system !== null ? mail.browserOnSystem(browser, system) : (browser ?? system);
    all.push([mail.device, named ?? mail.unknownDevice]);
  }
  return all.length === 0 ? [] : [{ kind: "facts", rows: all }];
}

function rights(facts: MailFacts, mail: Words): Block[] {
  const words = mail.permissionsChanged;
  const rows: [string, string][] = [];
  const flags = [
    [words.active, facts.active],
    [words.admin, facts.admin],
    [words.superuser, facts.superuser],
  ] as const;
  for (const [name, value] of flags) if (value !== undefined) rows.push([name, value ? mail.yes : mail.no]);
  if (facts.roles !== undefined)
    rows.push([words.roles, facts.roles.length === 0 ? mail.none : oneLine(facts.roles.join(", "))]);
  return origin(facts, mail, rows);
}
