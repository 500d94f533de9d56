import type { Filter } from "mongodb";
import type { MailRecord, MailSettlement, StoreEvent } from "../contract.js";
import type { Database } from "./database.js";
import type { MailDocument } from "./documents.js";
import { bury, carrying, moveOn, newMark } from "./outbox.js";
import { take } from "./pages.js";
import { text, whole } from "./values.js";

export const MAIL_FIELDS = { outbox: 0, outboxSince: 0 } as const;

/** A mail that somebody holds is due again when the lease ends, so that no crash loses one. */
export async function nextMailAt(database: Database): Promise<number | null> {
  const next = await database.collections.mails.findOne(
    { state: "queued", gone: null },
    { projection: { dueAt: 1 }, sort: { dueAt: 1 } },
  );
  return next?.dueAt ?? null;
}

/** One at a time, each by a write that takes what is due first. Counts the try: a mail that brings its courier down is counted too. */
export async function claimMail(
  database: Database,
  claim: { readonly owner: string; readonly now: number; readonly leaseUntil: number; readonly size: number },
): Promise<readonly MailRecord[]> {
  const mails: MailRecord[] = [];
  while (mails.length < claim.size) {
    const mail = await database.collections.mails.findOneAndUpdate(
      { state: "queued", gone: null, dueAt: { $lte: whole(claim.now) } },
      { $set: { owner: text(claim.owner), dueAt: whole(claim.leaseUntil) }, $inc: { tries: 1 } },
      { sort: { dueAt: 1, _id: 1 }, returnDocument: "after", projection: MAIL_FIELDS },
    );
    if (mail === null) break;
    mails.push(readMail(mail));
  }
  return mails;
}

/**
 * What is left of a mail that was sent or dropped: its id, so that its event, moved on once more after a crash, is known. Whom it was for
 * and what it said goes at once.
 */
function spent(mark: string) {
  return {
    gone: mark,
    goneAt: Date.now(),
    to: "",
    payload: "{}",
    owner: null,
    lastError: null,
    userId: null,
  };
}

/** A mail that failed keeps the time of its failure as `dueAt`, by which housekeeping knows its age. */
export async function settleMail(
  database: Database,
  id: string,
  owner: string,
  settlement: MailSettlement,
  now: number,
): Promise<boolean> {
  const { matchedCount } = await database.collections.mails.updateOne(
    { _id: text(id), owner: text(owner), state: "queued", gone: null },
    { $set: outcomeOf(settlement, now) },
  );
  return matchedCount > 0;
}

function outcomeOf(settlement: MailSettlement, now: number): Partial<MailDocument> {
  if (settlement.status === "sent") return spent(newMark());
  const lastError = settlement.error;
  return settlement.status === "failed"
    ? { state: "failed", owner: null, dueAt: now, lastError }
    : { owner: null, dueAt: settlement.dueAt, lastError };
}

/** A mail whose lease runs is left alone: its courier may be handing it over at this moment. */
export async function reviseMail(
  database: Database,
  id: string,
  revision: "retry" | "drop",
  now: number,
  events: readonly StoreEvent[],
): Promise<boolean> {
  const mark = newMark();
  const { set, push } = carrying(events);
  const change: Partial<MailDocument> =
    revision === "drop" ? spent(mark) : { state: "queued", owner: null, dueAt: now, tries: 0 };
  const { matchedCount } = await database.collections.mails.updateOne(
    {
      _id: text(id),
      gone: null,
      $or: [{ state: "failed" }, { owner: null }, { dueAt: { $lte: whole(now) } }],
    },
    { $set: { ...change, ...set }, ...push },
  );
  if (matchedCount === 0) return false;
  if (revision === "drop") await bury(database, "mails", { _id: id, gone: mark });
  else await moveOn(database, "mails", id, events);
  return true;
}

export async function listMail(
  database: Database,
  query: {
    readonly id?: string;
    readonly state?: "queued" | "failed";
    readonly after: string | null;
    readonly size: number;
  },
): Promise<readonly MailRecord[]> {
  const conditions: Filter<MailDocument>[] = [{ gone: null }];
  if (query.id !== undefined) conditions.push({ _id: text(query.id) });
  if (query.state !== undefined) conditions.push({ state: text(query.state) as "queued" | "failed" });
  if (query.after !== null) conditions.push({ _id: { $gt: text(query.after) } });
  const found = await take(
    database.collections.mails.find({ $and: conditions }, { projection: MAIL_FIELDS, sort: { _id: 1 } }),
    query.size,
  );
  return found.map(readMail);
}

export function readMail(document: MailDocument): MailRecord {
  return {
    id: document._id,
    createdAt: document.createdAt,
    template: document.template,
    to: document.to,
    userId: document.userId,
    locale: document.locale,
    codeId: document.codeId,
    payload: document.payload,
    state: document.state,
    dueAt: document.dueAt,
    tries: document.tries,
    lastError: document.lastError,
  };
}
