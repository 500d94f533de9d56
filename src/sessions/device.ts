import type { Clock } from "../base/clock.js";
import { DAY } from "../base/clock.js";
import { equalInConstantTime, hmac, newToken } from "../base/crypto.js";

/** How long a device stays known after its last sign-in. */
const DEVICE_LIFETIME = 365 * DAY;

/**
 * What a browser keeps after a successful sign-in, so that a stranger's failures elsewhere never stand in its owner's
 * way (OWASP, "Device Cookies"). Signed, bound to one user and session epoch (a new password makes strangers of all
 * devices), and no proof of anything else.
 */
export interface Devices {
  /** The id of the device, where the text is one that this user got here; otherwise null. */
  recognise(text: string | undefined, userId: string, epoch: number): string | null;
  issue(userId: string, epoch: number): string;
}

export function createDevices(keys: readonly [Buffer, ...Buffer[]], clock: Clock): Devices {
  const seal = (key: Buffer, id: string, issuedAt: string, userId: string, epoch: number) =>
    hmac(key, `device:${id}:${issuedAt}:${userId}:${epoch}`);
  return {
    recognise(text, userId, epoch) {
      const [id, issuedAt, mac, ...rest] =
        typeof text === "string" && text.length <= 256 ? text.split(".") : [];
      if (id === undefined || issuedAt === undefined || mac === undefined || rest.length > 0) return null;
      const isOurs = keys.some((key) => equalInConstantTime(seal(key, id, issuedAt, userId, epoch), mac));
      const age = clock.now() - Number.parseInt(issuedAt, 36);
      return isOurs && age < DEVICE_LIFETIME ? id : null;
    },
    issue(userId, epoch) {
      const id = newToken().slice(0, 22);
      const issuedAt = clock.now().toString(36);
      return `${id}.${issuedAt}.${seal(keys[0], id, issuedAt, userId, epoch)}`;
    },
  };
}
