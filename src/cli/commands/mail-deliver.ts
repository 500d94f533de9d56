import type { Invocation, JsonFlags } from "../invocation.js";
import { mailOptions } from "../mail-flags.js";
import { note, printJson, printLine } from "../output.js";
import { withSpace } from "../space.js";

export interface MailDeliverFlags extends JsonFlags {
  readonly smtpUrl?: string;
  readonly mailFrom?: string;
  readonly baseUrl?: string;
  readonly templates?: string;
  readonly links?: string;
}

/** Exit code 1 where a mail that was due could not be handed over. */
export async function run({ flags, typed }: Invocation<MailDeliverFlags>): Promise<void> {
  const baseUrl = typed("baseUrl");
  const mail = await mailOptions({
    smtpUrl: typed("smtpUrl"),
    mailFrom: typed("mailFrom"),
    templates: flags.templates,
    links: flags.links,
  });
  await withSpace(
    flags,
    async (space) => {
      const result = await space.mail.deliver();
      if (result.retried + result.failed > 0) process.exitCode = 1;
      if (flags.json) return printJson({ transport: space.mail.transport, ...result });
      const how = space.mail.transport === "outbox" ? "laid into the outbox" : "sent";
      await printLine(
        `${result.sent} ${how}, ${result.retried} to be tried again, ${result.failed} refused for good.`,
      );
      if (process.exitCode === 1) note("`watchword mail list` shows why.");
    },
    { mail, ...(baseUrl !== undefined && { baseUrl }) },
  );
}
