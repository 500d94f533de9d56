import { auditEvent } from "../audit/audit.js";
import { WatchwordError } from "../base/errors.js";
import { emailKey, type IdentifierMode, usernameKey } from "../base/keys.js";
import type { Context, UserChangeInput } from "../space/contract.js";
import type { StoreEvent, UserChange, UserRecord } from "../store/contract.js";
import { parseLocale } from "./locale.js";
import { emailKeyRecord, parseNames, usernameKeyRecord } from "./names.js";
import { notice } from "./notices.js";

/** What a change of names comes to: the new fields, the keys to free and to take, and who is told. */
export function planUpdate(
  user: UserRecord,
  input: UserChangeInput,
  mode: IdentifierMode,
  now: number,
  context: Context,
): { change: UserChange; events: StoreEvent[] } {
  const names = parseNames(
    {
      username: input.username === undefined ? user.username : input.username,
      email: input.email === undefined ? user.email : input.email,
    },
    user,
  );
  if (names.username === null && names.email === null)
    throw new WatchwordError("invalid-input", "A user needs a username or an email address; one must stay.");
  const emailChanged = names.email !== user.email;
  const removed = [
    ...(user.username !== null && names.username !== user.username ? [usernameKey(user.username, mode)] : []),
    ...(user.email !== null && emailChanged ? [emailKey(user.email, mode)] : []),
  ];
  const added = [
    ...(names.username !== null && names.username !== user.username
      ? [usernameKeyRecord(names.username, mode)]
      : []),
    ...(names.email !== null && emailChanged ? [emailKeyRecord(names.email, mode)] : []),
  ];
  const verified = input.emailVerified ?? (emailChanged ? false : undefined);
  return {
    change: {
      username: names.username,
      email: names.email,
      ...(verified === undefined
        ? {}
        : {
            emailVerifiedAt:
              verified && names.email !== null ? ((emailChanged ? null : user.emailVerifiedAt) ?? now) : null,
          }),
      // A code could reach nobody any more, and the person could not sign in.
      ...(names.email === null && user.secondFactor === "mail" ? { secondFactor: null } : {}),
      ...(input.userLocale === undefined ? {} : { locale: parseLocale(input.userLocale) ?? null }),
      removeKeys: removed,
      addKeys: added,
    },
    events: [
      auditEvent("user.updated", { now, userId: user.id, details: { fields: Object.keys(input) } }, context),
      // The old inbox is told, so that its owner notices a change that somebody else made.
      ...(emailChanged ? notice("email-changed", user, now, { newEmail: names.email }) : []),
    ],
  };
}
