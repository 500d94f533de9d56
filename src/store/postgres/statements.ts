import { sha256 } from "../../base/crypto.js";

/** A statement as the driver takes it. */
export interface Prepared {
  readonly text: string;
  /** Under which the server keeps its plan; absent: it plans anew each time. */
  readonly name?: string;
}

/** A text gets a name when it comes the third time: lists with rare filters stay without one. */
const NAMED_FROM = 3;
/** Each connection keeps as many plans, in its memory and the server's. */
const MOST_NAMES = 400;
const MOST_TEXTS = 2000;
/** Names of tables, and what is passed over: what stands in quotes (a schema may be called watchword_… too), names of indexes. */
const TABLES = /'[^']*'|"[^"]*"|(INDEX )?\bwatchword_\w+/g;

/**
 * Turns the shared SQL into PostgreSQL's, once for each text: `?` becomes `$1`, `$2`, …, and each table gets its schema.
 * Names of indexes stay bare: an index lies where its table does.
 */
export class Statements {
  readonly #schema: string;
  readonly #areNamed: boolean;
  readonly #known = new Map<string, { prepared: Prepared; uses: number }>();
  #names = 0;

  constructor(schema: string, areNamed: boolean) {
    this.#schema = schema;
    this.#areNamed = areNamed;
  }

  prepare(sql: string): Prepared {
    const known = this.#known.get(sql);
    if (known === undefined) {
      const prepared = { text: this.#translate(sql) };
      if (this.#known.size < MOST_TEXTS) this.#known.set(sql, { prepared, uses: 1 });
      return prepared;
    }
    known.uses++;
    if (known.uses === NAMED_FROM && this.#areNamed && this.#names < MOST_NAMES) {
      this.#names++;
      known.prepared = { ...known.prepared, name: nameOf(known.prepared.text) };
    }
    return known.prepared;
  }

  #translate(sql: string): string {
    let count = 0;
    return sql
      .replace(/\?/g, () => `$${++count}`)
      .replace(TABLES, (name, index: string | undefined) =>
        index === undefined && /^w/.test(name) ? `"${this.#schema}".${name}` : name,
      );
  }
}

/**
 * The same name for the same text in every process: behind a pooler that nobody told us of, a name may meet what another
 * process prepared, and must never run something else.
 */
function nameOf(text: string): string {
  return `watchword_${sha256(text).slice(0, 22)}`;
}
