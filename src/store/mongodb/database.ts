import type { BSONSerializeOptions, Collection, Db } from "mongodb";
import type { CollectionName, Documents } from "./documents.js";

/** What every operation works on. */
export interface Database {
  readonly db: Db;
  readonly prefix: string;
  readonly collections: { readonly [Name in CollectionName]: Collection<Documents[Name]> };
  readonly warn: (fields: object, message: string) => void;
  /** Whole milliseconds within which a call must be done. */
  readonly timeout: number;
}

/** Values come back as plain numbers and texts, whatever the URL asks the driver for. */
export const PLAIN: BSONSerializeOptions = {
  promoteLongs: true,
  promoteValues: true,
  promoteBuffers: false,
  useBigInt64: false,
  bsonRegExp: false,
  raw: false,
  serializeFunctions: false,
  ignoreUndefined: false,
};

export function createDatabase(parts: Omit<Database, "collections">): Database {
  const { db, prefix } = parts;
  const collection = <Name extends CollectionName>(name: Name): Collection<Documents[Name]> =>
    db.collection<Documents[Name]>(prefix + name, PLAIN);
  return {
    ...parts,
    collections: {
      users: collection("users"),
      sessions: collection("sessions"),
      codes: collection("codes"),
      limits: collection("limits"),
      blocks: collection("blocks"),
      mails: collection("mails"),
      audit: collection("audit"),
      sequences: collection("sequences"),
      settings: collection("settings"),
      turns: collection("turns"),
      schema: collection("schema"),
    },
  };
}
