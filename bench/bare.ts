/** The database's driver without Watchword: what the floors are made of. */
import { createHash, randomBytes } from "node:crypto";
import type { DatabaseSyncInstance, SqliteModule, StatementSyncInstance } from "@photostructure/sqlite";
import { v7 } from "uuid";

/** The same driver as Watchword's: built into Node from 22.13, otherwise the package with the same interface. */
export async function openBare(file: string): Promise<DatabaseSyncInstance> {
  const { DatabaseSync } = await loadDriver();
  const database = new DatabaseSync(file);
  // Mapped, as Watchword reads: a floor may not do worse for want of a setting.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000; PRAGMA mmap_size = 1073741824");
  return database;
}

async function loadDriver(): Promise<Pick<SqliteModule, "DatabaseSync">> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isBuiltIn = major > 22 || (major === 22 && minor >= 13);
  // The name in a variable: the types of this Node may not know the module.
  const name: string = isBuiltIn ? "node:sqlite" : "@photostructure/sqlite";
  return import(name);
}

const SESSION_COLUMNS =
  "id user_id epoch created_at last_seen_at expires_at absolute_end authenticated_at methods ip user_agent data";
const USER_COLUMNS =
  "id version session_epoch state username email email_verified_at locale active admin superuser roles blocked_since blocked_until blocked_reason created_at updated_at last_sign_in_at";

/** The columns of {@link prepareJoin}, by their place in its rows. */
export const JOIN_COLUMNS: readonly string[] = [
  ...SESSION_COLUMNS.split(" ").map((column) => `s.${column}`),
  ...USER_COLUMNS.split(" ").map((column) => `u.${column}`),
];

/** Everything that a session check answers with, in one prepared join. Rows are arrays, the quickest that there is. */
export function prepareJoin(database: DatabaseSyncInstance): StatementSyncInstance {
  const join = database.prepare(
    `SELECT ${JOIN_COLUMNS.join(", ")} FROM watchword_sessions s JOIN watchword_users u ON u.id = s.user_id WHERE s.token_hash = ?`,
  );
  join.setReturnArrays(true);
  return join;
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

/** The token of session number `index`: known again without keeping a million of them. */
export function tokenOf(index: number): string {
  return sha256(`bench token ${index}`);
}

/** Puts `count` live sessions into the tables at once, shared out among the users. Ends only when all are on the disk. */
export function insertSessions(
  database: DatabaseSyncInstance,
  userIds: readonly string[],
  count: number,
): void {
  const now = Date.now();
  const insert = database.prepare(
    `INSERT INTO watchword_sessions (token_hash, id, user_id, epoch, created_at, last_seen_at, expires_at, absolute_end, authenticated_at, methods, ip, user_agent, data)
     SELECT ?, ?, id, session_epoch, ?, ?, ?, ?, ?, '["password"]', '192.0.2.1', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', '{}'
     FROM watchword_users WHERE id = ?`,
  );
  // A million rows in the order of random hashes touch every page again and again: they shall stay in memory meanwhile.
  database.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -524288; BEGIN IMMEDIATE");
  for (let index = 0; index < count; index++)
    insert.run(
      sha256(tokenOf(index)),
      v7({ msecs: now, random: randomBytes(16) }),
      now,
      now,
      now + 10 * 86_400_000,
      now + 30 * 86_400_000,
      now,
      userIds[index % userIds.length] ?? "",
    );
  database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA cache_size = -2048");
}
