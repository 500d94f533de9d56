import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase, type PreparedStatement } from "../store/sqlite/driver.js";

/** Who has a name, as far as a dry run got. */
export interface Holder {
  readonly who: string;
  /** The name as its holder writes it. */
  readonly value: string;
}

/**
 * The names that a dry run has given away, so that it finds the clashes that the import would meet. It lies in a temporary
 * file, however many people there are.
 */
export class Ledger {
  readonly #claim: PreparedStatement;
  readonly #find: PreparedStatement;

  private constructor(
    readonly folder: string,
    readonly database: Database,
  ) {
    database.exec(
      "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; CREATE TABLE names (key TEXT PRIMARY KEY, who TEXT, value TEXT) WITHOUT ROWID; BEGIN",
    );
    this.#claim = database.prepare("INSERT OR IGNORE INTO names VALUES (?, ?, ?)");
    this.#find = database.prepare("SELECT who, value FROM names WHERE key = ?");
  }

  static async open(): Promise<Ledger> {
    const folder = await mkdtemp(join(tmpdir(), "watchword-dry-run-"));
    return new Ledger(folder, openDatabase(join(folder, "names.sqlite")));
  }

  holder(key: string): Holder | null {
    const row = this.#find.get(key) as { readonly who: string; readonly value: string } | undefined;
    return row === undefined ? null : { who: row.who, value: row.value };
  }

  claim(key: string, holder: Holder): void {
    this.#claim.run(key, holder.who, holder.value);
  }

  async close(): Promise<void> {
    this.database.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
