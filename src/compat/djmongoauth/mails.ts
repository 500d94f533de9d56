import type { MailOptions } from "../../index.js";

/** Where the links lead on the site; `{link}` is what its pages hand back as `?a=`. */
export const LINKS = {
  "verify-email": "/verify?a={link}",
  "reset-password": "/reset?a={link}",
} as const satisfies MailOptions["links"];

/** The two mails; names and addresses are escaped as they are filled in. */
export const TEMPLATES = {
  "verify-email": {
    subject: "Confirm your email address for {site}",
    text: `Hello {name},

please open this link to confirm your email address for {site}:

{link}

It works once, until {linkExpiry}.

If you did not ask for this, please ignore this mail.
`,
    html: `<p>Hello {name},</p>
<p>please open this link to confirm your email address for {site}:</p>
<p><a href="{link}">{link}</a></p>
<p>It works once, until {linkExpiry}.</p>
<p>If you did not ask for this, please ignore this mail.</p>
`,
  },
  "reset-password": {
    subject: "Choose a new password for {site}",
    text: `Hello {name},

somebody asked for a new password for your account at {site}. This link lets you choose one:

{link}

It works once, until {linkExpiry}, and signs you out everywhere.

Until you do, your password stays as it is. If you did not ask for this, please ignore this mail.
`,
    html: `<p>Hello {name},</p>
<p>somebody asked for a new password for your account at {site}. This link lets you choose one:</p>
<p><a href="{link}">{link}</a></p>
<p>It works once, until {linkExpiry}, and signs you out everywhere.</p>
<p>Until you do, your password stays as it is. If you did not ask for this, please ignore this mail.</p>
`,
  },
} as const satisfies MailOptions["templates"];
