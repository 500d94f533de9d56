import type { Filter } from "mongodb";
import { equalInConstantTime } from "../../base/crypto.js";
import type { CodeLookup, CodeOutcome, CodeRecord, CodeRedemption, StoreEvent } from "../contract.js";
import { CODE_FIELDS, codeDocument, readCode, slotOf } from "./code-documents.js";
import type { Database } from "./database.js";
import type { CodeDocument, Outboxed } from "./documents.js";
import { isDuplicateKey } from "./errors.js";
import { carrying, moveOn, removeAll } from "./outbox.js";
import { text } from "./values.js";

/**
 * The slot is the document's id, so the newer code takes the place of the older in one write. Another of the same ticket goes before it: a
 * crash in between leaves no code, and whoever wants one asks again.
 */
export async function putCode(
  database: Database,
  code: CodeRecord,
  events: readonly StoreEvent[],
): Promise<void> {
  const { _id, gone, outbox, outboxSince, ...fields } = codeDocument(code);
  if (code.ticketHash !== null)
    await removeAll(database, "codes", {
      ticketHash: text(code.ticketHash),
      _id: { $ne: _id },
    } as Filter<Outboxed>);
  const { set, push } = carrying(events);
  // What an older code in the slot still carries stays in the outbox. A dead one is revived.
  const write = () =>
    database.collections.codes.updateOne(
      { _id },
      {
        $set: { ...fields, gone, ...set },
        ...(events.length > 0 ? push : { $setOnInsert: { outbox, outboxSince } }),
      },
      { upsert: true },
    );
  await write().catch((error: unknown) => {
    // Two who find the slot empty both insert; the second finds it filled then.
    if (!isDuplicateKey(error)) throw error;
    return write();
  });
  await moveOn(database, "codes", _id, events);
}

export async function findCode(database: Database, lookup: CodeLookup): Promise<CodeRecord | null> {
  const found = await findDocument(database, lookup);
  return found === null ? null : readCode(found);
}

export async function fillCode(
  database: Database,
  id: string,
  secrets: Pick<CodeRecord, "shortHash" | "linkHash" | "shortExpiresAt" | "linkExpiresAt" | "triesLeft">,
): Promise<CodeRecord | null> {
  const found = await findDocument(database, { id });
  if (found === null) return null;
  const { shortHash, linkHash, shortExpiresAt, linkExpiresAt, triesLeft } = secrets;
  const filled = await database.collections.codes.findOneAndUpdate(
    { ...stillThe(found), usedAt: null },
    { $set: { shortHash, linkHash, shortExpiresAt, linkExpiresAt, triesLeft } },
    { returnDocument: "after", projection: CODE_FIELDS },
  );
  return filled === null ? null : readCode(filled);
}

/**
 * A typed code pays for its try before it is compared, in a write of its own that only succeeds while there are tries; a link of 256 bits needs
 * no such price, and outlives the tries. Whoever compares rightly still has to be the one whose write marks the code as used.
 */
export async function redeemCode(database: Database, redemption: CodeRedemption): Promise<CodeOutcome> {
  const { kind, now } = redemption;
  const { codes } = database.collections;
  const found = await findDocument(database, redemption.lookup);
  if (found === null) return { status: "dead" };
  // The same attempt again, after an answer that never arrived: it has won already.
  if (found.usedBy === redemption.operationId) return { status: "redeemed", code: readCode(found) };
  if (!isOpen(found, redemption)) return { status: "dead" };

  const paid =
    kind === "link"
      ? found
      : await codes.findOneAndUpdate(
          { ...stillThe(found), usedAt: null, triesLeft: { $gt: 0 } },
          { $inc: { triesLeft: -1 } },
          { returnDocument: "after", projection: CODE_FIELDS },
        );
  if (paid === null) return again(database, found, redemption);
  const hash = kind === "short" ? paid.shortHash : paid.linkHash;
  // Between the look and the payment a newer secret may have been laid in; that one counts.
  if (hash === null || !isInTime(paid, kind, now)) return { status: "dead" };
  if (!isAmong(hash, redemption.hashes)) return { status: "wrong", triesLeft: paid.triesLeft };
  if (redemption.keep === true) return keptOpen(database, paid, kind);
  const used = await codes.findOneAndUpdate(
    { ...stillThe(found), usedAt: null, [kind === "short" ? "shortHash" : "linkHash"]: hash },
    { $set: { usedAt: now, usedBy: text(redemption.operationId) } },
    { returnDocument: "after", projection: CODE_FIELDS },
  );
  return used === null ? again(database, found, redemption) : { status: "redeemed", code: readCode(used) };
}

/** Gives the try back, unless a newer secret with tries of its own was laid in since. A crash before it leaves one try less. */
async function keptOpen(
  database: Database,
  paid: CodeDocument,
  kind: CodeRedemption["kind"],
): Promise<CodeOutcome> {
  if (kind === "link") return { status: "right", code: readCode(paid) };
  await database.collections.codes.updateOne(
    { ...stillThe(paid), shortHash: paid.shortHash },
    { $inc: { triesLeft: 1 } },
  );
  return { status: "right", code: readCode({ ...paid, triesLeft: paid.triesLeft + 1 }) };
}

/** The write found the code used up: by this very attempt, repeated by the driver or the caller, or by another. */
async function again(
  database: Database,
  found: CodeDocument,
  redemption: CodeRedemption,
): Promise<CodeOutcome> {
  const now = await database.collections.codes.findOne(stillThe(found), { projection: CODE_FIELDS });
  return now !== null && now.usedBy === redemption.operationId
    ? { status: "redeemed", code: readCode(now) }
    : { status: "dead" };
}

/** The slot, and that it still holds this code. */
function stillThe(found: CodeDocument): Filter<CodeDocument> {
  return { _id: found._id, id: found.id, gone: null };
}

function isOpen(code: CodeDocument, { kind, now, purpose }: CodeRedemption): boolean {
  if (code.usedAt !== null || !code.purposes.includes(purpose)) return false;
  if ((kind === "short" ? code.shortHash : code.linkHash) === null) return false;
  return isInTime(code, kind, now) && (kind === "link" || code.triesLeft > 0);
}

function isInTime(code: CodeDocument, kind: CodeRedemption["kind"], now: number): boolean {
  const expiresAt = kind === "short" ? code.shortExpiresAt : code.linkExpiresAt;
  return now < code.endsAt && (expiresAt === null || now < expiresAt);
}

/** Compares with every candidate, whichever of them fits. */
function isAmong(hash: string, candidates: readonly string[]): boolean {
  let found = false;
  for (const candidate of candidates) if (equalInConstantTime(hash, candidate)) found = true;
  return found;
}

export function discardCodes(
  database: Database,
  userId: string,
  purposes: readonly string[],
): Promise<number> {
  return removeAll(database, "codes", {
    userId: text(userId),
    usedAt: null,
    purposes: { $in: purposes.map(text) },
  } as Filter<Outboxed>);
}

/** Neither the code's id nor its ticket is under a unique index, which a sharded collection could not have: of several the newest counts. */
async function findDocument(database: Database, lookup: CodeLookup): Promise<CodeDocument | null> {
  return database.collections.codes.findOne(
    { ...filterOf(lookup), gone: null },
    { projection: CODE_FIELDS, sort: { id: -1 } },
  );
}

function filterOf(lookup: CodeLookup): Filter<CodeDocument> {
  if ("id" in lookup) return { id: text(lookup.id) };
  if ("ticketHash" in lookup) return { ticketHash: text(lookup.ticketHash) };
  return { _id: slotOf(lookup) };
}
