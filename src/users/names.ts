import { WatchwordError } from "../base/errors.js";
import { optionalText } from "../base/input.js";
import {
  emailKey,
  type IdentifierMode,
  idKey,
  numberKey,
  originKey,
  parseEmail,
  parseUsername,
  usernameKey,
} from "../base/keys.js";
import type { UserOrigin } from "../space/contract.js";
import type { KeyRecord } from "../store/contract.js";

/** A user's names, parsed: as they are stored and shown. */
export interface ParsedNames {
  readonly username: string | null;
  readonly email: string | null;
}

/**
 * Parses what was given as names.
 * @param before - The names that the user has. Imports bring usernames with an `@` that are not the user's address; such a
 * one may stay while other things change.
 * @throws WatchwordError `invalid-identifier` for a name that cannot be one, or a username that is somebody's email.
 */
export function parseNames(
  input: { readonly username?: unknown; readonly email?: unknown },
  before: ParsedNames = { username: null, email: null },
): ParsedNames {
  const typedUsername = optionalText(input.username ?? undefined, "username");
  const typedEmail = optionalText(input.email ?? undefined, "email");
  const username = typedUsername === undefined ? null : parseUsername(typedUsername);
  const email = typedEmail === undefined ? null : parseEmail(typedEmail);
  // In the form that becomes the key: a full-width @ would turn into a plain one there.
  const isNew = username !== before.username || isSameAddress(username ?? "", before.email);
  if (isNew && username?.normalize("NFKC").includes("@") && !isSameAddress(username, email))
    throw new WatchwordError(
      "invalid-identifier",
      "A username with an @ must be the user's own email address; choose one without, or give the same as email.",
      { details: { field: "username" } },
    );
  return { username, email };
}

/** Whether a username is just the user's own email address. */
export function isSameAddress(username: string, email: string | null): boolean {
  if (email === null) return false;
  try {
    return parseEmail(username).toLowerCase() === email.toLowerCase();
  } catch (error) {
    if (error instanceof WatchwordError) return false;
    throw error;
  }
}

export function idKeyRecord(id: string): KeyRecord {
  return { key: idKey(id), kind: "id", value: id };
}

export function usernameKeyRecord(username: string, mode: IdentifierMode): KeyRecord {
  return { key: usernameKey(username, mode), kind: "username", value: username };
}

export function emailKeyRecord(email: string, mode: IdentifierMode): KeyRecord {
  return { key: emailKey(email, mode), kind: "email", value: email };
}

export function numberKeyRecord(number: number): KeyRecord {
  return { key: numberKey(number), kind: "number", value: String(number) };
}

export function originKeyRecord(origin: UserOrigin): KeyRecord {
  return { key: originKey(origin), kind: "origin", value: origin.id };
}

/** The error for a key that somebody else holds. */
export function takenError(key: string): WatchwordError {
  if (key.startsWith("o:"))
    return new WatchwordError(
      "conflict",
      "Another user has this origin; look that user up by it, or leave the origin out.",
      { details: { field: "origin" } },
    );
  return key.startsWith("e:")
    ? new WatchwordError(
        "email-taken",
        "Another user has this email address; give another one, or look that user up.",
        {
          details: { field: "email" },
        },
      )
    : new WatchwordError("username-taken", "Another user has this username; choose another one.", {
        details: { field: "username" },
      });
}
