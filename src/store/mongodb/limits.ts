import type { LimitHit, LimitRecord, LimitResult, LimitSettlement } from "../contract.js";
import { hitLimit, refundLimit } from "../limit-rule.js";
import type { Database } from "./database.js";
import type { LimitDocument } from "./documents.js";
import { isDuplicateKey } from "./errors.js";
import { KeyQueue } from "./key-queue.js";
import { newMark } from "./outbox.js";
import { Patience } from "./patience.js";
import { purgeDate, text, texts } from "./values.js";

/** What one list of hits does to one record. */
interface Write {
  readonly before: LimitDocument | null;
  readonly after: LimitDocument;
  readonly hits: number;
}

/** Limits by compare and set: a record is written only where it is still the one that was read, which its stamp tells. */
export class Limits {
  readonly #database: Database;
  readonly #queue = new KeyQueue();

  constructor(database: Database) {
    this.#database = database;
  }

  async hit(hits: readonly LimitHit[], now: number): Promise<readonly LimitResult[]> {
    if (hits.length === 0) return [];
    const keys = [...new Set(texts(hits.map(({ key }) => key)))];
    const patience = new Patience(this.#database);
    return this.#queue.run(keys, async () => {
      for (;;) {
        patience.check();
        const { results, writes } = plan(hits, await this.#readAll(keys), now);
        if (await this.#writeAll(writes)) return results;
        await patience.wait();
      }
    });
  }

  async settle(settlements: readonly LimitSettlement[], now: number): Promise<void> {
    for (const { key, action } of settlements)
      if (action === "reset") await this.#database.collections.limits.deleteOne({ _id: text(key) });
      else await this.#change(key, (record) => refundLimit(record), now);
  }

  async read(key: string): Promise<LimitRecord | null> {
    const [document] = await this.#find([text(key)]);
    return document === undefined ? null : readLimit(document);
  }

  #find(keys: readonly string[]): Promise<LimitDocument[]> {
    return this.#database.collections.limits
      .find({ _id: { $in: keys } }, { projection: LIMIT_FIELDS })
      .toArray();
  }

  async #readAll(keys: readonly string[]): Promise<ReadonlyMap<string, LimitDocument>> {
    return new Map((await this.#find(keys)).map((document) => [document._id, document]));
  }

  /** All or none. False: somebody else was faster with one of them, and what was written before it is taken back. */
  async #writeAll(writes: readonly Write[]): Promise<boolean> {
    const done: Write[] = [];
    for (const write of writes) {
      if (await this.#replace(write.before, write.after)) {
        done.push(write);
        continue;
      }
      for (const each of done.reverse()) await this.#takeBack(each);
      return false;
    }
    return true;
  }

  async #replace(before: LimitDocument | null, after: LimitDocument): Promise<boolean> {
    const { limits } = this.#database.collections;
    if (before !== null) {
      const { modifiedCount } = await limits.replaceOne({ _id: before._id, stamp: before.stamp }, after);
      return modifiedCount > 0;
    }
    try {
      await limits.insertOne(after);
      return true;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return false;
    }
  }

  /**
   * As it was, where nobody has counted on top of it. Otherwise the hits alone come off again, and a lock or a wait that they may have
   * caused stays: refusing somebody who might have passed is the safe side.
   */
  async #takeBack({ before, after, hits }: Write): Promise<void> {
    const { limits } = this.#database.collections;
    if (before === null) {
      const { deletedCount } = await limits.deleteOne({ _id: after._id, stamp: after.stamp });
      if (deletedCount > 0) return;
    } else if (await this.#replace(after, { ...before, stamp: newMark() })) return;
    await this.#change(
      after._id,
      (record) => ({ ...record, count: Math.max(0, record.count - hits) }),
      after.lastAt,
    );
  }

  async #change(key: string, change: (record: LimitRecord) => LimitRecord, now: number): Promise<void> {
    const patience = new Patience(this.#database);
    for (;;) {
      const [before] = await this.#find([text(key)]);
      if (before === undefined) return;
      if (await this.#replace(before, limitDocument(change(readLimit(before)), now))) return;
      await patience.wait();
    }
  }
}

/** What the hits come to, and which records that makes: a refusal ends the list, and leaves at the most a trace of its own. */
function plan(
  hits: readonly LimitHit[],
  read: ReadonlyMap<string, LimitDocument>,
  now: number,
): { readonly results: readonly LimitResult[]; readonly writes: readonly Write[] } {
  const results: LimitResult[] = [];
  const changed = new Map<string, { readonly record: LimitRecord; readonly hits: number }>();
  const writeOf = (record: LimitRecord, count: number): Write => ({
    before: read.get(record.key) ?? null,
    after: limitDocument(record, now),
    hits: count,
  });
  for (const { key, rule, refuse = true } of hits) {
    const earlier = changed.get(key);
    const document = read.get(key);
    const record = earlier?.record ?? (document === undefined ? null : readLimit(document));
    const { next, result } = hitLimit(key, record, rule, now, refuse);
    results.push(result);
    if (refuse && !result.allowed) return { results, writes: next === null ? [] : [writeOf(next, 0)] };
    if (next !== null) changed.set(key, { record: next, hits: (earlier?.hits ?? 0) + 1 });
  }
  return { results, writes: [...changed.values()].map((each) => writeOf(each.record, each.hits)) };
}

export const LIMIT_FIELDS = { purgeAt: 0 } as const;

export function readLimit(document: LimitDocument): LimitRecord {
  return {
    key: document._id,
    count: document.count,
    startedAt: document.startedAt,
    lastAt: document.lastAt,
    lockedUntil: document.lockedUntil,
    endsAt: document.endsAt,
  };
}

export function limitDocument(record: LimitRecord, now: number): LimitDocument {
  return {
    _id: record.key,
    count: record.count,
    startedAt: record.startedAt,
    lastAt: record.lastAt,
    lockedUntil: record.lockedUntil,
    endsAt: record.endsAt,
    stamp: newMark(),
    purgeAt: purgeDate(record.endsAt, now),
  };
}
