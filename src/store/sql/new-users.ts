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

/**
 * The keys stand in their order, so that two who lay in the same ones never wait for each other in a circle, and so that each
 * page of the index is met once.
 */
export function cellsOf(list: readonly NewUser[]): UserCells {
  const keys: (readonly [key: string, userId: string, kind: string, value: string])[] = [];
  const users: SqlValue[] = [];
  const credentials: SqlValue[] = [];
  for (const { user, keys: own, password, factors } of list) {
    for (const { key, kind, value } of own) keys.push([key, user.id, kind, value]);
    users.push(...writeUser(user));
    if (password !== null) credentials.push(...passwordRow(user.id, password));
    for (const factor of factors ?? []) credentials.push(...factorRow(user.id, factor));
  }
  keys.sort(([one], [other]) => (one < other ? -1 : 1));
  return { keys: keys.flat(), users, credentials };
}

/** Lays users in without a look at what is there. The keys come first: whoever is in the way is met before most of the work. */
export function* layUsers({ keys, users, credentials }: UserCells): Operation<void> {
  yield { table: "watchword_identifiers", columns: KEY_COLUMNS, cells: keys };
  yield { table: "watchword_users", columns: USER_COLUMNS, cells: users };
  yield { table: "watchword_credentials", columns: CREDENTIAL_COLUMNS, cells: credentials };
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
