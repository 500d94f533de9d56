import type { NoteCode } from "./source.js";

/** What can be worth telling about one row: what the source saw, and what the import did with it. */
export type EventCode =
  | NoteCode
  /** Comes over without a name that somebody else has. */
  | "clash"
  /** The same, where the two names differ in case alone: a space that tells them apart would take both. */
  | "case-twin"
  /** A value that cannot be a username or an email; it is kept in the data. */
  | "no-name"
  /** Was imported before. */
  | "there"
  /** Was imported before, and brought up to date. */
  | "updated"
  /** Did not become a user. */
  | "refused"
  /** More data than an application may write on a user. */
  | "data-large";

/** One thing that happened to one row. */
export interface ImportEvent {
  readonly code: EventCode;
  /** Where the row stands in the input. */
  readonly where: string;
  /** Whom it is about: the username, the email, or the id that the source knew them by. */
  readonly who: string;
  readonly message: string;
}

/** A password format that was met, and how well it withstands guessing. */
export interface SchemeCount {
  readonly scheme: string;
  /** Null: not known. */
  readonly strength: string | null;
  readonly users: number;
}

/** What an import did, or (`dryRun`) would do. */
export interface ImportReport {
  readonly dryRun: boolean;
  readonly source: string;
  /** Rows of people that were read. */
  readonly people: number;
  readonly written: number;
  readonly there: number;
  readonly updated: number;
  readonly refused: number;
  readonly sessions: number;
  readonly blocks: number;
  /** People whose second factor came along. */
  readonly factors: number;
  readonly schemes: readonly SchemeCount[];
  /** How often each thing was told. */
  readonly events: Readonly<Partial<Record<EventCode, number>>>;
  /** The first hundred of each kind. All of them go to `onEvent`. */
  readonly examples: readonly ImportEvent[];
  /** What to do about it, in words. */
  readonly advice: readonly string[];
  /** Whole milliseconds. */
  readonly took: number;
}

const EXAMPLES = 100;

/** Counters that can be put into the journal and taken up again. */
export interface Counts {
  people: number;
  written: number;
  there: number;
  updated: number;
  refused: number;
  sessions: number;
  blocks: number;
  factors: number;
  schemes: Record<string, { strength: string | null; users: number }>;
  events: Partial<Record<EventCode, number>>;
}

export class ReportBook {
  readonly counts: Counts;
  readonly #examples: ImportEvent[] = [];

  constructor(
    readonly onEvent: ((event: ImportEvent) => void) | undefined,
    earlier?: Counts,
  ) {
    this.counts = earlier ?? {
      people: 0,
      written: 0,
      there: 0,
      updated: 0,
      refused: 0,
      sessions: 0,
      blocks: 0,
      factors: 0,
      schemes: {},
      events: {},
    };
  }

  tell(event: ImportEvent): void {
    const { events } = this.counts;
    const count = (events[event.code] ?? 0) + 1;
    events[event.code] = count;
    if (count <= EXAMPLES) this.#examples.push(event);
    this.onEvent?.(event);
  }

  scheme(scheme: string, strength: string | null): void {
    const { schemes } = this.counts;
    const known = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
    schemes[scheme] = { strength, users: (known?.users ?? 0) + 1 };
  }

  finish(about: { readonly dryRun: boolean; readonly source: string; readonly took: number }): ImportReport {
    const { schemes, ...counts } = this.counts;
    return {
      ...about,
      ...counts,
      schemes: Object.entries(schemes)
        .map(([scheme, { strength, users }]) => ({ scheme, strength, users }))
        .sort((one, other) => other.users - one.users),
      examples: this.#examples,
      advice: adviceFor(this.counts),
    };
  }
}

function adviceFor(counts: Counts): readonly string[] {
  const { events } = counts;
  const advice: string[] = [];
  if ((events["case-twin"] ?? 0) > 0)
    advice.push(
      'Some names differ in case alone. Import into a new space that is created with identifiers: "exact" to keep each of them; this cannot be changed later.',
    );
  if ((events["need-missing"] ?? 0) > 0)
    advice.push(
      "Some passwords or second factors need something that was not given; see the rows, and what the source asks for.",
    );
  if ((events["password-unknown"] ?? 0) > 0)
    advice.push(
      "Some people have a text in the place of a password hash that nobody can sign in with; they have to reset their password.",
    );
  if ((events["password-in-clear"] ?? 0) > 0)
    advice.push(
      "Some passwords lay in clear text. They are hashed here; delete the source and its copies, or have these people choose new ones.",
    );
  const broken = Object.values(counts.schemes).filter(
    ({ strength }) => strength === "broken" || strength === "readable",
  );
  if (broken.length > 0)
    advice.push(
      "Some hashes can be turned back into passwords in no time. They are made anew when their owners sign in.",
    );
  if ((events["second-factor"] ?? 0) > 0)
    advice.push("Some people had a second factor, which is kept but not asked for yet. Tell them.");
  if (counts.refused > 0)
    advice.push("Some rows did not become users: the file of refused rows says why, row by row.");
  return advice;
}
