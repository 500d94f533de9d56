import type { SessionCheck, UserRecord } from "../contract.js";
import { readTexts } from "./texts.js";
import { readBlock } from "./user-rows.js";

/** The columns of the join by their place. */
export type CheckRow = readonly [
  id: string,
  userId: string,
  epoch: number,
  createdAt: number,
  lastSeenAt: number,
  expiresAt: number,
  absoluteEnd: number | null,
  authenticatedAt: number,
  methods: string,
  ip: string | null,
  userAgent: string | null,
  data: string,
  version: number,
  sessionEpoch: number,
  state: UserRecord["state"],
  username: string | null,
  email: string | null,
  emailVerifiedAt: number | null,
  locale: string | null,
  active: number,
  admin: number,
  superuser: number,
  roles: string,
  blockedSince: number | null,
  blockedUntil: number | null,
  blockedReason: string | null,
  secondFactor: UserRecord["secondFactor"],
  number: number | null,
  userCreatedAt: number,
  userUpdatedAt: number,
  lastSignInAt: number | null,
  userData: string,
];

/** One join by the token's hash, the one query that every request of every app pays for; `userData`: `u.data`, or nothing of it. */
export function sessionCheckSql(userData: "u.data" | "''"): string {
  return `SELECT s.id, s.user_id, s.epoch, s.created_at, s.last_seen_at, s.expires_at, s.absolute_end,
      s.authenticated_at, s.methods, s.ip, s.user_agent, s.data,
      u.version, u.session_epoch, u.state, u.username, u.email, u.email_verified_at, u.locale, u.active, u.admin,
      u.superuser, u.roles, u.blocked_since, u.blocked_until, u.blocked_reason, u.second_factor, u.number,
      u.created_at AS user_created_at,
      u.updated_at, u.last_sign_in_at, ${userData} AS user_data
    FROM watchword_sessions AS s JOIN watchword_users AS u ON u.id = s.user_id WHERE s.token_hash = ?`;
}

export function readSessionCheck(tokenHash: string, row: CheckRow): SessionCheck {
  const userId = row[1];
  return {
    session: {
      id: row[0],
      tokenHash,
      userId,
      epoch: row[2],
      createdAt: row[3],
      lastSeenAt: row[4],
      expiresAt: row[5],
      absoluteEnd: row[6],
      authenticatedAt: row[7],
      methods: readTexts(row[8]),
      ip: row[9],
      userAgent: row[10],
      data: row[11],
    },
    user: {
      id: userId,
      version: row[12],
      sessionEpoch: row[13],
      state: row[14],
      number: row[27],
      username: row[15],
      email: row[16],
      emailVerifiedAt: row[17],
      locale: row[18],
      active: row[19] === 1,
      admin: row[20] === 1,
      superuser: row[21] === 1,
      roles: readTexts(row[22]),
      blocked: readBlock(row[23], row[24], row[25]),
      secondFactor: row[26],
      data: row[31],
      createdAt: row[28],
      updatedAt: row[29],
      lastSignInAt: row[30],
    },
  };
}
