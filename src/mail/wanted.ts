import { WatchwordError } from "../base/errors.js";
import type { MailTemplate } from "../space/contract.js";
import type { MailNotices } from "../space/options.js";

const NOTICES: { readonly [N in keyof Required<MailNotices>]: MailTemplate } = {
  signUpKnown: "sign-up-known",
  passwordChanged: "password-changed",
  emailChanged: "email-changed",
  changeEmailKnown: "change-email-known",
  secondFactorChanged: "second-factor-changed",
  permissionsChanged: "permissions-changed",
  newDevice: "new-device",
  accountDeleted: "account-deleted",
};

/**
 * Whether mails of a template are wanted, by `mail.notices`.
 * @throws WatchwordError `invalid-option`
 */
export function readNotices(given: MailNotices = {}): (template: MailTemplate) => boolean {
  const off = new Set<MailTemplate>();
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(NOTICES, name) || (typeof value !== "boolean" && value !== undefined))
      throw new WatchwordError(
        "invalid-option",
        `mail.notices.${name} is none; there are ${Object.keys(NOTICES).join(", ")}, each true or false.`,
        { details: { option: `mail.notices.${name}` } },
      );
    if (value === false) off.add(NOTICES[name as keyof MailNotices]);
  }
  return (template) => !off.has(template);
}
