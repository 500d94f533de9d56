import type { Context } from "./actors.js";
import type { Json, JsonObject } from "./json.js";

/**
 * `space.users.data`: the application's own JSON on a user, 64 KiB at most. Each method is one atomic change: of two at once
 * none is lost. Changing it is for administrators and the system, not for the users themselves.
 */
export interface UserDataService {
  /**
   * All of it; empty where nothing was kept yet.
   *
   * @throws WatchwordError `not-found`
   * @example
   * ```ts
   * console.log(await space.users.data.get(ada.id)); // {}
   * ```
   */
  get(id: string): Promise<JsonObject>;
  /**
   * One field; undefined where it is not there.
   *
   * @throws WatchwordError `not-found` for the user
   * @example
   * ```ts
   * console.log(await space.users.data.getField(ada.id, "plan")); // undefined
   * ```
   */
  getField(id: string, field: string): Promise<Json | undefined>;
  /**
   * Sets one field; a value of null removes it.
   *
   * @param options - `existing`: refuses a field that is not there yet.
   * @returns All of the data after the change.
   * @throws WatchwordError `not-found` for the user or, with `existing`, the field; `invalid-input` above 64 KiB,
   * `not-allowed`, `conflict`
   * @example
   * ```ts
   * console.log(await space.users.data.setField(ada.id, "plan", "free")); // { plan: "free" }
   * ```
   */
  setField(
    id: string,
    field: string,
    value: Json,
    options?: { readonly existing?: boolean } & Context,
  ): Promise<JsonObject>;
  /**
   * Sets each field given; those given as null are removed; the others stay.
   *
   * @returns All of the data after the change.
   * @throws WatchwordError `not-found`, `invalid-input` above 64 KiB, `not-allowed`, `conflict`
   * @example
   * ```ts
   * await space.users.data.merge(ada.id, { plan: "free", seats: 3 });
   * console.log(await space.users.data.merge(ada.id, { plan: null })); // { seats: 3 }
   * ```
   */
  merge(id: string, fields: JsonObject, context?: Context): Promise<JsonObject>;
  /**
   * Removes one field; nothing happens to the data where it is not there.
   *
   * @returns All of the data after the change.
   * @throws WatchwordError `not-found` for the user, `not-allowed`, `conflict`
   * @example
   * ```ts
   * await space.users.data.setField(ada.id, "plan", "free");
   * console.log(await space.users.data.removeField(ada.id, "plan")); // {}
   * ```
   */
  removeField(id: string, field: string, context?: Context): Promise<JsonObject>;
  /**
   * Puts what a function makes of the data in its place. The function is called anew where somebody else changed the data
   * meanwhile, so it does nothing else; what it throws is thrown, and nothing is changed.
   *
   * @returns The data as it is stored now.
   * @throws WatchwordError `not-found`, `invalid-input` above 64 KiB, `not-allowed`, `conflict`
   * @example
   * ```ts
   * await space.users.data.change(ada.id, ({ visits = 0, ...data }) => ({ ...data, visits: Number(visits) + 1 }));
   * console.log(await space.users.data.getField(ada.id, "visits")); // 1
   * ```
   */
  change(id: string, make: (data: JsonObject) => JsonObject, context?: Context): Promise<JsonObject>;
  /**
   * Puts this in place of all that was there.
   *
   * @returns The data as it is stored now.
   * @throws WatchwordError `not-found`, `invalid-input` above 64 KiB, `not-allowed`, `conflict`
   * @example
   * ```ts
   * console.log(await space.users.data.replace(ada.id, { theme: "dark" })); // { theme: "dark" }
   * ```
   */
  replace(id: string, data: JsonObject, context?: Context): Promise<JsonObject>;
}
