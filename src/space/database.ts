import { type AuditAction, auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import type { RecordKind, SettingsRecord, Store } from "../store/contract.js";
import { requireSuperuser } from "../users/rights.js";
import type { ConfirmInput, DatabasePart, DatabaseService } from "./contract.js";
import type { Housekeeping } from "./housekeeping.js";

const KINDS: readonly RecordKind[] = [
  "users",
  "sessions",
  "codes",
  "limits",
  "blocks",
  "mails",
  "audit",
  "sequences",
];

const PARTS: readonly string[] = [...KINDS, "all"];

export function createDatabase(deps: {
  readonly store: Store;
  readonly housekeeping: Housekeeping;
  readonly clock: Clock;
  /** As they were at the opening. */
  readonly settings: SettingsRecord;
}): DatabaseService {
  const { store, housekeeping, clock } = deps;
  let settings = deps.settings;

  async function drop(part: DatabasePart): Promise<void> {
    // The newest ones: another process may have changed them since this one opened.
    if (part === "all") settings = (await store.readSettings()) ?? settings;
    // Counted first: whoever asks in between must not take what is about to go for what is there.
    else await raiseGeneration(part);
    await store.dropPart(part);
  }

  async function raiseGeneration(part: RecordKind): Promise<void> {
    for (let attempt = 0; attempt < 50; attempt++) {
      const found = await store.readSettings();
      // Everything was dropped: there is nothing left to tell from what comes.
      if (found === null) return;
      const { generations = {}, version } = found;
      const next = { ...generations, [part]: (generations[part] ?? 0) + 1 };
      if (await store.writeSettings(version, { ...found, generations: next, version: version + 1 })) return;
    }
    throw new WatchwordError("conflict", "The settings keep changing; stop the other processes.");
  }

  function requirePart(part: string, parts: readonly string[]): void {
    if (!parts.includes(part))
      throw new WatchwordError(
        "invalid-input",
        `There is no part ${JSON.stringify(part)} of the database; there are ${parts.join(", ")}.`,
        { details: { field: "part" } },
      );
  }

  async function create(part: DatabasePart): Promise<void> {
    await store.createPart(part);
    if (part !== "all") return;
    // What was dropped by itself: the tables as a whole are at the newest version, so nothing is missed there.
    for (const each of KINDS) await store.createPart(each);
    // Without them the next to open would make another space, of its own secret.
    if ((await store.readSettings()) === null) await store.writeSettings(null, settings);
  }

  /** Asks for the name of the space, does it, and writes it down as far as there is anything left to write into. */
  async function confirmed(
    deed: { readonly verb: string; readonly action: AuditAction },
    part: DatabasePart,
    input: ConfirmInput,
    act: () => Promise<void>,
  ): Promise<void> {
    requirePart(part, PARTS);
    requireSuperuser(input ?? {}, `${deed.verb} parts of the database`);
    const { name } = settings;
    if (input?.confirm !== name)
      throw new WatchwordError(
        "invalid-input",
        `To ${deed.verb} ${part === "all" ? "everything" : `the ${part}`}, confirm it with the name of the space: ${JSON.stringify(name)}.`,
        { details: { field: "confirm" } },
      );
    await act();
    const isGone = deed.action === "database.part-dropped" && (part === "all" || part === "audit");
    if (isGone) return;
    const event = auditEvent(deed.action, { now: clock.now(), userId: null, details: { part } }, input);
    await store.addEvents([event]);
  }

  return {
    kind: store.kind,
    location: store.location,
    async ping() {
      const begun = performance.now();
      await store.ping();
      return Math.round(performance.now() - begun);
    },
    statistics: () => store.statistics(),
    schema: () => store.schema(),
    cleanup: async () => ({ ...(await housekeeping.run()) }),
    proveAtomicity: () => store.proveAtomicity(),
    async generation(part) {
      requirePart(part, KINDS);
      return (await store.readSettings())?.generations?.[part] ?? 0;
    },
    drop: (part, input) =>
      confirmed({ verb: "drop", action: "database.part-dropped" }, part, input, () => drop(part)),
    create: (part, input) =>
      confirmed({ verb: "create", action: "database.part-created" }, part, input, () => create(part)),
    reset: (part, input) =>
      confirmed({ verb: "reset", action: "database.part-reset" }, part, input, async () => {
        await drop(part);
        await create(part);
      }),
  };
}
