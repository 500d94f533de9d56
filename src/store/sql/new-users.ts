import { WatchwordError } from "../../base/errors.js";
import type { NewUser, RecordWrite } from "../contract.js";
import { factorRow } from "./factors.js";
import type { Operation, SqlValue } from "./operation.js";
import { CREDENTIAL_COLUMNS, passwordRow } from "./passwords.js";
import { USER_COLUMNS, writeUser } from "./user-rows.js";
import { KEY_COLUMNS } from "./users.js";

/** The rows of many users, table by table, as their cells one behind the other. */
export interface UserCells {
  readonly keys: readonly SqlValue[];
  readonly users: readonly SqlValue[];
  readonly credentials: readonly SqlValue[];
}

export function cellsOf(list: readonly NewUser[]): UserCells {
  const keys: SqlValue[] = [];
  const users: SqlValue[] = [];
  const credentials: SqlValue[] = [];
  for (const { user, keys: own, password, factors } of list) {
    for (const { key, kind, value } of own) keys.push(key, user.id, kind, value);
    users.push(...writeUser(user));
    if (password !== null) credentials.push(...passwordRow(user.id, password));
    for (const factor of factors ?? []) credentials.push(...factorRow(user.id, factor));
  }
  return { keys, users, credentials };
}

/** Lays users in without a look at what is there. The keys come first: whoever is in the way is met before most of the work. */
export function* layUsers({ keys, users, credentials }: UserCells): Operation<void> {
  yield { table: "watchword_identifiers", columns: KEY_COLUMNS, cells: inOrder(keys, KEY_COLUMNS) };
  yield { table: "watchword_users", columns: USER_COLUMNS, cells: users };
  yield { table: "watchword_credentials", columns: CREDENTIAL_COLUMNS, cells: credentials };
}

/**
 * The same rows in the order of their first cell, so that two who lay in the same ones never wait for each other in a circle, and
 * each page of the index is met once. On SQLite this is the writer thread's work, which has less to do than the main thread.
 */
function inOrder(cells: readonly SqlValue[], columns: string): readonly SqlValue[] {
  const width = columns.split(", ").length;
  const firsts: (readonly [first: string, at: number])[] = [];
  for (let at = 0; at < cells.length; at += width) firsts.push([String(cells[at]), at]);
  firsts.sort(([one], [other]) => (one < other ? -1 : 1));
  const sorted: SqlValue[] = [];
  for (const [, at] of firsts)
    for (let next = at; next < at + width; next++) sorted.push(cells[next] ?? null);
  return sorted;
}

/**
 * Lays users in as if nobody were in the way, which takes no look-ups: half of what an import cost. Where somebody is, nothing
 * of that is kept, and `look` goes over the same users one by one; and over those that follow, until nobody is in
 * the way any more.
 *
 * @param lay - Throws WatchwordError `conflict` where a user or a key is there.
 */
export function userWriter(
  lay: (cells: UserCells) => Promise<void>,
  look: (users: readonly NewUser[]) => Promise<readonly RecordWrite[]>,
): (users: readonly NewUser[]) => Promise<readonly RecordWrite[]> {
  let isClear = true;
  return async (users) => {
    if (isClear)
      try {
        await lay(cellsOf(users));
        return users.map(() => ({ status: "written" }));
      } catch (error) {
        if (!(error instanceof WatchwordError) || error.code !== "conflict") throw error;
      }
    const answers = await look(users);
    isClear = answers.every(({ status }) => status === "written");
    return answers;
  };
}

/** What {@link layUsers} ends with where a row is there. */
export function inTheWay(table: string, cause: unknown): WatchwordError {
  return new WatchwordError("conflict", `A row of ${table} is there already; nothing of this was kept.`, {
    cause,
  });
}
