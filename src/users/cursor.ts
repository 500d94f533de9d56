import { WatchwordError } from "../base/errors.js";
import type { UserCursor, UserOrder, UserRecord } from "../store/contract.js";

/** Where a page of users ended, as opaque text. */
export function writeCursor(last: UserRecord, order: UserOrder): string {
  const value = order === "username" ? last.username : null;
  return Buffer.from(JSON.stringify([value, last.id])).toString("base64url");
}

/** @throws WatchwordError `invalid-input` for text that no page gave out. */
export function readCursor(text: string): UserCursor {
  const refuse = () =>
    new WatchwordError(
      "invalid-input",
      "after is not the `next` of an earlier page; start again without it.",
      {
        details: { field: "after" },
      },
    );
  if (typeof text !== "string" || text.length > 2048) throw refuse();
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    throw refuse();
  }
  if (!Array.isArray(parsed) || parsed.length !== 2) throw refuse();
  const [value, id] = parsed;
  if ((value !== null && typeof value !== "string") || typeof id !== "string") throw refuse();
  return { value, id };
}
