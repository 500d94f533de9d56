import type { SettingsRecord } from "../contract.js";
import type { Database } from "./database.js";
import { isDuplicateKey } from "./errors.js";
import { whole } from "./values.js";

const ID = "space";

export async function readSettings(database: Database): Promise<SettingsRecord | null> {
  const found = await database.collections.settings.findOne(
    { _id: ID },
    { projection: { version: 1, value: 1 } },
  );
  if (found === null) return null;
  return { ...(JSON.parse(found.value) as Omit<SettingsRecord, "version">), version: found.version };
}

export async function writeSettings(
  database: Database,
  expectedVersion: number | null,
  next: SettingsRecord,
): Promise<boolean> {
  const { version, ...settings } = next;
  const value = JSON.stringify(settings);
  if (expectedVersion !== null) {
    const { matchedCount } = await database.collections.settings.updateOne(
      { _id: ID, version: whole(expectedVersion) },
      { $set: { version, value } },
    );
    return matchedCount > 0;
  }
  try {
    await database.collections.settings.insertOne({ _id: ID, version, value });
    return true;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return false;
  }
}
