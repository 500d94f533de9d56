import { WatchwordError } from "../base/errors.js";
import { newId } from "../base/ids.js";
import type { IdentifierMode } from "../base/keys.js";
import { policyOver, sessionPolicy } from "../sessions/policy.js";
import type { SettingsRecord, Store } from "../store/contract.js";
import type { SessionPolicy } from "./contract.js";
import type { NewSpaceSettings } from "./options.js";
import { fingerprint } from "./secret.js";

/**
 * The lowest schema version that a program must know to use what this program writes. Raised only by a change that an
 * older program would get wrong, not by each migration.
 */
const OLDEST_PROGRAM = 1;

/** @throws WatchwordError `newer-database` where this program is too old for the data. */
export function requireNewEnough(settings: SettingsRecord, latest: number, location: string): void {
  if (settings.oldestProgram > latest)
    throw new WatchwordError(
      "newer-database",
      `${location} was written by a newer Watchword (it asks for schema ${settings.oldestProgram}, this program knows ${latest}). Install that version or a later one.`,
    );
}

/**
 * The settings of the space: made with a new one, otherwise compared with what is asked for now.
 * @throws WatchwordError `settings-contradict`, `wrong-secret`
 */
export async function settle(
  store: Store,
  wanted: {
    readonly name: string;
    readonly identifiers: IdentifierMode | undefined;
    /** What a new space gets where `identifiers` and `sessions` do not say. */
    readonly atCreation: NewSpaceSettings;
    /** What is asked for by name; the rest stays as it was recorded. */
    readonly sessions: Partial<SessionPolicy>;
    /** Null: not told by name. */
    readonly baseUrl: string | null;
    readonly sendsMail: boolean;
    readonly secrets: readonly [string, ...string[]];
  },
  now: number,
): Promise<SettingsRecord> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const found = await store.readSettings();
    const next = found === null ? create(wanted, now) : reconcile(found, wanted, store.location);
    if (next === found) return found;
    if (await store.writeSettings(found?.version ?? null, next)) return next;
  }
  throw new WatchwordError(
    "conflict",
    `The settings of ${store.location} keep changing; stop the other processes.`,
  );
}

function create(wanted: Parameters<typeof settle>[1], now: number): SettingsRecord {
  return {
    spaceId: newId(now),
    name: wanted.name,
    identifiers: wanted.identifiers ?? wanted.atCreation.identifiers ?? "folded",
    sessionPolicy: recorded(sessionPolicy({ ...wanted.atCreation.sessions, ...wanted.sessions })),
    oldestProgram: OLDEST_PROGRAM,
    baseUrl: wanted.baseUrl,
    sendsMail: wanted.sendsMail,
    secretFingerprints: [fingerprint(wanted.secrets[0])],
    createdAt: now,
    version: 1,
  };
}

function reconcile(
  found: SettingsRecord,
  wanted: Parameters<typeof settle>[1],
  location: string,
): SettingsRecord {
  if (wanted.identifiers !== undefined && wanted.identifiers !== found.identifiers)
    throw new WatchwordError(
      "settings-contradict",
      `${location} was created with identifiers: "${found.identifiers}", and "${wanted.identifiers}" is asked for. This is fixed at the creation; leave the option out.`,
    );
  const given = wanted.secrets.map(fingerprint);
  const newest = given[0] ?? "";
  if (!given.some((print) => found.secretFingerprints.includes(print)))
    throw new WatchwordError(
      "wrong-secret",
      `The secret given does not belong to ${location}. Set WATCHWORD_SECRET to the one that it was created with; to change it, give the new one and the old one, in this order, with a comma between.`,
    );
  const { idle = found.sessionPolicy.idle, absolute = found.sessionPolicy.absolute } = wanted.sessions;
  const policy = recorded(policyOver({ idle, absolute }, wanted.sessions));
  const isKnown = found.secretFingerprints.includes(newest);
  const isSamePolicy =
    policy.idle === found.sessionPolicy.idle && policy.absolute === found.sessionPolicy.absolute;
  const baseUrl = wanted.baseUrl ?? found.baseUrl;
  const sendsMail = wanted.sendsMail || found.sendsMail;
  if (isKnown && isSamePolicy && baseUrl === found.baseUrl && sendsMail === found.sendsMail) return found;
  return {
    ...found,
    sessionPolicy: policy,
    baseUrl,
    sendsMail,
    secretFingerprints: isKnown ? found.secretFingerprints : [newest, ...found.secretFingerprints],
    version: found.version + 1,
  };
}

function recorded(policy: SessionPolicy): SettingsRecord["sessionPolicy"] {
  return { idle: policy.idle, absolute: policy.absolute };
}
