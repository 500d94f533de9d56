import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { optionalText, requireText } from "../base/input.js";
import { type IdentifierMode, idKey, keysOfTyped } from "../base/keys.js";
import { everyItem, pageSize } from "../base/pages.js";
import { MAILED_PURPOSES } from "../codes/desk.js";
import type { Failures } from "../limits/failures.js";
import type { Guard } from "../limits/guard.js";
import { OWN_CHANGES } from "../limits/rules.js";
import { laneOf, type PasswordWork } from "../passwords/password-work.js";
import type { Context, NewUserInput, UsersService, UserWithData } from "../space/contract.js";
import type { PasswordRecord, Store, StoreEvent, UserChange, UserRecord } from "../store/contract.js";
import { readCursor, writeCursor } from "./cursor.js";
import { createUserData } from "./data.js";
import { insertUser } from "./insert.js";
import { noSuchUser, pendingBefore } from "./lookup.js";
import { type ParsedNames, parseNames, takenError } from "./names.js";
import { parseRoles, requireRightsToCreate } from "./new-user.js";
import { notice } from "./notices.js";
import { planUpdate } from "./plan-update.js";
import { keysOfReference, toFilter } from "./query.js";
import { toUserWithData } from "./records.js";
import {
  isSystem,
  requireAdministratorOf,
  requireRightToSetAddress,
  requireSelfOrAdministrator,
  requireSuperuser,
} from "./rights.js";

export interface UsersDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly mode: IdentifierMode;
  readonly passwords: PasswordWork;
  readonly guard: Guard;
  readonly failures: Failures;
}

export function createUsers(deps: UsersDeps): UsersService {
  const { store, clock, mode, passwords, guard, failures } = deps;
  const shown = (record: UserRecord): UserWithData => toUserWithData(record, clock.now());

  async function read(id: string): Promise<UserRecord> {
    const user = await store.findUser([idKey(requireText(id, "id"))]);
    if (user === null) throw noSuchUser(id);
    return user;
  }

  /** Writes what `plan` makes of the user as it is; somebody else's change in between makes it plan anew. */
  async function change(
    id: string,
    plan: (
      user: UserRecord,
      now: number,
    ) => { readonly change: UserChange; readonly events: readonly StoreEvent[] },
  ): Promise<UserWithData> {
    for (let attempt = 0; attempt < 50; attempt++) {
      const user = await read(id);
      const now = clock.now();
      const planned = plan(user, now);
      const written = await store.updateUser(
        id,
        user.version,
        planned.change,
        now,
        pendingBefore(now),
        planned.events,
      );
      if (written.status === "updated") return shown(written.user);
      if (written.status === "taken") throw takenError(written.key);
      if (written.status === "not-found") throw noSuchUser(id);
    }
    throw new WatchwordError("conflict", "Too many changes to this user at once; try again.");
  }

  /** Nobody would be left to look after the space; the application and the command line may do it all the same. */
  async function requireAnotherSuperuser(user: UserRecord, context: Context): Promise<void> {
    if (isSystem(context) || !user.superuser) return;
    if ((await store.countUsers({ superuser: true, active: true })) > 1) return;
    throw new WatchwordError("not-allowed", "This is the last superuser; make another one first.");
  }

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
      const updated = await change(id, (user, now) => {
        requireSelfOrAdministrator(user, context, "change this user");
        if (input.email !== undefined || input.emailVerified !== undefined)
          requireRightToSetAddress(user, context);
        return planUpdate(user, input, mode, now, context);
      });
      // What was mailed to the old address must open nothing any more.
      if (updated.email !== before.email) await store.discardCodes(id, MAILED_PURPOSES);
      return updated;
    },

    async changePermissions(id, input, context = {}) {
      const roles = input.roles === undefined ? undefined : parseRoles(input.roles);
      if (input.superuser === false || input.active === false)
        await requireAnotherSuperuser(await read(id), context);
      return change(id, (user, now) => {
        requireAdministratorOf(user, context, "change permissions");
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
          change: { ...changed, ...(less ? { raiseEpoch: true } : {}) },
          events: [
            auditEvent("user.permissions-changed", { now, userId: id, details: changed }, context),
            ...notice("permissions-changed", user, now, permissionsAfter(user, changed)),
          ],
        };
      });
    },

    async block(id, { reason, until, ...context } = {}) {
      if (until !== undefined && !(until instanceof Date && Number.isFinite(until.getTime())))
        throw new WatchwordError("invalid-input", "until must be a valid Date.", {
          details: { field: "until" },
        });
      return change(id, (user, now) => {
        requireAdministratorOf(user, context, "block a user");
        if (until !== undefined && until.getTime() <= now)
          throw new WatchwordError("invalid-input", "until lies in the past; give a later time, or none.", {
            details: { field: "until" },
          });
        const blocked = {
          since: now,
          until: until?.getTime() ?? null,
          reason: optionalText(reason, "reason", 1000) ?? null,
        };
        return {
          change: { blocked, raiseEpoch: true },
          events: [
            auditEvent("user.blocked", { now, userId: id, details: { reason: blocked.reason } }, context),
          ],
        };
      });
    },

    unblock(id, context = {}) {
      return change(id, (user, now) => {
        requireAdministratorOf(user, context, "unblock a user");
        return {
          change: { blocked: null },
          events: [auditEvent("user.unblocked", { now, userId: id }, context)],
        };
      });
    },

    async delete(id, context = {}) {
      const user = await read(id);
      requireSelfOrAdministrator(user, context, "delete this user");
      await requireAnotherSuperuser(user, context);
      const now = clock.now();
      const events = [
        auditEvent("user.deleted", { now, userId: id, details: { username: user.username } }, context),
        ...notice("account-deleted", user, now),
      ];
      if (!(await store.deleteUser(id, events))) throw noSuchUser(id);
      await failures.forget(id);
    },
  };
}

/** The rights as they will be, for the mail about them. */
function permissionsAfter(user: UserRecord, changed: Partial<UserRecord>) {
  const { active, admin, superuser, roles } = { ...user, ...changed };
  return { active, admin, superuser, roles };
}
