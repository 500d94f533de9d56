import type { FactorRecord } from "../contract.js";
import { insertRows } from "./insert.js";
import type { Operation, SqlValue } from "./operation.js";
import { CREDENTIAL_COLUMNS } from "./passwords.js";
import { writeTexts } from "./texts.js";

export type FactorRow = {
  readonly user_id: string;
  readonly type: FactorRecord["type"];
  readonly name: string;
  readonly hash: string;
  readonly changed_at: number;
};

/** By the id of the user. They lie beside the password, in the same table. */
export function readFactors(rows: readonly FactorRow[]): ReadonlyMap<string, readonly FactorRecord[]> {
  const factors = new Map<string, FactorRecord[]>();
  for (const { user_id, type, name, hash, changed_at } of rows) {
    const one = { type, name, sealed: hash, changedAt: changed_at };
    const own = factors.get(user_id);
    if (own === undefined) factors.set(user_id, [one]);
    else own.push(one);
  }
  return factors;
}

export function* writeFactors(
  factors: readonly (readonly [userId: string, factor: FactorRecord])[],
): Operation<void> {
  yield* insertRows(
    "watchword_credentials",
    CREDENTIAL_COLUMNS,
    factors.map(([userId, factor]) => factorRow(userId, factor)),
  );
}

/** In the order of {@link CREDENTIAL_COLUMNS}. */
export function factorRow(userId: string, { type, name, sealed, changedAt }: FactorRecord): SqlValue[] {
  return [userId, type, name, "sealed", sealed, "none", null, writeTexts([]), changedAt];
}
