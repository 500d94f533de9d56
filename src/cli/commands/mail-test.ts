import type { Invocation, JsonFlags } from "../invocation.js";
import { mailOptions } from "../mail-flags.js";
import { printJson, printLine, warn } from "../output.js";
import { withSpace } from "../space.js";

export interface MailTestFlags extends JsonFlags {
  readonly smtpUrl?: string;
  readonly mailFrom?: string;
}

/** Exit code 1 where the mail was not taken. */
export async function run({ args, flags, typed }: Invocation<MailTestFlags>): Promise<void> {
  const mail = await mailOptions({ smtpUrl: typed("smtpUrl"), mailFrom: typed("mailFrom") });
  await withSpace(
    flags,
    async (space) => {
      const { transport } = space.mail;
      const result = await space.mail.test(args[0] ?? "");
      if (result.status === "refused") process.exitCode = 1;
      if (flags.json) return printJson({ transport, ...result });
      if (result.status === "refused")
        return warn(
          `${result.reason} ${result.lasting ? "It would be refused again." : "It may pass later."}`,
        );
      await printLine(
        transport === "outbox"
          ? "Laid into the outbox: no mail server is set up. --smtp-url names one."
          : "The mail server took it. If it does not arrive, look among the spam.",
      );
    },
    { mail },
  );
}
