import type { PasswordRecord, PasswordWrite, StoreEvent } from "../contract.js";
import type { Dialect } from "./dialect.js";
import { insertEvents } from "./events.js";
import { insertRows } from "./insert.js";
import { first, type Operation, run, type SqlValue } from "./operation.js";
import { readTexts, writeTexts } from "./texts.js";

export type CredentialRow = {
  readonly scheme: string;
  readonly hash: string;
  readonly normalization: PasswordRecord["normalization"];
  readonly pepper_id: string | null;
  readonly flags: string;
  readonly changed_at: number;
};

export const PASSWORD_COLUMNS = "scheme, hash, normalization, pepper_id, flags, changed_at";

export const CREDENTIAL_COLUMNS = `user_id, type, name, ${PASSWORD_COLUMNS}`;

export function* readPassword(userId: string): Operation<PasswordRecord | null> {
  const row = yield* first<CredentialRow>(
    `SELECT ${PASSWORD_COLUMNS} FROM watchword_credentials
     WHERE user_id = ? AND type = 'password' AND name = ''`,
    userId,
  );
  return row === null ? null : readPasswordRow(row);
}

export function readPasswordRow(row: CredentialRow): PasswordRecord {
  return {
    hash: row.hash,
    scheme: row.scheme,
    normalization: row.normalization,
    pepperId: row.pepper_id,
    flags: readTexts(row.flags),
    changedAt: row.changed_at,
  };
}

const REPLACES = `ON CONFLICT (user_id, type, name) DO UPDATE SET scheme = excluded.scheme, hash = excluded.hash,
  normalization = excluded.normalization, pepper_id = excluded.pepper_id, flags = excluded.flags,
  changed_at = excluded.changed_at`;

export function* writePassword(userId: string, password: PasswordRecord): Operation<void> {
  yield* writePasswords([[userId, password]]);
}

export function* writePasswords(
  passwords: readonly (readonly [userId: string, password: PasswordRecord])[],
): Operation<void> {
  yield* insertRows(
    "watchword_credentials",
    CREDENTIAL_COLUMNS,
    passwords.map(([userId, password]) => passwordRow(userId, password)),
    REPLACES,
  );
}

/** In the order of {@link CREDENTIAL_COLUMNS}. */
export function passwordRow(userId: string, password: PasswordRecord): SqlValue[] {
  return [
    userId,
    "password",
    "",
    password.scheme,
    password.hash,
    password.normalization,
    password.pepperId,
    writeTexts(password.flags),
    password.changedAt,
  ];
}

export function* replacePassword(
  dialect: Dialect,
  userId: string,
  expected: string | null | undefined,
  next: PasswordRecord | null,
  options: { readonly raiseEpoch: boolean; readonly now: number; readonly expectedEmail?: string },
  events: readonly StoreEvent[],
): Operation<PasswordWrite> {
  const user = yield* first<{ email: string | null }>(
    `SELECT email FROM watchword_users WHERE id = ?${dialect.lock}`,
    userId,
  );
  if (user === null) return { status: "not-found" };
  if (options.expectedEmail !== undefined && user.email !== options.expectedEmail)
    return { status: "conflict" };
  const current = yield* readPassword(userId);
  if (expected !== undefined && (current?.hash ?? null) !== expected) return { status: "conflict" };

  if (next !== null) yield* writePassword(userId, next);
  else
    yield* run(
      "DELETE FROM watchword_credentials WHERE user_id = ? AND type = 'password' AND name = ''",
      userId,
    );
  const updated = yield* first<{ session_epoch: number }>(
    `UPDATE watchword_users SET version = version + 1, updated_at = ?, session_epoch = session_epoch + ?
     WHERE id = ? RETURNING session_epoch`,
    options.now,
    options.raiseEpoch ? 1 : 0,
    userId,
  );
  if (updated === null) return { status: "not-found" };
  yield* insertEvents(events);
  return { status: "replaced", sessionEpoch: updated.session_epoch };
}
