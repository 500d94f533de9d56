import { randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { requireJsonObject, requireText, USER_DATA_LIMIT } from "../base/input.js";
import { idKey } from "../base/keys.js";
import type { Context, Json, JsonObject, UserDataService } from "../space/contract.js";
import type { Store, UserRecord } from "../store/contract.js";
import { noSuchUser, pendingBefore } from "./lookup.js";
import { requireAdministratorOf } from "./rights.js";

/** Enough for a hundred writers of one user at once; each loser waits a moment and reads again. */
const MOST_TRIES = 400;

export function createUserData(deps: { readonly store: Store; readonly clock: Clock }): UserDataService {
  const { store, clock } = deps;

  async function read(id: string): Promise<UserRecord> {
    const user = await store.findUser([idKey(requireText(id, "id"))]);
    if (user === null) throw noSuchUser(id);
    return user;
  }

  /** Reads, changes and writes by compare and set, so that of two changes at once none is lost. */
  async function change(
    id: string,
    context: Context,
    edit: (data: Map<string, Json>) => ReadonlyMap<string, Json>,
  ): Promise<JsonObject> {
    for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
      const user = await read(id);
      requireAdministratorOf(user, context, "change what the application keeps on a user");
      const next = toObject(edit(new Map(Object.entries(parse(user.data)))));
      const now = clock.now();
      const data = requireJsonObject(next, "data", USER_DATA_LIMIT);
      const events = [auditEvent("user.data-changed", { now, userId: id }, context)];
      const written = await store.updateUser(id, user.version, { data }, now, pendingBefore(now), events);
      if (written.status === "updated") return parse(written.user.data);
      if (written.status === "not-found") throw noSuchUser(id);
      await wait(randomInt(1, 10));
    }
    throw new WatchwordError("conflict", "Too many changes to this user at once; try again.");
  }

  return {
    async get(id) {
      return parse((await read(id)).data);
    },
    async getField(id, field) {
      return new Map(Object.entries(parse((await read(id)).data))).get(field);
    },
    async setField(id, field, value, { existing, ...context } = {}) {
      requireText(field, "field");
      return change(id, context, (data) => {
        if (existing === true && !data.has(field))
          throw new WatchwordError("not-found", `The user's data has no field ${JSON.stringify(field)}.`, {
            details: { field },
          });
        return put(data, field, value);
      });
    },
    async merge(id, fields, context = {}) {
      requireJsonObject(fields, "fields", USER_DATA_LIMIT);
      return change(id, context, (data) => {
        for (const [field, value] of Object.entries(fields)) put(data, field, value);
        return data;
      });
    },
    async removeField(id, field, context = {}) {
      requireText(field, "field");
      return change(id, context, (data) => put(data, field, null));
    },
    async change(id, make, context = {}) {
      return change(id, context, (data) => {
        const made = make(toObject(data));
        // A promise, a Map or a Date has no fields of its own: all that is kept would go without a word.
        if (!isPlainObject(made))
          throw new WatchwordError(
            "invalid-input",
            "data must be a plain object: answer with one, and at once, not with a promise.",
            { details: { field: "data" } },
          );
        requireJsonObject(made, "data", USER_DATA_LIMIT);
        return new Map(Object.entries(made));
      });
    },
    async replace(id, data, context = {}) {
      requireJsonObject(data, "data", USER_DATA_LIMIT);
      return change(id, context, () => new Map(Object.entries(data)));
    },
  };
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function put(data: Map<string, Json>, field: string, value: Json): Map<string, Json> {
  if (value === null) data.delete(field);
  else data.set(field, value);
  return data;
}

function parse(text: string): JsonObject {
  return JSON.parse(text);
}

/** By definition, not assignment: a field called `__proto__` stays a field (`Object.fromEntries` defines). */
function toObject(data: ReadonlyMap<string, Json>): JsonObject {
  return Object.fromEntries(data);
}
