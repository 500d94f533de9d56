import { DAY } from "../base/clock.js";
import { originKey } from "../base/keys.js";
import type { Store, UserChange } from "../store/contract.js";
import { IMPORTED } from "./passwords.js";
import type { Person } from "./person.js";

/**
 * Brings somebody up to date who was imported before: rights, block, language, verification and data as the source has
 * them now. What the application wrote beside stays; so do names, and a password that was changed here since.
 */
export async function updateUser(store: Store, person: Person, now: number): Promise<"updated" | "gone"> {
  const found = await store.findSignIn([originKey(person.user.origin)]);
  if (found === null) return "gone";
  const { user: next } = person.record;
  const before = found.user;
  const change: UserChange = {
    active: next.active,
    admin: next.admin,
    superuser: next.superuser,
    roles: next.roles,
    blocked: next.blocked,
    locale: next.locale ?? before.locale,
    data: JSON.stringify({ ...JSON.parse(before.data), ...JSON.parse(next.data) }),
    ...(before.email !== null && before.email === next.email && before.emailVerifiedAt === null
      ? { emailVerifiedAt: next.emailVerifiedAt }
      : {}),
    ...((next.lastSignInAt ?? 0) > (before.lastSignInAt ?? 0) && next.lastSignInAt !== null
      ? { lastSignInAt: next.lastSignInAt }
      : {}),
    ...((next.blocked !== null && before.blocked === null) || (!next.active && before.active)
      ? { raiseEpoch: true }
      : {}),
  };
  const written = await store.updateUser(before.id, null, change, now, now - DAY, []);
  if (written.status !== "updated") return "gone";
  const at = found.password;
  if (
    person.password !== null &&
    at?.hash !== person.password.hash &&
    (at === null || at.flags.includes(IMPORTED))
  )
    await store.replacePassword(before.id, at?.hash ?? null, person.password, { raiseEpoch: false, now }, []);
  return "updated";
}
