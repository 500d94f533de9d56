import type { ImportEvent, ImportEventCode, ImportReport } from "../space/contract.js";

export type { ImportEvent, ImportReport } from "../space/contract.js";

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
  events: Partial<Record<ImportEventCode, number>>;
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
    ({ strength }) => strength === "broken" || strength === "weak",
  );
  if (broken.length > 0)
    advice.push(
      "Some hashes are weak: whoever has them finds the passwords. Unless wrap is false they are laid into argon2id, which takes as long as hashing a password; each is made anew when its owner signs in.",
    );
  if ((events["second-factor"] ?? 0) > 0)
    advice.push("Some people had a second factor, which is kept but not asked for yet. Tell them.");
  if (counts.refused > 0)
    advice.push("Some rows did not become users: the file of refused rows says why, row by row.");
  return advice;
}
