import { auditEvent } from "../audit/audit.js";
import { systemClock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { requireKnownFields } from "../base/input.js";
import type { SettingsRecord, Store } from "../store/contract.js";
import { VARIABLES } from "./config.js";
import type { CopyProgress, CopyReport } from "./contract.js";
import { stderrLogger } from "./logger.js";
import { openStore } from "./open-store.js";
import type { OpenOptions } from "./options.js";
import { describePlace, filesOf, findPlace, keyOf, type Place } from "./place.js";
import { findSecrets, fingerprint, keepSecrets, readSecrets, type Secrets } from "./secret.js";
import { requireNewEnough } from "./settings.js";

/** What {@link copySpace} takes besides the two addresses. Ways to a database hold for both. */
export interface CopyOptions
  extends Pick<OpenOptions, "secret" | "sqlite" | "postgres" | "mongodb" | "connect" | "logger"> {
  /** The name of another space in the target, all of which is lost: the copy takes its place. */
  readonly replace?: string;
  /** Called after each page. */
  readonly onProgress?: (progress: CopyProgress) => void;
}

const OPTIONS: { readonly [Name in keyof Required<CopyOptions>]: true } = {
  secret: true,
  sqlite: true,
  postgres: true,
  mongodb: true,
  connect: true,
  logger: true,
  replace: true,
  onProgress: true,
};

/**
 * Copies a user space with all that it keeps (users, password hashes, second factors, sessions, codes, limits, blocks,
 * queued mails, audit, settings) from any database to any other, exactly, and compares both at the end by count and
 * checksum. The copy is the same space, so it needs the same secret: where the target is an SQLite file and the secret is
 * known, it is laid beside it. The audit of both tells of the copy.
 *
 * The target must be empty, hold a space without people, or hold what an interrupted try of the same copy left, which
 * then goes on. Stop what writes to the source first: a change meanwhile is found, and is an error.
 *
 * @param from - Where the space lies, as `openUserSpace` takes it.
 * @param to - Where it shall lie.
 * @throws WatchwordError `not-found`: the source holds no space; `settings-contradict`: the target holds another one with
 * people in it; `conflict`: the two differ at the end; `wrong-secret`: the secret, or the one beside the target, is another
 * space's; `migration-needed`, `newer-database`, `invalid-option`, and whatever opening a database throws.
 * @example
 * ```ts
 * const from = await openUserSpace("sqlite:users.db");
 * await from.users.create({ username: "grace" });
 * await from.close();
 * const { kinds } = await copySpace("sqlite:users.db", "sqlite:copy.db");
 * console.log(kinds.find(({ kind }) => kind === "users")?.records); // 1
 * ```
 */
export async function copySpace(from: string, to: string, options: CopyOptions = {}): Promise<CopyReport> {
  requireKnownFields(options, OPTIONS, "copySpace");
  const [source, target] = [findPlace(from, options), findPlace(to, options)];
  if (keyOf(source) === keyOf(target))
    throw new WatchwordError(
      "invalid-option",
      `${describePlace(source)} is both where the copy comes from and where it goes; give another address for one of them.`,
    );
  const logger = options.logger ?? stderrLogger;
  const { copyStore } = await import("../transfer/copy.js");
  return withStore(source, false, async (old) => {
    const settings = await requireSpace(old);
    const secrets = await secretsOf(source, settings, options.secret);
    await requireSecretBeside(target, settings);
    return withStore(target, true, async (next) => {
      // As at the making of any space there: a server that only looks like MongoDB is found out first.
      if (next.kind === "mongodb" && (await next.readSettings()) === null) {
        await next.migrate();
        await next.proveAtomicity();
      }
      const { replace, onProgress } = options;
      const details = { from: old.location, to: next.location };
      const event = auditEvent("space.copied", { now: systemClock.now(), userId: null, details }, {});
      const report = await copyStore(old, next, {
        ...(replace === undefined ? {} : { replace }),
        ...(onProgress === undefined ? {} : { onProgress }),
        events: [event],
      });
      const file = filesOf(target).secret;
      if (secrets !== null && file !== null) await keepSecrets(file, secrets.list);
      return report;
    });
  });

  async function withStore<T>(place: Place, create: boolean, use: (store: Store) => Promise<T>): Promise<T> {
    const store = await openStore(place, { ...options, create }, logger);
    try {
      return await use(store);
    } finally {
      await store.close();
    }
  }
}

async function requireSpace(store: Store): Promise<SettingsRecord> {
  const { version, latest } = await store.schema();
  const settings = await store.readSettings();
  if (settings === null)
    throw new WatchwordError(
      "not-found",
      `There is no user space in ${store.location}; look at its address.`,
    );
  requireNewEnough(settings, latest, store.location);
  if (version < latest)
    throw new WatchwordError(
      "migration-needed",
      `${store.location} has schema ${version} and this program needs ${latest}. Make a backup, run \`watchword migrate\`, then copy.`,
    );
  return settings;
}

/** Null: nobody gave any, and none lies beside the data. The copy itself needs none. */
async function secretsOf(
  place: Place,
  settings: SettingsRecord,
  given: CopyOptions["secret"],
): Promise<Secrets | null> {
  const variable = process.env[VARIABLES.secret];
  const { secret: file } = filesOf(place);
  if (given === undefined && !variable && file === null) return null;
  const secrets = await findSecrets({ given, variable, file, isNewSpace: false });
  requireKnown(secrets.list, settings, `The secret given does not belong to ${describePlace(place)}.`);
  return secrets;
}

/** A secret that lies there already would be taken for that of the copy. */
async function requireSecretBeside(target: Place, settings: SettingsRecord): Promise<void> {
  const { secret: file } = filesOf(target);
  if (file === null) return;
  const found = await readSecrets(file);
  if (found !== null)
    requireKnown(found, settings, `${file} holds the secret of another space; move it away, and copy again.`);
}

function requireKnown(secrets: readonly string[], settings: SettingsRecord, message: string): void {
  if (!secrets.map(fingerprint).some((print) => settings.secretFingerprints.includes(print)))
    throw new WatchwordError("wrong-secret", message);
}
