import { fromTaggedJson, toTaggedJson } from "../../base/javascript-values.js";
import type { Json, JsonObject, UserWithData } from "../../index.js";

/** What the application keeps on a user besides username and password. */
export type Fields = Readonly<Record<string, unknown>>;

/** A user as the calls give them: the fields lie beside the name, as in the original's documents. Never with the hash. */
export interface UserRecord {
  /** The id that the user came along with, or was made with; else Watchword's. */
  readonly _id: string;
  readonly username: string;
  readonly [field: string]: unknown;
}

/** The record of a user. The address that an import made Watchword's own shows as the field that it was. */
export function toRecord({ id, username, email, data }: UserWithData): UserRecord {
  const { _id, username: kept, password: _never, ...fields } = fieldsOf(data);
  return {
    _id: typeof _id === "string" ? _id : id,
    username: username ?? (typeof kept === "string" ? kept : ""),
    ...(email === null ? {} : { email }),
    ...fields,
  };
}

/** What is stored of fields; those that are undefined are not there. Dates and the like keep their kind. */
export function toData(fields: Fields): JsonObject {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([field, value]): [string, Json] => [field, toTaggedJson(value)]));
}

function fieldsOf(data: JsonObject): Fields {
  return Object.fromEntries(Object.entries(data).map(([field, value]) => [field, fromTaggedJson(value)]));
}
