import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { optionalText, requireText } from "../base/input.js";
import { type IdentifierMode, keysOfTyped } from "../base/keys.js";
import { everyItem, pageSize } from "../base/pages.js";
import type { BlockGate } from "../blocks/gate.js";
import { MAILED_PURPOSES } from "../codes/purposes.js";
import type { Failures } from "../limits/failures.js";
import type { Guard } from "../limits/guard.js";
import { OWN_CHANGES } from "../limits/rules.js";
import { laneOf, type PasswordWork } from "../passwords/password-work.js";
import type { NewUserInput, PasswordsService, UsersService, UserWithData } from "../space/contract.js";
import type { PasswordRecord, Store, UserRecord } from "../store/contract.js";
import { createBlocking } from "./blocking.js";
import type { UserChanges } from "./change.js";
import { readCursor, writeCursor } from "./cursor.js";
import { createUserData } from "./data.js";
import type { Deletion } from "./deletion.js";
import { insertUser } from "./insert.js";
import { type ParsedNames, parseNames, takenError } from "./names.js";
import { parseRoles, requireRightsToCreate } from "./new-user.js";
import { notice } from "./notices.js";
import { createNumbering } from "./numbers.js";
import { planUpdate } from "./plan-update.js";
import { keysOfReference, toFilter } from "./query.js";
import { createSignInRecord } from "./record-sign-in.js";
import { toUserWithData } from "./records.js";
import {
  requireAdministratorOf,
  requireRightToSetAddress,
  requireSelfOrAdministrator,
  requireSuperuser,
} from "./rights.js";
import { createSecondFactorChoice } from "./second-factor.js";
import { createUnlocking } from "./unlock.js";

export interface UsersDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly mode: IdentifierMode;
  readonly passwords: PasswordWork;
  readonly failures: Failures;
  readonly guard: Guard;
  readonly gate: BlockGate;
  readonly changes: UserChanges;
  readonly deletion: Deletion;
  readonly confirmPassword: PasswordsService["confirm"];
}

