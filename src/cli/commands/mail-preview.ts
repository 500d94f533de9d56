import type { MailTemplate } from "../../space/contract.js";
import { UsageError } from "../errors.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { mailOptions } from "../mail-flags.js";
import { oneLine, print, printJson } from "../output.js";
import { withSpace } from "../space.js";

export interface MailPreviewFlags extends JsonFlags {
  readonly locale?: string;
  readonly html?: boolean;
  readonly text?: boolean;
  readonly mailFrom?: string;
  readonly baseUrl?: string;
  readonly templates?: string;
  readonly links?: string;
}

export async function run({ args, flags, typed }: Invocation<MailPreviewFlags>): Promise<void> {
  if (flags.html && flags.text) throw new UsageError("Give --html or --text, not both.");
  const mail = await mailOptions({
    mailFrom: typed("mailFrom"),
    templates: flags.templates,
    links: flags.links,
  });
  const baseUrl = typed("baseUrl");
  await withSpace(
    flags,
    async (space) => {
      // The library refuses a name that is none, and lists those that are.
      const template = args[0] as MailTemplate;
      const { locale } = flags;
      const { from, subject, text, html } = await space.mail.preview(
        template,
        locale === undefined ? {} : { locale },
      );
      if (flags.json) return printJson({ template, from, subject, text, html });
      // Alone and as it is, so that it can go into a file and be opened.
      if (flags.html) return print(html);
      if (flags.text) return print(text);
      await print(`From: ${oneLine(from)}\nSubject: ${oneLine(subject)}\n\n${text}`);
    },
    { mail, ...(baseUrl !== undefined && { baseUrl }) },
  );
}
