import { readFile } from "node:fs/promises";
import type { MailOptions } from "../index.js";
import { UsageError } from "./errors.js";
import { warn } from "./output.js";

/** The options for mail out of the flags that were typed; the library reads its part of the environment by itself. */
export async function mailOptions(flags: {
  readonly smtpUrl?: string | undefined;
  readonly mailFrom?: string | undefined;
  /** The file's name, typed or from `WATCHWORD_MAIL_TEMPLATES`. */
  readonly templates?: string | undefined;
  /** The same, from `WATCHWORD_MAIL_LINKS`. */
  readonly links?: string | undefined;
}): Promise<MailOptions> {
  const { smtpUrl, mailFrom, templates, links } = flags;
  // The process list shows the command line to every user of the machine.
  if (smtpUrl !== undefined && /^[a-z]+:\/\/[^/@]*:[^/@]+@/i.test(smtpUrl))
    warn(
      "The password of the mail server in --smtp-url can be seen by other users of this machine; set WATCHWORD_SMTP_URL instead.",
    );
  return {
    ...(smtpUrl !== undefined && { smtp: { url: smtpUrl } }),
    ...(mailFrom !== undefined && { from: mailFrom }),
    ...(templates !== undefined && { templates: await readJson(templates, "templates") }),
    ...(links !== undefined && { links: await readJson(links, "links") }),
  };
}

/** What is in the file is the library's to judge. */
async function readJson<K extends "templates" | "links">(
  file: string,
  what: K,
): Promise<NonNullable<MailOptions[K]>> {
  try {
    return JSON.parse((await readFile(file, "utf8")).replace(/^\uFEFF/, ""));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`The ${what} in ${file} (--${what}) cannot be read: ${reason}`);
  }
}
