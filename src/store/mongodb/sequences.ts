import { LAST_NUMBER, sequenceEnded } from "../../base/numbers.js";
import type { SequenceRecord } from "../contract.js";
import type { Database } from "./database.js";
import type { SequenceDocument } from "./documents.js";
import { isDuplicateKey } from "./errors.js";
import { Patience } from "./patience.js";
import { text, whole } from "./values.js";

export const SEQUENCE_FIELDS = {} as const;

/** One document counts, in one write. A sequence at its end does not fit the filter, and its `_id` keeps a second one from being made. */
export async function nextNumber(database: Database, sequence: string): Promise<number> {
  const { sequences } = database.collections;
  const _id = text(sequence);
  const patience = new Patience(database);
  for (;;) {
    try {
      const counted = await sequences.findOneAndUpdate(
        { _id, value: { $lt: LAST_NUMBER } },
        { $inc: { value: 1 } },
        { upsert: true, returnDocument: "after", projection: { value: 1 } },
      );
      if (counted !== null) return counted.value;
    } catch (error) {
      // Several who find no document all insert one; those who lose count on the winner's.
      if (!isDuplicateKey(error)) throw error;
      const found = await sequences.findOne({ _id }, { projection: { value: 1 } });
      if (found !== null && found.value >= LAST_NUMBER) throw sequenceEnded(sequence);
    }
    await patience.wait();
  }
}

export async function raiseSequence(database: Database, sequence: string, atLeast: number): Promise<void> {
  const raise = () =>
    database.collections.sequences.updateOne(
      { _id: text(sequence) },
      { $max: { value: whole(atLeast) } },
      { upsert: true },
    );
  await raise().catch((error: unknown) => {
    // Two who find no document both insert; the second finds one then.
    if (!isDuplicateKey(error)) throw error;
    return raise();
  });
}

export function readSequence({ _id, value }: SequenceDocument): SequenceRecord {
  return { key: _id, value };
}

export function sequenceDocument({ key, value }: SequenceRecord): SequenceDocument {
  return { _id: key, value };
}
