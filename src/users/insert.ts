import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { requireBoolean } from "../base/input.js";
import type { IdentifierMode } from "../base/keys.js";
import type { BlockGate } from "../blocks/gate.js";
import type { NewUserInput } from "../space/contract.js";
import type { PasswordRecord, Store, UserRecord } from "../store/contract.js";
import { pendingBefore } from "./lookup.js";
import {
  emailKeyRecord,
  idKeyRecord,
  numberKeyRecord,
  originKeyRecord,
  type ParsedNames,
  takenError,
  usernameKeyRecord,
} from "./names.js";
import { newUserRecord } from "./new-user.js";
import { isNumberKey, numbersFor } from "./numbers.js";
import { requireNewOrigin } from "./query.js";

/**
 * Writes a new user with a password that is hashed already, and claims the names, in one step.
 * @throws WatchwordError `username-taken`, `email-taken`, `name-blocked`, `invalid-input`, `conflict` where there are no more numbers
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
  const isNumbered = input.numbered !== undefined && requireBoolean(input.numbered, "numbered");
  await deps.gate.requireFree(deps.gate.keysOf(names));
  const now = deps.clock.now();
  const record = newUserRecord(input, names, now);
  const keys = [idKeyRecord(record.id)];
  if (names.username !== null) keys.push(usernameKeyRecord(names.username, deps.mode));
  if (names.email !== null) keys.push(emailKeyRecord(names.email, deps.mode));
  if (input.origin !== undefined) keys.push(originKeyRecord(requireNewOrigin(input.origin)));
  const events = [auditEvent("user.created", { now, userId: record.id }, input)];
  const draw = numbersFor(deps.store);
  for (;;) {
    const number = isNumbered ? await draw() : null;
    const user = { ...record, number };
    const claimed = number === null ? keys : [...keys, numberKeyRecord(number)];
    const next = { user, keys: claimed, password };
    const created = await deps.store.createUser(next, pendingBefore(now), events);
    if (created.status === "created") return deps.gate.settle(user);
    if (!isNumberKey(created.key)) throw takenError(created.key);
  }
}
