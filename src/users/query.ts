import { optionalText, requireKnownFields, requireText } from "../base/input.js";
import { type IdentifierMode, idKey, keysOfTyped } from "../base/keys.js";
import type { UserQuery, UserReference } from "../space/contract.js";
import type { UserFilter } from "../store/contract.js";

/** The keys under which a reference may be found; none where nobody can have such a name. */
export function keysOfReference(reference: UserReference, mode: IdentifierMode): string[] {
  requireKnownFields(reference, { id: true, username: true, email: true }, "users.find");
  if ("id" in reference) return [idKey(requireText(reference.id, "id"))];
  // Text that cannot be a name is nobody's; the key that it would have is looked up all the same.
  if ("username" in reference)
    return keysOfTyped(requireText(reference.username, "username"), mode).filter(isUsername);
  return keysOfTyped(requireText(reference.email, "email"), mode).filter((key) => !isUsername(key));
}

function isUsername(key: string): boolean {
  return key.startsWith("u:");
}

/** A query as the store takes it. */
export function toFilter(query: UserQuery, now: number): UserFilter {
  const text = optionalText(query.search, "search", 320);
  return {
    ...(text === undefined || text === "" ? {} : { text }),
    ...(query.active === undefined ? {} : { active: query.active }),
    ...(query.admin === undefined ? {} : { admin: query.admin }),
    ...(query.superuser === undefined ? {} : { superuser: query.superuser }),
    ...(query.verified === undefined ? {} : { verified: query.verified }),
    ...(query.blocked === undefined ? {} : { blocked: { is: query.blocked, now } }),
    ...(query.role === undefined ? {} : { role: requireText(query.role, "role", 64) }),
  };
}
