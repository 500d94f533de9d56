import { WatchwordError } from "../base/errors.js";
import { newId } from "../base/ids.js";
import {
  optionalText,
  requireJsonObject,
  requireKnownFields,
  requireText,
  USER_DATA_LIMIT,
} from "../base/input.js";
import type { NewUserInput } from "../space/contract.js";
import type { UserRecord } from "../store/contract.js";
import { parseLocale } from "./locale.js";
import { requireAdministrator, requireSuperuser } from "./rights.js";

/** A misspelt field would be left out without a word: a user without a password, for one. */
const NEW_USER_FIELDS: { readonly [Field in keyof Required<NewUserInput>]: true } = {
  username: true,
  email: true,
  password: true,
  passwordHash: true,
  emailVerified: true,
  userLocale: true,
  active: true,
  admin: true,
  superuser: true,
  roles: true,
  data: true,
  numbered: true,
  origin: true,
  actor: true,
  ip: true,
  userAgent: true,
  locale: true,
  requestId: true,
};

/** @throws WatchwordError `not-allowed`, `invalid-input` for a field that there is not */
export function requireRightsToCreate(input: NewUserInput): void {
  requireKnownFields(input, NEW_USER_FIELDS, "users.create");
  requireAdministrator(input, "create users");
  if (input.admin === true || input.superuser === true) requireSuperuser(input, "make administrators");
  // Administrators start a reset; they do not choose passwords (ASVS 5.0, 6.4.6).
  if (input.password !== undefined || input.passwordHash !== undefined)
    requireSuperuser(input, "choose somebody's password");
}

/** The record of a user that is being created, from what was asked for and the parsed names. */
export function newUserRecord(
  input: NewUserInput,
  names: { readonly username: string | null; readonly email: string | null },
  now: number,
): UserRecord {
  return {
    id: newId(now),
    version: 1,
    sessionEpoch: 1,
    state: "active",
    number: null,
    username: names.username,
    email: names.email,
    emailVerifiedAt: names.email !== null && input.emailVerified === true ? now : null,
    locale: parseLocale(input.userLocale) ?? optionalText(input.locale, "locale", 35) ?? null,
    active: input.active ?? true,
    admin: input.admin ?? false,
    superuser: input.superuser ?? false,
    roles: parseRoles(input.roles ?? []),
    blocked: null,
    secondFactor: null,
    data: requireJsonObject(input.data ?? {}, "data", USER_DATA_LIMIT),
    createdAt: now,
    updatedAt: now,
    lastSignInAt: null,
  };
}

/** At most 100 texts, each once. @throws WatchwordError `invalid-input` */
export function parseRoles(roles: unknown): readonly string[] {
  if (!Array.isArray(roles) || roles.length > 100)
    throw new WatchwordError("invalid-input", "roles must be a list of at most 100 texts.", {
      details: { field: "roles" },
    });
  return [...new Set(roles.map((role) => requireText(role, "roles", 64)))];
}
