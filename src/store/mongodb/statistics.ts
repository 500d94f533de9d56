import type { Document } from "mongodb";
import type { StoreStatistics } from "../contract.js";
import type { Database } from "./database.js";
import { RECORD_COLLECTIONS, SPACE_COLLECTIONS } from "./documents.js";
import { codeOf, isNotServed } from "./errors.js";

const NAMESPACE_NOT_FOUND = 26;

interface Sizes {
  readonly data: number;
  readonly indexes: number;
}

/** Counted, since what the server keeps in its own statistics is off after a crash; dead documents are left out. */
export async function statistics(database: Database): Promise<StoreStatistics> {
  const { users, sessions, codes, limits, blocks, mails, audit, sequences } = database.collections;
  const alive = { gone: null };
  const [counts, sizes, raw] = await Promise.all([
    Promise.all([
      users.countDocuments(alive),
      sessions.countDocuments(alive),
      codes.countDocuments(alive),
      limits.countDocuments({}),
      blocks.countDocuments(alive),
      mails.countDocuments({ ...alive, state: "queued" }),
      mails.countDocuments({ ...alive, state: "failed" }),
      audit.countDocuments({}),
      sequences.countDocuments({}),
    ]),
    Promise.all([...RECORD_COLLECTIONS, ...SPACE_COLLECTIONS].map((name) => sizesOf(database, name))),
    ownReport(database),
  ]);
  const sum = (part: keyof Sizes) => sizes.reduce((total, size) => total + size[part], 0);
  return {
    users: counts[0],
    sessions: counts[1],
    codes: counts[2],
    limits: counts[3],
    blocks: counts[4],
    mailsQueued: counts[5],
    mailsFailed: counts[6],
    audit: counts[7],
    sequences: counts[8],
    dataBytes: sum("data"),
    indexBytes: sum("indexes"),
    storageBytes: sum("data") + sum("indexes"),
    raw,
  };
}

/** What a collection takes on the disk. A server that compresses reports less than its documents come to; the raw report has both. */
async function sizesOf(database: Database, name: string): Promise<Sizes> {
  try {
    const stats = await database.db.command({ collStats: database.prefix + name });
    const data = numberOf(stats.storageSize) || numberOf(stats.size);
    return { data, indexes: numberOf(stats.totalIndexSize) || sumOf(stats.indexSizes ?? stats.indexSize) };
  } catch (error) {
    // A service may not serve it; a part may have been dropped.
    if (isNotServed(error) || codeOf(error) === NAMESPACE_NOT_FOUND) return { data: 0, indexes: 0 };
    throw error;
  }
}

async function ownReport(database: Database): Promise<Readonly<Record<string, unknown>>> {
  try {
    const report: Document = await database.db.command({ dbStats: 1 });
    return Object.fromEntries(
      Object.entries(report).filter(([, value]) => ["number", "string", "boolean"].includes(typeof value)),
    );
  } catch (error) {
    if (isNotServed(error)) return {};
    throw error;
  }
}

function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function sumOf(sizes: unknown): number {
  if (typeof sizes !== "object" || sizes === null) return 0;
  return Object.values(sizes).reduce<number>((total, size) => total + numberOf(size), 0);
}
