import { WatchwordError } from "../base/errors.js";
import type { NewUser, RecordKind, RecordsByKind, SettingsRecord, Store } from "../store/contract.js";
import { Checksum } from "./checksum.js";

export interface KindCount {
  readonly kind: RecordKind;
  readonly records: number;
  /** Of all records of the kind, the same in both stores. */
  readonly checksum: string;
}

export interface CopyReport {
  readonly kinds: readonly KindCount[];
}

export interface CopyProgress {
  readonly kind: RecordKind;
  readonly records: number;
  /** Whether they are being compared; before, they are being copied. */
  readonly verifying: boolean;
}

const PAGE = 500;

/** Users first: the rest hangs on them. */
const KINDS: readonly RecordKind[] = ["users", "sessions", "codes", "limits", "blocks", "mails", "audit"];

/** By which key the records of a kind are paged. */
const KEY: { readonly [K in RecordKind]: (record: RecordsByKind[K]) => string } = {
  users: ({ user }) => user.id,
  sessions: ({ id }) => id,
  codes: ({ id }) => id,
  limits: ({ key }) => key,
  blocks: ({ key }) => key,
  mails: ({ id }) => id,
  audit: ({ id }) => id,
};

/**
 * Copies a user space with all that it keeps into an empty database of any kind, and compares both at the end, record by
 * record. What was copied by an earlier try stays, so an interrupted copy can be run again. Nobody should be writing to the
 * source meanwhile: a change is found at the end, and is an error.
 *
 * @throws WatchwordError `settings-contradict`: the target holds another space; `not-found`: the source holds none;
 * `conflict`: the two differ at the end.
 */
export async function copySpace(
  from: Store,
  to: Store,
  onProgress: (progress: CopyProgress) => void = () => {},
): Promise<CopyReport> {
  await to.migrate();
  await settle(from, to);
  const sums = new Map<RecordKind, Checksum>();
  for (const kind of KINDS) sums.set(kind, await copyKind(from, to, kind, onProgress));
  const kinds: KindCount[] = [];
  for (const kind of KINDS) {
    const copied = await sumOf(to, kind, onProgress);
    const source = sums.get(kind);
    if (source === undefined || copied.count !== source.count || copied.text !== source.text)
      throw new WatchwordError(
        "conflict",
        `The copy is not the same: ${kind} are ${source?.count ?? 0} in ${from.location} (checksum ${source?.text ?? ""}) and ${copied.count} in ${to.location} (${copied.text}). Stop all programs that use the source, empty the target, and copy again.`,
        { details: { kind, source: source?.count ?? 0, target: copied.count } },
      );
    kinds.push({ kind, records: copied.count, checksum: copied.text });
  }
  return { kinds };
}

/** The settings go along, so that the copy is the same space: names, sessions and secrets mean the same there. */
async function settle(from: Store, to: Store): Promise<void> {
  const settings = await from.readSettings();
  if (settings === null)
    throw new WatchwordError("not-found", `There is no user space in ${from.location}; look at its address.`);
  const there = await to.readSettings();
  if (there === null) {
    // Each kind of store counts the versions of its tables by itself.
    const { latest } = await to.schema();
    const oldestProgram = Math.min(settings.oldestProgram, latest);
    const next: SettingsRecord = { ...settings, oldestProgram, version: 1 };
    if (await to.writeSettings(null, next)) return;
  }
  if (there?.spaceId !== settings.spaceId)
    throw new WatchwordError(
      "settings-contradict",
      `${to.location} holds another user space already (${there?.name ?? "made a moment ago"}). Copy into an empty database.`,
    );
}

async function copyKind<K extends RecordKind>(
  from: Store,
  to: Store,
  kind: K,
  onProgress: (progress: CopyProgress) => void,
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
    onProgress({ kind, records: sum.count, verifying: false });
  }
  return sum;
}

async function sumOf(
  store: Store,
  kind: RecordKind,
  onProgress: (progress: CopyProgress) => void,
): Promise<Checksum> {
  const sum = new Checksum();
  for await (const page of pages(store, kind)) {
    for (const record of page) sum.add(comparable(record));
    onProgress({ kind, records: sum.count, verifying: true });
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
