import { WatchwordError } from "../base/errors.js";
import { optionalText, requireInteger, requireKnownFields, requireText } from "../base/input.js";
import { type IdentifierMode, idKey, keysOfTyped, numberKey, originKey } from "../base/keys.js";
import { LAST_NUMBER } from "../base/numbers.js";
import type { UserOrigin, UserQuery, UserReference } from "../space/contract.js";
import type { UserFilter } from "../store/contract.js";

const REFERENCES = { id: true, username: true, email: true, number: true, origin: true } as const;

/**
 * The keys under which a reference may be found; none where nobody can have such a name.
 * @throws WatchwordError `invalid-input`
 */
export function keysOfReference(reference: UserReference, mode: IdentifierMode): string[] {
  requireKnownFields(reference, REFERENCES, "users.find");
  const given = Object.keys(reference);
  if (given.length !== 1)
    throw new WatchwordError(
      "invalid-input",
      `users.find takes exactly one of ${Object.keys(REFERENCES).join(", ")}; it got ${given.join(" and ") || "none"}.`,
    );
  if ("id" in reference) return [idKey(requireText(reference.id, "id"))];
  if ("number" in reference) return [numberKey(requireInteger(reference.number, "number", 1, LAST_NUMBER))];
  if ("origin" in reference) return [originKey(requireOrigin(reference.origin))];
  // Text that cannot be a name is nobody's; the key that it would have is looked up all the same.
  if ("username" in reference)
    return keysOfTyped(requireText(reference.username, "username"), mode).filter(isUsername);
  return keysOfTyped(requireText(reference.email, "email"), mode).filter((key) => !isUsername(key));
}

/** @throws WatchwordError `invalid-input` */
export function requireOrigin(origin: UserOrigin): UserOrigin {
  requireKnownFields(origin, { system: true, id: true }, "origin");
  return { system: systemOf(origin.system), id: requireText(origin.id, "origin.id") };
}

/** As {@link requireOrigin}; an empty id would be many people's. */
export function requireNewOrigin(origin: UserOrigin): UserOrigin {
  const given = requireOrigin(origin);
  if (given.id === "")
    throw new WatchwordError("invalid-input", "origin.id is empty; give the id, or leave the origin out.", {
      details: { field: "origin.id" },
    });
  return given;
}

/** With a colon in it, `a:b` and `c` would be found as `a` and `b:c`. */
function systemOf(system: unknown): string {
  const text = requireText(system, "origin.system", 64);
  if (/^[a-z0-9-]+$/.test(text)) return text;
  throw new WatchwordError(
    "invalid-input",
    "origin.system is the name of an import source, such as pgusers; `watchword import --list` names them all.",
    { details: { field: "origin.system" } },
  );
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
