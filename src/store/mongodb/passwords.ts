import type { PasswordRecord, PasswordWrite, StoreEvent } from "../contract.js";
import type { Database } from "./database.js";
import { carrying, moveOn } from "./outbox.js";
import { passwordOf } from "./user-documents.js";
import { isThere } from "./users.js";
import { text } from "./values.js";

/** The hash and the email that must be there are conditions of the write, so one of any number of callers wins. */
export async function replacePassword(
  database: Database,
  userId: string,
  expected: string | null | undefined,
  next: PasswordRecord | null,
  options: { readonly raiseEpoch: boolean; readonly now: number; readonly expectedEmail?: string },
  events: readonly StoreEvent[],
): Promise<PasswordWrite> {
  const { set, push } = carrying(events);
  const updated = await database.collections.users.findOneAndUpdate(
    {
      _id: text(userId),
      gone: null,
      ...(expected === undefined
        ? {}
        : expected === null
          ? { password: null }
          : { "password.hash": text(expected) }),
      ...(options.expectedEmail === undefined ? {} : { email: text(options.expectedEmail) }),
    },
    {
      $set: { password: passwordOf(next), updatedAt: options.now, ...set },
      $inc: { version: 1, sessionEpoch: options.raiseEpoch ? 1 : 0 },
      ...push,
    },
    { returnDocument: "after", projection: { sessionEpoch: 1 } },
  );
  if (updated === null) return { status: (await isThere(database, userId)) ? "conflict" : "not-found" };
  await moveOn(database, "users", userId, events);
  return { status: "replaced", sessionEpoch: updated.sessionEpoch };
}
