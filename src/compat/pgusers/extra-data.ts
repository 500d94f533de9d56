import { fromTaggedJson, toTaggedJson } from "../../base/javascript-values.js";
import type { JsonObject } from "../../index.js";

/** Where an import lays it, too. */
const FIELD = "extra_data";
/** What an import keeps beside it where only Python could make the value whole again. */
const PICKLE = "extra_data_pickle";

/** The data of a new user or session. */
export function withExtraData(extraData: unknown): JsonObject {
  return extraData === undefined || extraData === null ? {} : { [FIELD]: toTaggedJson(extraData) };
}

/** The fields that replace what was there whole. */
export function replacedExtraData(extraData: unknown): JsonObject {
  return { [FIELD]: toTaggedJson(extraData), [PICKLE]: null };
}

/** Null: there is none. */
export function extraDataOf(data: JsonObject): unknown {
  return fromTaggedJson(data[FIELD] ?? null);
}
