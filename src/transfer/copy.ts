import { WatchwordError } from "../base/errors.js";
import type { CopiedCount, CopyProgress, CopyReport } from "../space/contract.js";
import type {
  NewUser,
  RecordKind,
  RecordsByKind,
  SettingsRecord,
  Store,
  StoreEvent,
} from "../store/contract.js";
import { Checksum } from "./checksum.js";

export interface CopyOptions {
  /** The name of another space in the target, which the copy takes the place of. */
  readonly replace?: string;
  readonly onProgress?: (progress: CopyProgress) => void;
  /** Written into the source once the target is found fit, so that both hold it. */
  readonly events?: readonly StoreEvent[];
}

const PAGE = 500;

/** Users first: the rest hangs on them. */
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

/** By which key the records of a kind are paged. */
const KEY: { readonly [K in RecordKind]: (record: RecordsByKind[K]) => string } = {
  users: ({ user }) => user.id,
  sessions: ({ id }) => id,
  codes: ({ id }) => id,
  limits: ({ key }) => key,
  blocks: ({ key }) => key,
  mails: ({ id }) => id,
  audit: ({ id }) => id,
  sequences: ({ key }) => key,
};

/**
 * Copies a user space with all that it keeps into a database of any kind, and compares both at the end, record by record.
 * What was copied by an earlier try stays, so an interrupted copy can be run again. Nobody should be writing to the source
 * meanwhile: a change is found at the end, and is an error.
 *
 * @throws WatchwordError `settings-contradict`: the target holds another space with people in it, whose name `replace` does
 * not tell; `not-found`: the source holds none; `conflict`: the two differ at the end.
 */
export async function copyStore(from: Store, to: Store, options: CopyOptions = {}): Promise<CopyReport> {
  const settings = await from.readSettings();
  if (settings === null)
    throw new WatchwordError("not-found", `There is no user space in ${from.location}; look at its address.`);
  await to.migrate();
  await settle(settings, to, options.replace);
  await from.addEvents(options.events ?? []);
  const totals = await totalsOf(from);
  const tell = (kind: RecordKind, records: number, verifying: boolean) =>
    options.onProgress?.({ kind, records, total: Math.max(totals[kind], records), verifying });
  const sums = new Map<RecordKind, Checksum>();
  for (const kind of KINDS) sums.set(kind, await copyKind(from, to, kind, tell));
  const kinds: CopiedCount[] = [];
  for (const kind of KINDS) {
    const copied = await sumOf(to, kind, tell);
    const source = sums.get(kind);
    if (source === undefined || copied.count !== source.count || copied.text !== source.text)
      throw new WatchwordError(
        "conflict",
        `The copy is not the same: ${kind} are ${source?.count ?? 0} in ${from.location} (checksum ${source?.text ?? ""}) and ${copied.count} in ${to.location} (${copied.text}). Stop all programs that use either, empty the target, and copy again.`,
        { details: { kind, source: source?.count ?? 0, target: copied.count } },
      );
    kinds.push({ kind, records: copied.count, checksum: copied.text });
  }
  if (!isSame((await from.readSettings()) ?? settings, settings))
    throw new WatchwordError(
      "conflict",
      `The settings of ${from.location} changed while it was copied. Stop all programs that use it, and copy again.`,
    );
  return { from: from.location, to: to.location, kinds };
}

type Tell = (kind: RecordKind, records: number, verifying: boolean) => void;

async function totalsOf(store: Store): Promise<Readonly<Record<RecordKind, number>>> {
  const { mailsQueued, mailsFailed, ...counts } = await store.statistics();
  return { ...counts, mails: mailsQueued + mailsFailed };
}

/** The settings go along, so that the copy is the same space: names, sessions and secrets mean the same there. */
async function settle(settings: SettingsRecord, to: Store, replace: string | undefined): Promise<void> {
  const there = await to.readSettings();
  // Each kind of store counts the versions of its tables by itself.
  const { latest } = await to.schema();
  const oldestProgram = Math.min(settings.oldestProgram, latest);
  const next: SettingsRecord = { ...settings, oldestProgram, version: (there?.version ?? 0) + 1 };
  if (there?.spaceId === settings.spaceId) {
    if (isSame({ ...next, oldestProgram: there.oldestProgram }, there)) return;
  } else if (there !== null || (await isInUse(to))) {
    if (await isInUse(to)) requireReplacement(there?.name ?? "watchword", to.location, replace);
    await to.dropPart("all");
    await to.createPart("all");
    if (await to.writeSettings(null, { ...next, version: 1 })) return;
  }
  if (!(await to.writeSettings(there?.version ?? null, next)))
    throw new WatchwordError(
      "conflict",
      `Another program made a space in ${to.location} at this moment. Stop it, and copy again.`,
    );
}

function requireReplacement(name: string, location: string, replace: string | undefined): void {
  if (replace === name) return;
  throw new WatchwordError(
    "settings-contradict",
    `${location} holds another user space, ${JSON.stringify(name)}, with people in it. Copy into an empty database; or, to lose what is there, give the name of that space as \`replace\` (command line: --replace).`,
    { details: { name } },
  );
}

/** Whether anything lies there that somebody would miss. */
async function isInUse(store: Store): Promise<boolean> {
  for (const kind of ["users", "blocks"] as const)
    if ((await store.readRecords(kind, null, 1)).length > 0) return true;
  return false;
}

/** Whether the settings say the same of a space, whatever the number of their writes. */
function isSame(one: SettingsRecord, other: SettingsRecord): boolean {
  return sumOfOne({ ...one, version: 0 }) === sumOfOne({ ...other, version: 0 });
}

function sumOfOne(record: object): string {
  const sum = new Checksum();
  sum.add(record);
  return sum.text;
}

async function copyKind<K extends RecordKind>(
  from: Store,
  to: Store,
  kind: K,
  tell: Tell,
): Promise<Checksum> {
  const sum = new Checksum();
  for await (const page of pages(from, kind)) {
    for (const record of page) sum.add(comparable(record));
    const writes = await to.writeRecords(kind, page);
    const lost = writes.findIndex((write) => write.status === "taken");
    const record = page[lost];
    if (record !== undefined)
      throw new WatchwordError(
        "conflict",
        `${KEY[kind](record)} of ${kind} cannot be copied: a name of theirs is somebody else's in ${to.location}. Copy into an empty database.`,
      );
    tell(kind, sum.count, false);
  }
  return sum;
}

async function sumOf(store: Store, kind: RecordKind, tell: Tell): Promise<Checksum> {
  const sum = new Checksum();
  for await (const page of pages(store, kind)) {
    for (const record of page) sum.add(comparable(record));
    tell(kind, sum.count, true);
  }
  return sum;
}

async function* pages<K extends RecordKind>(
  store: Store,
  kind: K,
): AsyncGenerator<readonly RecordsByKind[K][]> {
  for (let after: string | null = null; ; ) {
    const page: readonly RecordsByKind[K][] = await store.readRecords(kind, after, PAGE);
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = KEY[kind](last);
  }
}

/** Stores give what hangs on a user in an order of their own. */
function comparable(record: RecordsByKind[RecordKind]): object {
  if (!isUser(record)) return record;
  return {
    ...record,
    keys: record.keys.toSorted((one, other) => (one.key < other.key ? -1 : 1)),
    factors: (record.factors ?? []).toSorted((one, other) =>
      one.type + one.name < other.type + other.name ? -1 : 1,
    ),
  };
}

function isUser(record: RecordsByKind[RecordKind]): record is NewUser {
  return "keys" in record;
}
