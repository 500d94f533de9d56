import type { AnyBulkWriteOperation, Collection, Filter } from "mongodb";
import { newToken } from "../../base/crypto.js";
import type { StoreEvent } from "../contract.js";
import type { Database } from "./database.js";
import { OUTBOXED, type Outboxed } from "./documents.js";
import { insertEvents } from "./events.js";

/**
 * MongoDB changes one document at a time. So what a change causes elsewhere is laid into the changed document by the same write, and moved
 * on from there: at once by whoever changed it, or by a sweep where that one died in between. Moving twice does no harm.
 */

/** How many documents a sweep takes at once. */
const BATCH = 200;

/** A collection whose documents carry events. */
export type OutboxedName = (typeof OUTBOXED)[number];

/** Seen as what all of them have in common. */
function outboxed(database: Database, name: OutboxedName): Collection<Outboxed> {
  return database.collections[name] as unknown as Collection<Outboxed>;
}

/** What `$set` and `$push` carry besides, so that the events are written with the change. */
export function carrying(events: readonly StoreEvent[]): {
  readonly set: { readonly outboxSince?: number };
  readonly push: { readonly $push?: { readonly outbox: { readonly $each: StoreEvent[] } } };
} {
  if (events.length === 0) return { set: {}, push: {} };
  return { set: { outboxSince: Date.now() }, push: { $push: { outbox: { $each: [...events] } } } };
}

/** The fields of a new document that carries these events. */
export function holding(events: readonly StoreEvent[]): Pick<Outboxed, "gone" | "outbox" | "outboxSince"> {
  return { gone: null, outbox: [...events], outboxSince: events.length === 0 ? null : Date.now() };
}

/** A mark that no other removal has. */
export function newMark(): string {
  return newToken().slice(0, 22);
}

/**
 * Moves on what the caller's own write has just laid in. That write is done, and nothing here makes it undone: what fails is left to the
 * sweep.
 */
export async function moveOn(
  database: Database,
  name: OutboxedName,
  id: string,
  events: readonly StoreEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await orLeaveToSweep(database, async () => {
    await insertEvents(database, events);
    await outboxed(database, name).bulkWrite(withoutEvents(id, events));
  });
}

/** Does now what a sweep would do later. */
async function orLeaveToSweep(database: Database, move: () => Promise<void>): Promise<void> {
  try {
    await move();
  } catch (error) {
    database.warn(
      { err: error },
      "what a change causes elsewhere (audit, mail) could not be moved on at once; the next sweep does it",
    );
  }
}

/** Takes the events out, and the document off the sweep's list where no others are left: two steps of one ordered command. */
function withoutEvents(id: string, events: readonly StoreEvent[]): AnyBulkWriteOperation<Outboxed>[] {
  return [
    {
      updateOne: {
        filter: { _id: id },
        update: { $pull: { outbox: { id: { $in: events.map((event) => event.id) } } } },
      },
    },
    {
      updateOne: {
        filter: { _id: id, gone: null, outbox: { $size: 0 } },
        update: { $set: { outboxSince: null } },
      },
    },
  ];
}

/**
 * Removes documents without losing what they carry: those with an empty outbox go at once, the others die now and go when it has been moved
 * on. Answers how many.
 */
export async function removeAll(
  database: Database,
  name: OutboxedName,
  filter: Filter<Outboxed>,
): Promise<number> {
  const { deletedCount } = await outboxed(database, name).deleteMany({
    $and: [filter, { gone: null, outboxSince: null }],
  });
  return deletedCount + (await endAll(database, name, filter, []));
}

/**
 * Ends documents in one command that has each of them carry the events, so that none ends untold and no crash loses one; then removes them.
 * Answers how many.
 */
export async function endAll(
  database: Database,
  name: OutboxedName,
  filter: Filter<Outboxed>,
  events: readonly StoreEvent[],
): Promise<number> {
  const mark = newMark();
  const { modifiedCount } = await outboxed(database, name).updateMany(
    { $and: [filter, { gone: null }] },
    { $set: { gone: mark, outboxSince: Date.now() }, ...carrying(events).push },
  );
  if (modifiedCount > 0) await bury(database, name, { gone: mark });
  return modifiedCount;
}

/** Moves on what dead documents carry, and removes them. They are dead already: what fails here is left to the sweep. */
export async function bury(database: Database, name: OutboxedName, filter: Filter<Outboxed>): Promise<void> {
  await orLeaveToSweep(database, () => sweep(database, name, filter));
}

/** Moves on whatever lies in the outboxes of a collection, and removes what was only waiting for that. */
export async function sweep(
  database: Database,
  name: OutboxedName,
  filter: Filter<Outboxed> = {},
): Promise<void> {
  const collection = outboxed(database, name);
  let after = "";
  for (;;) {
    const found = await collection
      .find(
        { $and: [filter, { outboxSince: { $gt: 0 }, _id: { $gt: after } }] },
        { projection: { outbox: 1, gone: 1 }, sort: { _id: 1 }, limit: BATCH },
      )
      .toArray();
    const last = found.at(-1);
    if (last === undefined) return;
    after = last._id;
    // Many sessions that ended together carry the same events.
    const events = new Map(found.flatMap((each) => each.outbox).map((event) => [event.id, event]));
    await insertEvents(database, [...events.values()]);
    if (name === "users") await clearAfter(database, found);
    await collection.bulkWrite(found.flatMap((each) => settle(name, each)));
  }
}

function settle(name: OutboxedName, swept: Outboxed): AnyBulkWriteOperation<Outboxed>[] {
  if (swept.gone === null) return withoutEvents(swept._id, swept.outbox);
  // Nothing is laid into a dead document; one that was revived meanwhile has another mark, or none.
  const filter = { _id: swept._id, gone: swept.gone };
  // A mail that was sent stays for a while, so that an event that is moved once more does not send it again.
  if (name === "mails")
    return [{ updateOne: { filter, update: { $set: { outbox: [], outboxSince: null } } } }];
  return [{ deleteOne: { filter } }];
}

/** What hangs on users who are dead, before they go themselves. */
async function clearAfter(database: Database, users: readonly Outboxed[]): Promise<void> {
  const userId = { $in: users.filter(({ gone }) => gone !== null).map(({ _id }) => _id) };
  if (userId.$in.length === 0) return;
  await removeAll(database, "sessions", { userId } as Filter<Outboxed>);
  await removeAll(database, "codes", { userId } as Filter<Outboxed>);
}

/** Every outbox: at opening and in housekeeping, for what a crash left. */
export async function sweepAll(database: Database): Promise<void> {
  for (const name of OUTBOXED) await sweep(database, name);
}
