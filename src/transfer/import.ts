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

/** People that go to the store in one call. */
const BATCH = 500;
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
  run.isTakenUp = journal?.isTakenUp === true;
  let writing: Promise<void> = Promise.resolve();
  try {
    if (run.isTakenUp) await refused.cut();
    let done = earlier?.items ?? 0;
    const settle = async (batch: Prepared, size: number) => {
      await run.settle(batch);
      done += size;
      const refusedBytes = await refused.flush();
      await journal?.mark({ items: done, refusedBytes, counts: book.counts });
      const { people, written, refused: count } = book.counts;
      options.onProgress?.({ people, written, refused: count, total: options.total ?? null });
    };
    // While one batch is being written, the next is read and prepared.
    for await (const batch of batches(items, done)) {
      const [prepared] = await Promise.all([run.prepare(batch), writing]);
      writing = settle(prepared, batch.length);
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

/** The items behind the first `skip`, so many at a time as go to the store in one call. */
async function* batches(
  items: AsyncIterable<SourceItem>,
  skip: number,
): AsyncGenerator<readonly SourceItem[]> {
  let seen = 0;
  let batch: SourceItem[] = [];
  for await (const item of items) {
    if (++seen <= skip) continue;
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
