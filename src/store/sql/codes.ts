import { equalInConstantTime } from "../../base/crypto.js";
import type { CodeLookup, CodeOutcome, CodeRecord, CodeRedemption, StoreEvent } from "../contract.js";
import type { Dialect } from "./dialect.js";
import { insertEvents } from "./events.js";
import { all, first, LostRace, type Operation, run, type SqlValue } from "./operation.js";
import { marks, readTexts, writeTexts } from "./texts.js";

export type CodeRow = {
  readonly id: string;
  readonly user_id: string;
  readonly slot: string;
  readonly purposes: string;
  readonly address: string | null;
  readonly ticket_hash: string | null;
  readonly short_hash: string | null;
  readonly link_hash: string | null;
  readonly short_expires_at: number | null;
  readonly link_expires_at: number | null;
  readonly tries_left: number;
  readonly created_at: number;
  readonly ends_at: number;
  readonly payload: string;
  readonly used_at: number | null;
  readonly used_by: string | null;
};

export const CODE_COLUMNS =
  "id, user_id, slot, purposes, address, ticket_hash, short_hash, link_hash, short_expires_at, link_expires_at, " +
  "tries_left, created_at, ends_at, payload, used_at, used_by";

const INSERT_CODE = `INSERT INTO watchword_codes (${CODE_COLUMNS}) VALUES (${marks(16)}) ON CONFLICT DO NOTHING`;

/** A newer code replaces the one in its slot, and any other that was asked for with the same ticket. */
export function* putCode(code: CodeRecord, events: readonly StoreEvent[]): Operation<void> {
  yield* run("DELETE FROM watchword_codes WHERE user_id = ? AND slot = ?", code.userId, code.slot);
  if (code.ticketHash !== null)
    yield* run("DELETE FROM watchword_codes WHERE ticket_hash = ?", code.ticketHash);
  // Somebody filled the slot since: the newer one takes it over from there.
  if ((yield* run(INSERT_CODE, ...writeCode(code))) === 0) throw new LostRace();
  yield* insertEvents(events);
}

export function* findCode(lookup: CodeLookup): Operation<CodeRecord | null> {
  const row = yield* findRow(lookup);
  return row === null ? null : readCode(row);
}

export function* fillCode(
  id: string,
  secrets: Pick<CodeRecord, "shortHash" | "linkHash" | "shortExpiresAt" | "linkExpiresAt" | "triesLeft">,
): Operation<CodeRecord | null> {
  const row = yield* first<CodeRow>(
    `UPDATE watchword_codes SET short_hash = ?, link_hash = ?, short_expires_at = ?, link_expires_at = ?, tries_left = ?
     WHERE id = ? AND used_at IS NULL RETURNING ${CODE_COLUMNS}`,
    secrets.shortHash,
    secrets.linkHash,
    secrets.shortExpiresAt,
    secrets.linkExpiresAt,
    secrets.triesLeft,
    id,
  );
  return row === null ? null : readCode(row);
}

/** A typed code pays for its try before it is compared; a link of 256 bits needs no such price, and outlives the tries. */
export function* redeemCode(dialect: Dialect, redemption: CodeRedemption): Operation<CodeOutcome> {
  const { kind, now } = redemption;
  const row = yield* findRow(redemption.lookup, dialect.lock);
  if (row === null) return { status: "dead" };
  // The same attempt again, after an answer that never arrived: it has won already.
  if (row.used_by === redemption.operationId) return { status: "redeemed", code: readCode(row) };
  const code = readCode(row);
  const hash = kind === "short" ? code.shortHash : code.linkHash;
  const expiresAt = kind === "short" ? code.shortExpiresAt : code.linkExpiresAt;
  if (
    code.usedAt !== null ||
    now >= code.endsAt ||
    !code.purposes.includes(redemption.purpose) ||
    hash === null ||
    (expiresAt !== null && now >= expiresAt) ||
    (kind === "short" && code.triesLeft <= 0)
  )
    return { status: "dead" };

  const triesLeft = kind === "short" ? code.triesLeft - 1 : code.triesLeft;
  if (kind === "short")
    yield* run("UPDATE watchword_codes SET tries_left = ? WHERE id = ?", triesLeft, code.id);
  if (!isAmong(hash, redemption.hashes)) return { status: "wrong", triesLeft };
  if (redemption.keep === true) {
    if (kind === "short")
      yield* run("UPDATE watchword_codes SET tries_left = ? WHERE id = ?", code.triesLeft, code.id);
    return { status: "right", code };
  }
  yield* run(
    "UPDATE watchword_codes SET used_at = ?, used_by = ? WHERE id = ?",
    now,
    redemption.operationId,
    code.id,
  );
  return { status: "redeemed", code: { ...code, triesLeft, usedAt: now } };
}

export function* discardCodes(userId: string, purposes: readonly string[]): Operation<number> {
  const rows = yield* all<{ id: string; purposes: string }>(
    "SELECT id, purposes FROM watchword_codes WHERE user_id = ? AND used_at IS NULL",
    userId,
  );
  const ids = rows
    .filter((row) => readTexts(row.purposes).some((purpose) => purposes.includes(purpose)))
    .map((row) => row.id);
  let discarded = 0;
  // One that was used in this moment is no longer open.
  for (const id of ids)
    discarded += yield* run("DELETE FROM watchword_codes WHERE id = ? AND used_at IS NULL", id);
  return discarded;
}

/** Compares with every candidate, whichever of them fits. */
function isAmong(hash: string, candidates: readonly string[]): boolean {
  let found = false;
  for (const candidate of candidates) if (equalInConstantTime(hash, candidate)) found = true;
  return found;
}

function findRow(lookup: CodeLookup, lock = ""): Operation<CodeRow | null> {
  const select = `SELECT ${CODE_COLUMNS} FROM watchword_codes WHERE`;
  if ("id" in lookup) return first<CodeRow>(`${select} id = ?${lock}`, lookup.id);
  if ("ticketHash" in lookup) return first<CodeRow>(`${select} ticket_hash = ?${lock}`, lookup.ticketHash);
  return first<CodeRow>(`${select} user_id = ? AND slot = ?${lock}`, lookup.userId, lookup.slot);
}

export function readCode(row: CodeRow): CodeRecord {
  return {
    id: row.id,
    userId: row.user_id,
    slot: row.slot,
    purposes: readTexts(row.purposes),
    address: row.address,
    ticketHash: row.ticket_hash,
    shortHash: row.short_hash,
    linkHash: row.link_hash,
    shortExpiresAt: row.short_expires_at,
    linkExpiresAt: row.link_expires_at,
    triesLeft: row.tries_left,
    createdAt: row.created_at,
    endsAt: row.ends_at,
    payload: row.payload,
    usedAt: row.used_at,
  };
}

/** In the order of {@link CODE_COLUMNS}. */
export function writeCode(code: CodeRecord): SqlValue[] {
  return [
    code.id,
    code.userId,
    code.slot,
    writeTexts(code.purposes),
    code.address,
    code.ticketHash,
    code.shortHash,
    code.linkHash,
    code.shortExpiresAt,
    code.linkExpiresAt,
    code.triesLeft,
    code.createdAt,
    code.endsAt,
    code.payload,
    code.usedAt,
    null,
  ];
}
