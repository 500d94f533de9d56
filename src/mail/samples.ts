import { HOUR, MINUTE } from "../base/clock.js";
import type { Messages } from "../messages/catalogue.js";
import { oneLine } from "./address.js";
import { toHtml, toText } from "./layout.js";
import type { MailFacts, RenderedMail } from "./templates.js";

/** Facts for looking at a template: nobody's, and its code and link open nothing. */
export function sampleFacts(
  place: Pick<MailFacts, "siteName" | "baseUrl" | "signInUrl" | "resetUrl" | "now">,
  link: string,
): MailFacts {
  return {
    ...place,
    to: "ada@example.com",
    name: "Ada",
    when: place.now,
    ip: "192.0.2.7",
    userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    code: "7KQ2MX",
    link,
    codeExpiresAt: place.now + 10 * MINUTE,
    linkExpiresAt: place.now + HOUR,
    newEmail: "ada@example.org",
    isLocked: false,
    purposes: ["reset-password", "change-email", "delete-account"],
    secondFactor: true,
    active: true,
    admin: false,
    superuser: false,
    roles: ["editor"],
  };
}

/** The mail that only shows that mails arrive. */
export function testMail(siteName: string, now: number, messages: Messages): RenderedMail {
  const { test, sentBy, time } = messages.mail;
  const subject = oneLine(test.subject(siteName));
  const blocks = [test.lead(siteName, time(now)), sentBy(siteName)].map((line) => ({
    kind: "text" as const,
    text: oneLine(line),
  }));
  return { subject, text: toText(blocks), html: toHtml(subject, blocks, messages) };
}
