import type { FactorRecord } from "../contract.js";
import { insertRows } from "./insert.js";
import type { Operation } from "./operation.js";
import { PASSWORD_COLUMNS } from "./passwords.js";
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
    `user_id, type, name, ${PASSWORD_COLUMNS}`,
    factors.map(([userId, { type, name, sealed, changedAt }]) => [
      userId,
      type,
      name,
      "sealed",
      sealed,
      "none",
      null,
      writeTexts([]),
      changedAt,
    ]),
  );
}
