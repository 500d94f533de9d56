import { languagesOf, messagesFor } from "../messages/catalogue.js";
import type { MailTemplate } from "../space/contract.js";
import { oneLine } from "./address.js";
import { escapeHtml } from "./layout.js";
import type { OwnTemplates } from "./own-templates.js";
import { fill } from "./placeholders.js";
import { type MailFacts, type RenderedMail, render } from "./templates.js";

/** Writes a mail in somebody's language: by a template of one's own where there is one, else by ours. */
export type WriteMail = (template: MailTemplate, facts: MailFacts, locale: string | null) => RenderedMail;

export function createWriter(own: OwnTemplates): WriteMail {
  return (template, facts, locale) => {
    const messages = messagesFor(locale);
    // A language that only we have comes before one of theirs that the person did not ask for.
    const found = own.find(template, [...languagesOf(locale), messages.language]);
    if (found === null) return render(template, facts, messages);
    const filled = (text: string, guard: (value: string) => string) =>
      fill(template, text, facts, messages, guard);
    return {
      subject: oneLine(filled(found.subject, oneLine)),
      text: filled(found.text, oneLine),
      html: filled(found.html, escapeHtml),
    };
  };
}
