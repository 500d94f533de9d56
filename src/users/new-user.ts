import { WatchwordError } from "../base/errors.js";
import { newId } from "../base/ids.js";
import { optionalText, requireJsonObject, requireText } from "../base/input.js";
import type { NewUserInput } from "../space/contract.js";
import type { UserRecord } from "../store/contract.js";
import { DATA_LIMIT } from "./data.js";
import { requireAdministrator, requireSuperuser } from "./rights.js";

/** @throws WatchwordError `not-allowed` */
export function requireRightsToCreate(input: NewUserInput): void {
  requireAdministrator(input, "create users");
  if (input.admin === true || input.superuser === true) requireSuperuser(input, "make administrators");
  // Administrators start a reset; they do not choose passwords (ASVS 5.0, 6.4.6).
  if (input.password !== undefined) requireSuperuser(input, "choose somebody's password");
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
    username: names.username,
    email: names.email,
    emailVerifiedAt: names.email !== null && input.emailVerified === true ? now : null,
    locale: optionalText(input.userLocale ?? input.locale, "userLocale", 35) ?? null,
    active: input.active ?? true,
    admin: input.admin ?? false,
    superuser: input.superuser ?? false,
    roles: parseRoles(input.roles ?? []),
    blocked: null,
    data: requireJsonObject(input.data ?? {}, "data", DATA_LIMIT),
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
