import { newToken, sha256 } from "#dist/base/crypto.js";
import { newId } from "#dist/base/ids.js";
import { idKey } from "#dist/base/keys.js";
import type {
  AuditEvent,
  CodeRecord,
  KeyRecord,
  MailEvent,
  NewUser,
  PasswordRecord,
  SessionRecord,
  SettingsRecord,
  UserRecord,
} from "#dist/store/contract.js";

/** A moment in 2026, from which all times of the suite are counted. */
export const NOW = 1_780_000_000_000;
export const DAY = 86_400_000;

export function userKey(username: string): KeyRecord {
  return { key: `u:${username.toLowerCase()}`, kind: "username", value: username };
}

export function emailKey(email: string): KeyRecord {
  return { key: `e:${email.toLowerCase()}`, kind: "email", value: email };
}

export function numberKey(number: number): KeyRecord {
  return { key: `n:${number}`, kind: "number", value: String(number) };
}

/** A user with the keys that its names give. */
export function sampleUser(user: Partial<UserRecord> = {}, password: PasswordRecord | null = null): NewUser {
  const createdAt = user.createdAt ?? NOW;
  const full: UserRecord = {
    id: newId(createdAt),
    version: 1,
    sessionEpoch: 0,
    state: "active",
    number: null,
    username: null,
    email: null,
    emailVerifiedAt: null,
    locale: null,
    active: true,
    admin: false,
    superuser: false,
    roles: [],
    blocked: null,
    secondFactor: null,
    data: "{}",
    createdAt,
    updatedAt: createdAt,
    lastSignInAt: null,
    ...user,
  };
  const keys: KeyRecord[] = [{ key: idKey(full.id), kind: "id", value: full.id }];
  if (full.number !== null) keys.push(numberKey(full.number));
  if (full.username !== null) keys.push(userKey(full.username));
  if (full.email !== null) keys.push(emailKey(full.email));
  return { user: full, keys, password };
}

export function samplePassword(hash: string, more: Partial<PasswordRecord> = {}): PasswordRecord {
  return {
    hash,
    scheme: "argon2id",
    normalization: "nfkc",
    pepperId: null,
    flags: [],
    changedAt: NOW,
    ...more,
  };
}

export function sampleSession(userId: string, more: Partial<SessionRecord> = {}): SessionRecord {
  const createdAt = more.createdAt ?? NOW;
  return {
    id: newId(createdAt),
    tokenHash: sha256(newToken()),
    userId,
    epoch: 0,
    createdAt,
    lastSeenAt: createdAt,
    expiresAt: createdAt + 10 * DAY,
    absoluteEnd: createdAt + 30 * DAY,
    authenticatedAt: createdAt,
    methods: ["password"],
    ip: "203.0.113.7",
    userAgent: "Suite/1.0",
    data: "{}",
    ...more,
  };
}

/** Handed over, with five tries, and secrets whose hashes are "short" and "link". */
export function sampleCode(more: Partial<CodeRecord> = {}): CodeRecord {
  return {
    id: newId(NOW),
    userId: newId(NOW),
    slot: "default",
    purposes: ["verify-email"],
    address: "ada@example.com",
    ticketHash: sha256(newToken()),
    shortHash: "short",
    linkHash: "link",
    shortExpiresAt: NOW + 600_000,
    linkExpiresAt: NOW + 3_600_000,
    triesLeft: 5,
    createdAt: NOW,
    endsAt: NOW + DAY,
    payload: "{}",
    usedAt: null,
    ...more,
  };
}

export function sampleAudit(more: Partial<AuditEvent> = {}): AuditEvent {
  const at = more.at ?? NOW;
  return {
    type: "audit",
    id: newId(at),
    at,
    action: "user.created",
    userId: null,
    actor: "system",
    ip: null,
    userAgent: null,
    requestId: null,
    details: "{}",
    ...more,
  };
}

export function sampleMail(more: Partial<MailEvent> = {}): MailEvent {
  const at = more.at ?? NOW;
  return {
    type: "mail",
    id: newId(at),
    at,
    template: "verify-email",
    to: "ada@example.com",
    userId: null,
    locale: "en",
    codeId: null,
    payload: "{}",
    ...more,
  };
}

export function sampleSettings(more: Partial<SettingsRecord> = {}): SettingsRecord {
  return {
    spaceId: newId(NOW),
    name: "suite",
    identifiers: "folded",
    sessionPolicy: { idle: 10 * DAY, absolute: null },
    oldestProgram: 1,
    baseUrl: null,
    sendsMail: false,
    secretFingerprints: ["first"],
    createdAt: NOW,
    version: 1,
    ...more,
  };
}

/** What `count` callers at once are answered. */
export function together<T>(count: number, call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => call(index)));
}

/** How many of the answers have this status. */
export function countOf(answers: readonly { readonly status: string }[], status: string): number {
  return answers.filter((answer) => answer.status === status).length;
}
