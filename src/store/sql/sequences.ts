import { LAST_NUMBER, sequenceEnded } from "../../base/numbers.js";
import type { SequenceRecord } from "../contract.js";
import { first, type Operation, run, type SqlValue } from "./operation.js";

export type SequenceRow = { readonly key: string; readonly value: number };

export const SEQUENCE_COLUMNS = "key, value";

/** One statement, and no sequence of the database's own: those of CockroachDB, YugabyteDB and Citus are another thing each. */
export function* nextNumber(sequence: string): Operation<number> {
  const row = yield* first<{ value: number }>(
    `INSERT INTO watchword_sequences (key, value) VALUES (?, 1)
     ON CONFLICT (key) DO UPDATE SET value = watchword_sequences.value + 1 WHERE watchword_sequences.value < ?
     RETURNING value`,
    sequence,
    LAST_NUMBER,
  );
  if (row === null) throw sequenceEnded(sequence);
  return row.value;
}

export function* raiseSequence(sequence: string, atLeast: number): Operation<void> {
  yield* run(
    `INSERT INTO watchword_sequences (key, value) VALUES (?, ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE watchword_sequences.value < excluded.value`,
    sequence,
    atLeast,
  );
}

/** In the order of {@link SEQUENCE_COLUMNS}. */
export function writeSequence({ key, value }: SequenceRecord): SqlValue[] {
  return [key, value];
}