export function createUsers(deps: UsersDeps): UsersService {
  const { store, clock, mode, passwords, failures, guard, gate, changes, deletion, confirmPassword } = deps;
  const { read, change } = changes;
  const shown = (record: UserRecord): UserWithData => toUserWithData(record, clock.now());

  async function limitOwnChanges(id: string): Promise<void> {
    const limited = await guard.pass([[`own-change:${id}`, OWN_CHANGES]]);
    if (limited !== null)
      throw new WatchwordError("too-many-requests", "You changed your account very often; wait a while.", {
        retryAfter: limited.retryAfter,
        quota: limited,
      });
  }

  async function firstPassword(input: NewUserInput, names: ParsedNames): Promise<PasswordRecord | null> {
    const typed = optionalText(input.password, "password");
    if (input.passwordHash !== undefined) {
      if (typed !== undefined)
        throw new WatchwordError("invalid-input", "Give password or passwordHash, not both.", {
          details: { field: "passwordHash" },
        });
      return passwords.layDown(input.passwordHash, laneOf(input));
    }
    if (typed === undefined) return null;
    const review = await passwords.review(typed, names);
    if (review.status === "password-refused")
      throw new WatchwordError("password-refused", review.message, {
        details: { field: "password", reason: review.reason },
      });
    return passwords.make(typed, laneOf(input));
  }

  return {
    data: createUserData(deps),

    async create(input) {
      requireRightsToCreate(input);
      const names = parseNames(input);
      if (names.username === null && names.email === null)
        throw new WatchwordError(
          "invalid-input",
          "A user needs a username or an email address; give at least one.",
        );
      const password = await firstPassword(input, names);
      return shown(await insertUser(deps, input, names, password));
    },

    async find(reference) {
      const user = await store.findUser(keysOfReference(reference, mode));
      return user === null ? null : shown(user);
    },

    async findByIdentifier(identifier) {
      const user = await store.findUser(keysOfTyped(requireText(identifier, "identifier"), mode));
      return user === null ? null : shown(user);
    },

    async get(id) {
      return shown(await read(id));
    },

    async list(query = {}) {
      const size = pageSize(query.size);
      const order = query.order ?? "created";
      const rows = await store.listUsers({
        filter: toFilter(query, clock.now()),
        order,
        after: query.after === undefined ? null : readCursor(query.after),
        size: size + 1,
      });
      const page = rows.slice(0, size);
      const last = page.at(-1);
      const next = rows.length > size && last !== undefined ? writeCursor(last, order) : null;
      return { items: page.map(shown), next };
    },

    all(query = {}) {
      return everyItem((after) =>
        this.list({ ...query, size: 500, ...(after === undefined ? {} : { after }) }),
      );
    },

    count: async (query = {}) => store.countUsers(toFilter(query, clock.now())),

    async update(id, input, context = {}) {
      if (context.actor?.type === "user" && context.actor.id === id) await limitOwnChanges(id);
      const before = await read(id);
      const updated = await change(id, async (user, now) => {
        requireSelfOrAdministrator(user, context, "change this user");
        if (input.email !== undefined || input.emailVerified !== undefined)
          requireRightToSetAddress(user, context);
        const planned = planUpdate(user, input, mode, now, context);
        const keys = (planned.change.addKeys ?? []).map(({ key }) => key);
        const blocked = await gate.find(keys);
        // To the person themselves a blocked name looks like a taken one, as it does at sign-up.
        if (blocked !== null && context.actor?.type === "user" && context.actor.id === id)
          throw takenError(blocked.key);
        await gate.requireFree(keys);
        return planned;
      });
      // What was mailed to the old address must open nothing any more.
      if (updated.email !== before.email) await store.discardCodes(id, MAILED_PURPOSES);
      return shown(await gate.settle(updated));
    },

    async changePermissions(id, input, { keepSessions = false, ...context } = {}) {
      const roles = input.roles === undefined ? undefined : parseRoles(input.roles);
      if (input.superuser === false || input.active === false)
        await deletion.requireAnotherSuperuser(await read(id), context);
      const updated = await change(id, (user, now) => {
        requireAdministratorOf(user, context, "change permissions");
        if (keepSessions) requireSuperuser(context, "keep the sessions of somebody who loses rights");
        if (input.admin !== undefined || input.superuser !== undefined)
          requireSuperuser(context, "make or unmake administrators");
        const less =
          (input.active === false && user.active) ||
          (input.admin === false && user.admin) ||
          (input.superuser === false && user.superuser);
        const changed = {
          ...(input.active === undefined ? {} : { active: input.active }),
          ...(input.admin === undefined ? {} : { admin: input.admin }),
          ...(input.superuser === undefined ? {} : { superuser: input.superuser }),
          ...(roles === undefined ? {} : { roles }),
        };
        return {
          change: { ...changed, ...(less && !keepSessions ? { raiseEpoch: true } : {}) },
          events: [
            auditEvent("user.permissions-changed", { now, userId: id, details: changed }, context),
            ...notice("permissions-changed", user, now, permissionsAfter(user, changed)),
          ],
        };
      });
      return shown(updated);
    },

    ...createBlocking({ store, clock, gate, changes }),
    assignNumber: createNumbering({ store, clock, changes }),
    recordSignIn: createSignInRecord({ store, clock, changes }),
    unlock: createUnlocking({ store, clock, failures, changes }),
    setSecondFactor: createSecondFactorChoice({ store, clock, changes, confirmPassword }),

    async delete(id, { blocks, ...context } = {}) {
      const user = await read(id);
      requireSelfOrAdministrator(user, context, "delete this user");
      await deletion.requireAnotherSuperuser(user, context);
      await deletion.delete(user, blocks, context);
    },
  };
}

/** The rights as they will be, for the mail about them. */
function permissionsAfter(user: UserRecord, changed: Partial<UserRecord>) {
  const { active, admin, superuser, roles } = { ...user, ...changed };
  return { active, admin, superuser, roles };
}
