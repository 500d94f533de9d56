import type { Clock } from "../base/clock.js";
import type { MailLimits } from "../limits/mail-limits.js";
import { skipsLimits } from "../limits/skip.js";
import { mailEvent } from "../mail/notices.js";
import type { Devices } from "../sessions/device.js";
import type { Context, LimitSkip } from "../space/contract.js";
import type { StoreEvent, UserRecord } from "../store/contract.js";

/** Makes the mail that tells of a sign-in on a device that nobody knows, for the write that makes the session. */
export type NewDeviceNotice = (
  user: UserRecord,
  input: LimitSkip & Context & { readonly device?: string },
) => Promise<readonly StoreEvent[]>;

/**
 * Nothing at the very first sign-in, which is always on a new device, and nothing to an inbox that has had enough:
 * programs that keep no device proof sign in often.
 */
export function createNewDeviceNotice(deps: {
  readonly clock: Clock;
  readonly devices: Devices;
  readonly mailLimits: MailLimits;
  /** False: such mails are turned off. */
  readonly isWanted: boolean;
}): NewDeviceNotice {
  const { clock, devices, mailLimits, isWanted } = deps;
  return async (user, input) => {
    if (!isWanted || user.email === null || user.lastSignInAt === null) return [];
    if (devices.recognise(input.device, user.id, user.sessionEpoch) !== null) return [];
    if (!(await mailLimits.mayMail("new-device", user.email, skipsLimits(input)))) return [];
    const now = clock.now();
    return [
      mailEvent({
        now,
        template: "new-device",
        to: user.email,
        userId: user.id,
        locale: user.locale ?? input.locale ?? null,
        payload: {
          name: user.username,
          when: now,
          ip: input.ip ?? null,
          userAgent: input.userAgent?.slice(0, 512) ?? null,
        },
      }),
    ];
  };
}
