import { sha256 } from "../base/crypto.js";
import { WatchwordError } from "../base/errors.js";
import { idKey, originKey } from "../base/keys.js";
import { type Fields, toTagged, type Value } from "../base/values.js";
import type { Json } from "../space/contract.js";
import type { FactorRecord, KeyRecord, NewUser, PasswordRecord, SessionRecord } from "../store/contract.js";
import { type Claim, numberIn } from "./names.js";
import type { ImportedSession, ImportedUser } from "./source.js";

/** The most that an application may write on a user, in bytes. What comes along may be more. */
export const DATA_LIMIT = 64 * 1024;
const MOST_ROLES = 100;
const LONGEST_ROLE = 64;

/** How to call somebody in a report. */
export function whoIs(user: Pick<ImportedUser, "username" | "email" | "origin">): string {
  return user.username || user.email || `${user.origin.system} ${user.origin.id}`;
}

/** What is known of somebody on the way into the store. */
interface Facts {
  readonly user: ImportedUser;
  readonly id: string;
  readonly claims: readonly Claim[];
  /** Values that found no place of their own, by the name to keep them under. */
  readonly kept: readonly (readonly [field: string, value: Value])[];
  readonly password: PasswordRecord | null;
  readonly factors: readonly FactorRecord[];
  readonly now: number;
}

export interface Person extends Facts {
  /** What is laid into the store, with the names that are left to the person. */
  readonly record: NewUser;
}

/** Made while the batch before is being written, so that the store never waits for it. */
export function personOf(facts: Facts): Person {
  return { ...facts, record: newUserOf(facts) };
}

function newUserOf(person: Facts): NewUser {
  const { user, id, claims, password, now } = person;
  const username = claims.find((claim) => claim.kind === "username")?.value ?? null;
  const email = claims.find((claim) => claim.kind === "email")?.value ?? null;
  const createdAt = wholeTime(user.createdAt) ?? now;
  const locale = localeOf(user.locale);
  const roles = rolesOf(user.roles);
  const kept = [...person.kept];
  if (user.locale !== null && user.locale !== "" && locale === null) kept.push(["locale", user.locale]);
  if (user.roles.length > 0 && roles.length !== new Set(user.roles).size) kept.push(["roles", user.roles]);
  const keys: KeyRecord[] = [
    { key: idKey(id), kind: "id", value: id },
    { key: originKey(user.origin), kind: "origin", value: user.origin.id },
    ...claims.map(({ key, kind, value }): KeyRecord => ({ key, kind, value })),
  ];
  return {
    user: {
      id,
      version: 1,
      sessionEpoch: 1,
      state: "active",
      number: numberIn(claims),
      username,
      email,
      emailVerifiedAt:
        email !== null && user.emailVerified ? (wholeTime(user.emailVerifiedAt) ?? createdAt) : null,
      locale,
      active: user.active,
      admin: user.admin,
      superuser: user.superuser,
      roles,
      blocked: user.blocked,
      secondFactor: null,
      data: dataText(user.data, kept),
      createdAt,
      updatedAt: wholeTime(user.updatedAt) ?? createdAt,
      lastSignInAt: wholeTime(user.lastSignInAt),
    },
    keys,
    password,
    ...(person.factors.length === 0 ? {} : { factors: person.factors }),
  };
}

/** A live session under the rules of this space from now on: its end there is never put off by the move. */
export function sessionOf(
  session: ImportedSession,
  userId: string,
  id: string,
  policy: { readonly idle: number; readonly absolute: number | null },
  now: number,
): SessionRecord {
  const createdAt = wholeTime(session.createdAt) ?? now;
  const absoluteEnd = policy.absolute === null ? null : now + policy.absolute;
  const ends = [wholeTime(session.expiresAt), now + policy.idle, absoluteEnd].filter((end) => end !== null);
  return {
    id,
    tokenHash: sha256(session.token),
    userId,
    epoch: 1,
    createdAt,
    lastSeenAt: Math.max(createdAt, Math.min(now, createdAt)),
    expiresAt: Math.min(...ends),
    absoluteEnd,
    authenticatedAt: createdAt,
    methods: ["password"],
    ip: session.ip,
    userAgent: session.userAgent?.slice(0, 512) ?? null,
    data: "{}",
  };
}

/**
 * JSON text of the data. A field that the application has already keeps its place; what is added takes the next free
 * name. A field that cannot be written stands as unsupported.
 */
function dataText(data: Fields, kept: readonly (readonly [string, Value])[]): string {
  const all = kept.length === 0 ? data : withKept(data, kept);
  const entries = Array.from(all, ([field, value]) => [field, fieldJson(value)] as const);
  // A field whose name begins with $ would make the whole of it a list of pairs; the data of a user is an object.
  const isDict = entries.some(([field]) => field.startsWith("$"));
  return JSON.stringify(isDict ? { data: { $dict: entries } } : Object.fromEntries(entries));
}

function withKept(data: Fields, kept: readonly (readonly [string, Value])[]): Fields {
  const all = new Map<string, Value>(data);
  for (const [field, value] of kept) {
    let name = field;
    for (let number = 2; all.has(name) && !sameValue(all.get(name), value); number++)
      name = `${field}_${number}`;
    all.set(name, value);
  }
  return all;
}

/** The value of one field, as deep as it may be inside of the object. */
function fieldJson(value: Value): Json {
  try {
    return toTagged(value, 1);
  } catch (error) {
    if (!(error instanceof WatchwordError)) throw error;
    return { $unsupported: error.message };
  }
}

function sameValue(one: Value | undefined, other: Value): boolean {
  return (
    one !== undefined && (one === other || JSON.stringify(toTagged(one)) === JSON.stringify(toTagged(other)))
  );
}

function wholeTime(time: number | null): number | null {
  return time === null || !Number.isFinite(time) || Math.abs(time) > 8.64e15 ? null : Math.round(time);
}

function rolesOf(roles: readonly string[]): readonly string[] {
  if (roles.length === 0) return roles;
  return [...new Set(roles)]
    .filter((role) => role !== "" && role.length <= LONGEST_ROLE)
    .slice(0, MOST_ROLES);
}

/** A language tag (BCP 47); `de_AT.UTF-8` of Unix and WordPress's `pt_BR` are meant so, too. */
function localeOf(locale: string | null): string | null {
  if (locale === null || locale === "" || locale.length > 35) return null;
  try {
    return new Intl.Locale(locale.replace(/[.@].*$/, "").replaceAll("_", "-")).toString();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
