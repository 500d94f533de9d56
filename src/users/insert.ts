import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import type { IdentifierMode } from "../base/keys.js";
import type { BlockGate } from "../blocks/gate.js";
import type { NewUserInput } from "../space/contract.js";
import type { PasswordRecord, Store, UserRecord } from "../store/contract.js";
import { pendingBefore } from "./lookup.js";
import { emailKeyRecord, idKeyRecord, type ParsedNames, takenError, usernameKeyRecord } from "./names.js";
import { newUserRecord } from "./new-user.js";

/**
 * Writes a new user with a password that is hashed already, and claims the names, in one step.
 * @throws WatchwordError `username-taken`, `email-taken`, `name-blocked`, `invalid-input`
 */
export async function insertUser(
  deps: {
    readonly store: Store;
    readonly clock: Clock;
    readonly mode: IdentifierMode;
    readonly gate: BlockGate;
  },
  input: NewUserInput,
  names: ParsedNames,
  password: PasswordRecord | null,
): Promise<UserRecord> {
  await deps.gate.requireFree(deps.gate.keysOf(names));
  const now = deps.clock.now();
  const user = newUserRecord(input, names, now);
  const keys = [idKeyRecord(user.id)];
  if (names.username !== null) keys.push(usernameKeyRecord(names.username, deps.mode));
  if (names.email !== null) keys.push(emailKeyRecord(names.email, deps.mode));
  const events = [auditEvent("user.created", { now, userId: user.id }, input)];
  const created = await deps.store.createUser({ user, keys, password }, pendingBefore(now), events);
  if (created.status === "taken") throw takenError(created.key);
  return deps.gate.settle(user);
}
