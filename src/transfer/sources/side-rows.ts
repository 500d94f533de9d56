import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Fields, fromTagged, toTagged } from "../../base/values.js";
import { type Database, openDatabase, type PreparedStatement } from "../../store/sqlite/driver.js";

/** Beyond so many rows the rest lies in a temporary file. */
const IN_MEMORY = 50_000;
const BATCH = 10_000;

/**
 * Rows of other tables that belong to people (roles, groups, settings, sessions), kept until their owner comes by. A few lie in memory, many
 * in a temporary SQLite file that only this account can read and that is removed at the end: memory stays flat however large the tables are.
 */
export class SideRows {
  readonly #memory = new Map<string, Fields[]>();
  readonly #asked = new Set<string>();
  #count = 0;
  #spill: Spill | undefined;

  private constructor(readonly inMemory: number) {}

  static create(inMemory = IN_MEMORY): SideRows {
    return new SideRows(inMemory);
  }

  async add(table: string, owner: string, fields: Fields): Promise<void> {
    const key = keyOf(table, owner);
    this.#count++;
    if (this.#spill === undefined && this.#count > this.inMemory) {
      this.#spill = await Spill.create();
      for (const [earlier, rows] of this.#memory) for (const row of rows) this.#spill.add(earlier, row);
      this.#memory.clear();
    }
    if (this.#spill !== undefined) {
      this.#spill.add(key, fields);
      return;
    }
    const rows = this.#memory.get(key);
    if (rows === undefined) this.#memory.set(key, [fields]);
    else rows.push(fields);
  }

  /** The rows of an owner, in their order. */
  of(table: string, owner: string): readonly Fields[] {
    const key = keyOf(table, owner);
    if (this.#spill !== undefined) return this.#spill.of(key);
    const rows = this.#memory.get(key);
    if (rows === undefined) return [];
    this.#asked.add(key);
    return rows;
  }

  /** The owners that nobody asked for: rows of people who are not there. */
  *orphans(table: string): Generator<{ readonly owner: string; readonly rows: readonly Fields[] }> {
    const start = keyOf(table, "");
    if (this.#spill !== undefined) {
      for (const key of this.#spill.orphans(start))
        yield { owner: key.slice(start.length), rows: this.#spill.of(key) };
      return;
    }
    for (const [key, rows] of this.#memory)
      if (key.startsWith(start) && !this.#asked.has(key)) yield { owner: key.slice(start.length), rows };
  }

  async close(): Promise<void> {
    await this.#spill?.close();
  }
}

function keyOf(table: string, owner: string): string {
  return `${table}\n${owner}`;
}

/** One table of keys and rows in a file. */
class Spill {
  #waiting = 0;
  readonly #insert: PreparedStatement;
  readonly #select: PreparedStatement;
  /** One bit a row: whether its owner came by. */
  #asked = new Uint8Array(BATCH);

  private constructor(
    readonly folder: string,
    readonly database: Database,
  ) {
    // What a crash leaves of this file is worth nothing, so nothing waits for the disk.
    database.exec(
      "pragma journal_mode = off; pragma synchronous = off; pragma locking_mode = exclusive; pragma temp_store = file",
    );
    database.exec("create table rows (key text not null, row text not null)");
    this.#insert = database.prepare("insert into rows values (?, ?)");
    this.#select = database.prepare("select rowid as id, row from rows where key = ? order by rowid");
    database.exec("begin");
  }

  static async create(): Promise<Spill> {
    const folder = await mkdtemp(join(tmpdir(), "watchword-import-"));
    return new Spill(folder, openDatabase(join(folder, "rows.sqlite")));
  }

  #indexed = false;

  add(key: string, row: Fields): void {
    this.#insert.run(key, JSON.stringify(toTagged(row)));
    if (++this.#waiting >= BATCH) {
      this.database.exec("commit; begin");
      this.#waiting = 0;
    }
  }

  /** Made when the first owner comes by: filling a table first and indexing it then is many times quicker. */
  #index(): void {
    if (this.#indexed) return;
    this.database.exec("create index by_key on rows (key)");
    this.#indexed = true;
  }

  of(key: string): readonly Fields[] {
    this.#index();
    const found = this.#select.all(key) as readonly { readonly id: number; readonly row: string }[];
    for (const { id } of found) this.#mark(id);
    return found.map(({ row }) => fromTagged(JSON.parse(row)) as Fields);
  }

  #mark(id: number): void {
    const at = id >>> 3;
    if (at >= this.#asked.length) {
      const longer = new Uint8Array(2 * at);
      longer.set(this.#asked);
      this.#asked = longer;
    }
    this.#asked[at] = (this.#asked[at] ?? 0) | (1 << (id & 7));
  }

  #isMarked(id: number): boolean {
    return ((this.#asked[id >>> 3] ?? 0) & (1 << (id & 7))) !== 0;
  }

  *orphans(start: string): Generator<string> {
    this.#index();
    const statement = this.database.prepare(
      "select key, min(rowid) as id from rows where key >= ? and key < ? and key > ? group by key order by key limit 1000",
    );
    let after = "";
    for (;;) {
      const keys = statement.all(start, `${start.slice(0, -1)}\u000b`, after) as readonly {
        readonly key: string;
        readonly id: number;
      }[];
      for (const { key, id } of keys) if (!this.#isMarked(id)) yield key;
      const last = keys.at(-1);
      if (last === undefined) return;
      after = last.key;
    }
  }

  async close(): Promise<void> {
    this.database.exec("commit");
    this.database.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
