import { v7 } from "uuid";

/** A UUIDv7 (RFC 9562 §5.7) for the given time: ids of later things sort behind ids of earlier ones. */
export function newId(now: number): string {
  return v7({ msecs: now });
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text has the form of an id, so that a look-up is worth the trip. */
export function isId(text: string): boolean {
  return UUID.test(text);
}
