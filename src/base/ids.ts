import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";

const LENGTH = 16;
/** Drawn for many ids at once: asking the system for each took longer than all the rest of an id. */
const pool = new Uint8Array(256 * LENGTH);
let used = pool.length;

/** A UUIDv7 (RFC 9562 §5.7) for the given time: ids of later things sort behind ids of earlier ones. */
export function newId(now: number): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, used + LENGTH);
  used += LENGTH;
  return v7({ msecs: now, random });
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text has the form of an id, so that a look-up is worth the trip. */
export function isId(text: string): boolean {
  return UUID.test(text);
}
