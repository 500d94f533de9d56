import type { ImportProgress } from "../space/contract.js";
import { type ImportDeps, ImportRun, type Prepared } from "./import-run.js";
import { Journal } from "./journal.js";
import { type Existing, StoreTarget, TrialTarget } from "./placing.js";
import { RefusedFile } from "./refused.js";
import { type ImportEvent, type ImportReport, ReportBook } from "./report.js";
import type { SourceItem } from "./source.js";

export type { ImportDeps } from "./import-run.js";

export interface ImportOptions {
  /** The name of the source, and what it reads, for report and journal. */
  readonly source: string;
  readonly input: string;
  /** Finds out what would happen, and writes nothing. */
  readonly dryRun?: boolean;
  /** What becomes of people who were imported before. Default: skip. */
  readonly existing?: Existing;
  /** A file that remembers how far the import is; with it, an interrupted one goes on. */
  readonly journal?: string;
  /** Where the rows go that did not become users, with the reason. */
  readonly refused?: string;
  readonly onEvent?: (event: ImportEvent) => void;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** How many rows of people there are, where somebody counted. */
  readonly total?: number;
}

/**
 * What goes to the store in one call, at the most: people; characters of their data; and whole milliseconds of preparing, so
 * that a crash takes little back where passwords are hashed on the way. Four times as many people took a tenth less
 * processor time and 70 MB more of memory; and others who write wait for as long as one call takes.
 */
const MOST = { people: 500, text: 4 * 1024 * 1024, time: 1000 };
/** Items that are prepared in one go. */
const GROUP = 50;
/** Items that are no users (refused rows, blocks) in one batch: how large they are, nobody knows. */
const MOST_OTHERS = 500;
/**
 * Brings people over: each once, however often and from wherever an import is taken up, in memory that does not grow with
 * their number.
 *
 * @throws WatchwordError `conflict` with `existing: "fail"`; `invalid-input` where the source cannot be read on;
 * `invalid-option` for the journal of another import; whatever the store throws.
 */
export async function importUsers(
  items: AsyncIterable<SourceItem>,
  deps: ImportDeps,
  options: ImportOptions,
): Promise<ImportReport> {
  const now = deps.clock.now();
  const isTrial = options.dryRun === true;
  const journal =
    options.journal === undefined || isTrial
      ? null
      : await Journal.open(options.journal, {
          watchwordJournal: 1,
          source: options.source,
          input: options.input,
          space: deps.spaceId,
          startedAt: now,
        });
  const earlier = journal?.earlier ?? null;
  const book = new ReportBook(options.onEvent, earlier?.counts);
  const refused = new RefusedFile(options.refused, earlier?.refusedBytes ?? 0);
  const existing = options.existing ?? "skip";
  const target = isTrial
    ? await TrialTarget.open(deps.store, existing, book)
    : new StoreTarget(deps.store, journal?.head.startedAt ?? now, existing, book);
  const run = new ImportRun(deps, existing, isTrial, book, refused, target);
  // What the interrupted run laid down behind its last mark may lack its sessions.
  run.takenUpSince = journal?.isTakenUp === true ? journal.head.startedAt : null;
  let writing: Promise<void> = Promise.resolve();
  try {
    if (run.takenUpSince !== null) await refused.cut();
    let done = earlier?.items ?? 0;
    const settle = async (batch: Batch) => {
      await run.settle(batch);
      done += batch.people.length + batch.others.length;
      const refusedBytes = await refused.flush();
      await journal?.mark({ items: done, refusedBytes, counts: book.counts });
      const { people, written, refused: count } = book.counts;
      options.onProgress?.({ people, written, refused: count, total: options.total ?? null });
    };
    // While one batch is being written, the next is read and prepared.
    for await (const batch of batches(run, items, done)) {
      await writing;
      writing = settle(batch);
      // It is waited for above; until then a failure is nobody's surprise.
      writing.catch(() => {});
    }
    await writing;
    const refusedBytes = await refused.flush();
    await journal?.mark({ items: done, refusedBytes, counts: book.counts, finished: true });
  } finally {
    // Where the source broke off, what is under way is brought to its end; that failure is the one to tell.
    await Promise.allSettled([writing]);
    await refused.close();
    await target.close();
  }
  return book.finish({ dryRun: isTrial, source: options.source, took: deps.clock.now() - now });
}

/** The items behind the first `skip`, prepared, so many at a time as go to the store in one call. */
async function* batches(
  run: ImportRun,
  items: AsyncIterable<SourceItem>,
  skip: number,
): AsyncGenerator<Batch> {
  let batch = new Batch();
  let group: SourceItem[] = [];
  let seen = 0;
  for await (const item of items) {
    if (++seen <= skip) continue;
    group.push(item);
    if (group.length < GROUP) continue;
    batch.add(await run.prepare(group));
    group = [];
    if (!batch.isFull) continue;
    yield batch;
    batch = new Batch();
  }
  batch.add(await run.prepare(group));
  if (batch.people.length + batch.others.length > 0) yield batch;
}

class Batch implements Prepared {
  readonly people: Prepared["people"][number][] = [];
  readonly others: Prepared["others"][number][] = [];
  /** When its first item came: what a run that is taken up skips before that is not its work. */
  #begun = Number.POSITIVE_INFINITY;
  #text = 0;

  add({ people, others }: Prepared): void {
    this.#begun = Math.min(this.#begun, performance.now());
    this.people.push(...people);
    this.others.push(...others);
    for (const { person } of people) this.#text += person.record.user.data.length;
  }

  get isFull(): boolean {
    return (
      this.people.length >= MOST.people ||
      this.others.length >= MOST_OTHERS ||
      this.#text >= MOST.text ||
      performance.now() - this.#begun >= MOST.time
    );
  }
}
