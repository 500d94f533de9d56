import { isInForce } from "../blocks/gate.js";
import type { User, UserWithData } from "../space/contract.js";
import type { UserRecord } from "../store/contract.js";

/** What everybody but the store sees of a user. */
export function toUser(record: UserRecord, now: number): User {
  const blocked = record.blocked;
  return {
    id: record.id,
    number: record.number,
    username: record.username,
    email: record.email,
    emailVerifiedAt: toDate(record.emailVerifiedAt),
    locale: record.locale,
    active: record.active,
    admin: record.admin,
    superuser: record.superuser,
    roles: record.roles,
    blocked: isInForce(blocked, now)
      ? { since: new Date(blocked.since), until: toDate(blocked.until), reason: blocked.reason }
      : null,
    secondFactor: record.secondFactor,
    createdAt: new Date(record.createdAt),
    updatedAt: new Date(record.updatedAt),
    lastSignInAt: toDate(record.lastSignInAt),
  };
}

export function toUserWithData(record: UserRecord, now: number): UserWithData {
  return { ...toUser(record, now), data: JSON.parse(record.data) };
}

function toDate(time: number | null): Date | null {
  return time === null ? null : new Date(time);
}
