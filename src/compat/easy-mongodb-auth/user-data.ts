import { fromTaggedJson, toTaggedJson } from "../../base/javascript-values.js";
import type { JsonObject, UserSpace, UserWithData } from "../../index.js";

/** Where an import lays it, too. */
const CUSTOM = "custom_data";
/**
 * Tells whether a user has a block record, as each has there: the generation of the blocks under which the user came. Null:
 * none was written, since blocking was off. Absent: the first, which is that of everybody who was imported.
 */
const BLOCK_RECORD = "block_record";

/** The data of a user who registers now. */
export async function newUserData(
  space: UserSpace,
  customData: unknown,
  blocking: boolean,
): Promise<JsonObject> {
  const generation = blocking ? await space.database.generation("blocks") : null;
  return {
    [CUSTOM]: toTaggedJson(customData ?? {}),
    ...(generation === 0 ? {} : { [BLOCK_RECORD]: generation }),
  };
}

/** False for those who came before the blocks were removed with all that was in them. */
export async function hasBlockRecord(space: UserSpace, user: UserWithData): Promise<boolean> {
  const { [BLOCK_RECORD]: generation = 0 } = user.data;
  return generation !== null && generation === (await space.database.generation("blocks"));
}

/** Null: there is none. */
export function customDataOf(user: UserWithData): unknown {
  return fromTaggedJson(user.data[CUSTOM] ?? null);
}

/** Undefined: the custom data is no object, or has no such field. */
export function customFieldOf(data: unknown, field: string): unknown {
  const isObject = typeof data === "object" && data !== null && !Array.isArray(data);
  return isObject && Object.hasOwn(data, field) ? (data as Record<string, unknown>)[field] : undefined;
}

export async function replaceCustomData(space: UserSpace, id: string, customData: unknown): Promise<void> {
  await space.users.data.setField(id, CUSTOM, toTaggedJson(customData));
}

/** False: there is no such field, and nothing was changed. */
export async function changeCustomField(
  space: UserSpace,
  id: string,
  field: string,
  value: unknown,
): Promise<boolean> {
  let isThere = false;
  await space.users.data.change(id, (data) => {
    const custom = fromTaggedJson(data[CUSTOM] ?? null);
    isThere = customFieldOf(custom, field) !== undefined;
    if (!isThere) return data;
    const entries = Object.entries(custom as object).filter(([name]) => name !== field);
    return { ...data, [CUSTOM]: toTaggedJson(Object.fromEntries([...entries, [field, value]])) };
  });
  return isThere;
}
