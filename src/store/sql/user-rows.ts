import type { BlockState, UserRecord } from "../contract.js";
import type { SqlValue } from "./operation.js";
import { readTexts, writeTexts } from "./texts.js";

export type UserRow = {
  readonly id: string;
  readonly version: number;
  readonly session_epoch: number;
  readonly state: UserRecord["state"];
  readonly username: string | null;
  readonly email: string | null;
  readonly email_verified_at: number | null;
  readonly locale: string | null;
  readonly active: number;
  readonly admin: number;
  readonly superuser: number;
  readonly roles: string;
  readonly blocked_since: number | null;
  readonly blocked_until: number | null;
  readonly blocked_reason: string | null;
  readonly second_factor: UserRecord["secondFactor"];
  readonly number: number | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly last_sign_in_at: number | null;
  readonly data: string;
};

export const USER_COLUMNS =
  "id, version, session_epoch, state, username, email, email_verified_at, locale, active, admin, superuser, roles, " +
  "blocked_since, blocked_until, blocked_reason, second_factor, number, created_at, updated_at, last_sign_in_at, data";

export function readUser(row: UserRow): UserRecord {
  return {
    id: row.id,
    version: row.version,
    sessionEpoch: row.session_epoch,
    state: row.state,
    number: row.number,
    username: row.username,
    email: row.email,
    emailVerifiedAt: row.email_verified_at,
    locale: row.locale,
    active: row.active === 1,
    admin: row.admin === 1,
    superuser: row.superuser === 1,
    roles: readTexts(row.roles),
    blocked: readBlock(row.blocked_since, row.blocked_until, row.blocked_reason),
    secondFactor: row.second_factor,
    data: row.data,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastSignInAt: row.last_sign_in_at,
  };
}

export function readBlock(
  since: number | null,
  until: number | null,
  reason: string | null,
): BlockState | null {
  return since === null ? null : { since, until, reason };
}

/** In the order of {@link USER_COLUMNS}. */
export function writeUser(user: UserRecord): SqlValue[] {
  return [
    user.id,
    user.version,
    user.sessionEpoch,
    user.state,
    user.username,
    user.email,
    user.emailVerifiedAt,
    user.locale,
    Number(user.active),
    Number(user.admin),
    Number(user.superuser),
    writeTexts(user.roles),
    user.blocked?.since ?? null,
    user.blocked?.until ?? null,
    user.blocked?.reason ?? null,
    user.secondFactor,
    user.number,
    user.createdAt,
    user.updatedAt,
    user.lastSignInAt,
    user.data,
  ];
}
