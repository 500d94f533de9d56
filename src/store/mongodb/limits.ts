import type { LimitHit, LimitRecord, LimitResult, LimitSettlement } from "../contract.js";
import { refundLimit } from "../limit-rule.js";
import type { Database } from "./database.js";
import type { LimitDocument } from "./documents.js";
import { isDuplicateKey } from "./errors.js";
import { KeyQueue } from "./key-queue.js";
import { LIMIT_FIELDS, limitDocument, readLimit } from "./limit-documents.js";
import { Hits, type Write } from "./limit-hits.js";
import { newMark } from "./outbox.js";
import { Patience } from "./patience.js";
import { text, texts } from "./values.js";

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
        const results = await this.#tryAll(new Hits(hits, await this.#readAll(keys), now), patience);
        if (results !== null) return results;
      }
    });
  }

  /**
   * All in order, or none; null: begin anew. Where somebody else was faster with one record, its hits are counted again on what lies there
   * then, and what was written before stays; only where they are refused now is that taken back.
   */
  async #tryAll(hits: Hits, patience: Patience): Promise<readonly LimitResult[] | null> {
    const { refusal } = hits;
    if (refusal !== null)
      return refusal.trace === null || (await this.#replace(refusal.trace)) ? hits.results : null;
    const done: Write[] = [];
    for (const key of hits.keys) {
      let write = hits.writeOf(key);
      while (write !== null && !(await this.#replace(write))) {
        await patience.wait();
        const [document] = await this.#find([key]);
        write = hits.again(key, document ?? null);
      }
      if (write !== null) done.push(write);
      if (hits.refusal === null) continue;
      for (const each of done.reverse()) await this.#takeBack(each);
      return null;
    }
    return hits.results;
  }

  async settle(settlements: readonly LimitSettlement[], now: number): Promise<void> {
    const keys = [...new Set(settlements.map(({ key }) => text(key)))];
    await Promise.all(
      keys.map(async (key) => {
        for (const { action } of settlements.filter((each) => each.key === key))
          if (action === "reset") await this.#database.collections.limits.deleteOne({ _id: key });
          else await this.#change(key, (record) => refundLimit(record), now);
      }),
    );
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

  async #replace({ before, after }: Pick<Write, "before" | "after">): Promise<boolean> {
    const { limits } = this.#database.collections;
    if (before !== null) {
      const { matchedCount } = await limits.replaceOne({ _id: before._id, stamp: before.stamp }, after);
      return matchedCount > 0;
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
    } else if (await this.#replace({ before: after, after: { ...before, stamp: newMark() } })) return;
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
      if (await this.#replace({ before, after: limitDocument(change(readLimit(before)), now) })) return;
      await patience.wait();
    }
  }
}
