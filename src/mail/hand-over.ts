import type { Clock } from "../base/clock.js";
import type { MailRecord } from "../store/contract.js";
import { isTemplate, type MailFacts, type MailTemplate } from "./templates.js";
import { LONGEST_SEND, MailRefused, type Transport } from "./transport.js";
import type { WriteMail } from "./writing.js";

/** The secrets of a mail that is about to leave, already laid into their code record; or `gone`: it is not wanted any more. */
export type PreparedCode =
  | {
      readonly status: "ready";
      readonly code: string;
      /** The whole address. */
      readonly link: string;
      /** The secret in it. */
      readonly linkText: string;
      /** Whole milliseconds. */
      readonly codeExpiresAt: number;
      readonly linkExpiresAt: number;
    }
  | { readonly status: "gone" };

export interface HandOverOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Such as `Ada's Shop <hello@example.com>`. */
  readonly from: string;
  readonly siteName: string;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly write: WriteMail;
  /** Whether mails of a template are sent at all; those that are not wanted leave the queue unsent. */
  readonly isWanted: (template: MailTemplate) => boolean;
  /** Asked for each mail that is about a code, at each try: it makes a fresh one. */
  readonly prepareCode: (mail: MailRecord) => Promise<PreparedCode>;
}

export type HandedOver =
  | { readonly status: "sent" }
  | { readonly status: "gone" }
  /** `reason` holds no secret. `unexpected` is what a program should not have met. */
  | { readonly status: "temporary" | "lasting"; readonly reason: string; readonly unexpected?: unknown };

/** Writes one claimed mail and gives it to the transport, once. Never rejects. */
export async function handOver(
  mail: MailRecord,
  leaseUntil: number,
  options: HandOverOptions,
): Promise<HandedOver> {
  const { transport, clock, from, siteName, baseUrl } = options;
  const secrets: string[] = [];
  try {
    if (!isTemplate(mail.template))
      return {
        status: "temporary",
        reason: `This program has no template "${mail.template}"; a newer one may.`,
      };
    if (!options.isWanted(mail.template)) return { status: "gone" };
    const payload = readPayload(mail.payload);
    if (payload === null) return { status: "lasting", reason: "The mail's payload is no JSON object." };

    let code: PreparedCode | null = null;
    if (mail.codeId !== null) {
      code = await options.prepareCode(mail);
      if (code.status === "gone") return code;
      secrets.push(code.link, code.linkText, code.linkText.slice(code.linkText.indexOf(".") + 1), code.code);
    }
    const now = clock.now();
    // Preparing took so long that another courier might take the mail over while this one still sends it.
    if (now + LONGEST_SEND > leaseUntil)
      return { status: "temporary", reason: "Preparing the mail took too long." };

    const facts: MailFacts = {
      ...payload,
      ...placeOf({ siteName, baseUrl }, now),
      to: mail.to,
      ...(code ?? {}),
    };
    const rendered = options.write(mail.template, facts, mail.locale);
    await transport.send({ id: mail.id, from, to: mail.to, ...rendered });
    return { status: "sent" };
  } catch (error) {
    const reason = withoutSecrets(error instanceof Error ? error.message : String(error), secrets);
    if (error instanceof MailRefused) return { status: error.lasting ? "lasting" : "temporary", reason };
    return { status: "temporary", reason, unexpected: error };
  }
}

/** What every mail may tell of the site. */
export function placeOf(site: { readonly siteName: string; readonly baseUrl: string }, now: number) {
  const { siteName, baseUrl } = site;
  return { siteName, baseUrl, signInUrl: `${baseUrl}/sign-in`, resetUrl: `${baseUrl}/reset`, now };
}

/** Only fields of the right type: the row may come from another version. Null: it is not even an object. */
function readPayload(text: string): Partial<MailFacts> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const given = value as Record<string, unknown>;
  const facts: Record<string, unknown> = {};
  for (const field of ["name", "ip", "userAgent", "newEmail"])
    if (typeof given[field] === "string") facts[field] = given[field];
  for (const field of ["active", "admin", "superuser", "isLocked", "secondFactor"])
    if (typeof given[field] === "boolean") facts[field] = given[field];
  if (typeof given.when === "number" && Number.isFinite(given.when)) facts.when = given.when;
  for (const field of ["roles", "purposes"]) {
    const list = given[field];
    if (Array.isArray(list)) facts[field] = list.filter((entry) => typeof entry === "string");
  }
  return facts;
}

/** A mail server may quote the message that it refuses. */
function withoutSecrets(reason: string, secrets: readonly string[]): string {
  let clean = reason;
  for (const secret of secrets) if (secret !== "") clean = clean.replaceAll(secret, "…");
  return clean.length > 500 ? `${clean.slice(0, 500)}…` : clean;
}
