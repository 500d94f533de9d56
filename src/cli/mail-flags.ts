import type { MailOptions } from "../index.js";
import { warn } from "./output.js";

/** The options for mail out of the flags that were typed; the library reads the environment by itself. */
export function mailOptions(smtpUrl: string | undefined, mailFrom: string | undefined): MailOptions {
  // The process list shows the command line to every user of the machine.
  if (smtpUrl !== undefined && /^[a-z]+:\/\/[^/@]*:[^/@]+@/i.test(smtpUrl))
    warn(
      "The password of the mail server in --smtp-url can be seen by other users of this machine; set WATCHWORD_SMTP_URL instead.",
    );
  return {
    ...(smtpUrl !== undefined && { smtp: { url: smtpUrl } }),
    ...(mailFrom !== undefined && { from: mailFrom }),
  };
}
