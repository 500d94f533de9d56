import type { SettingsRecord } from "../contract.js";
import { first, type Operation, run } from "./operation.js";

/** The table must be there. */
export function* readSettings(): Operation<SettingsRecord | null> {
  const row = yield* first<{ version: number; value: string }>(
    "SELECT version, value FROM watchword_settings WHERE id = 1",
  );
  if (row === null) return null;
  return { ...(JSON.parse(row.value) as Omit<SettingsRecord, "version">), version: row.version };
}

/** One row of JSON: settings are read whole, and what later versions add needs no column. */
export function* writeSettings(expectedVersion: number | null, next: SettingsRecord): Operation<boolean> {
  const { version, ...settings } = next;
  const value = JSON.stringify(settings);
  const changes =
    expectedVersion === null
      ? yield* run(
          "INSERT INTO watchword_settings (id, version, value) VALUES (1, ?, ?) ON CONFLICT (id) DO NOTHING",
          version,
          value,
        )
      : yield* run(
          "UPDATE watchword_settings SET version = ?, value = ? WHERE id = 1 AND version = ?",
          version,
          value,
          expectedVersion,
        );
  return changes > 0;
}
