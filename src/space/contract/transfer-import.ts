import type { Context } from "./actors.js";

/** A system whose users can be brought over. */
export interface ImportSourceInfo {
  /** As `from` takes it: `django`. */
  readonly name: string;
  readonly title: string;
  /** What to hand over. */
  readonly takes: string;
  readonly needs: readonly SourceNeed[];
}

/** Something that a source's rows do not say and only the application's owner knows. */
export interface SourceNeed {
  /** As in `--with pepper=…`, and in {@link SourceOptions.answers}. */
  readonly name: string;
  /** What it is, where it is found, and what stays undone without it: one sentence or two for people. */
  readonly description: string;
  /** Is asked for without being shown, and never printed. */
  readonly secret: boolean;
}

/** Which column of an unknown table holds what; each value is the name of a column. */
export interface ColumnMapping {
  readonly id?: string;
  /** A whole number that programs know the person by: their `number` here, where it is not somebody else's. */
  readonly number?: string;
  readonly username?: string;
  readonly email?: string;
  readonly hash?: string;
  /** A second column that the hash needs, where the salt is not part of it. */
  readonly salt?: string;
  /** Clear text: hashed at once. */
  readonly password?: string;
  readonly verified?: string;
  readonly active?: string;
  readonly admin?: string;
  readonly superuser?: string;
  readonly roles?: string;
  readonly locale?: string;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly lastSignInAt?: string;
}

export type ImportNoteCode =
  /** A password lay there in clear. */
  | "password-in-clear"
  /** A text in the place of a hash that nobody can sign in with. */
  | "password-unknown"
  /** No password: the person signs in by mail, or resets. */
  | "password-none"
  /** The hash needs something that was not given. */
  | "need-missing"
  /** A pickle, PHP value or the like that is kept as bytes, since reading it would mean running it. */
  | "value-kept-raw"
  /** Has a second factor that came along. */
  | "second-factor"
  /** Sessions that cannot or should not come along. */
  | "sessions-left"
  /** A code or link in somebody's mailbox that stops working. */
  | "code-left"
  /** Sessions, blocks or roles of somebody who is not there. */
  | "orphan"
  /** The account ends by itself at a time to come, which Watchword does not know. */
  | "account-expires"
  /** A time that is none, or that the zone leaves open. */
  | "time-unclear"
  /** An account of the system itself, or one without any right to sign in, that was left out. */
  | "account-left"
  /** What looks like a right or a block and was none there: it stays in the data. */
  | "field-only"
  /** A value of another form than the source writes; where it lies is in the message. */
  | "value-unclear";

/** What can be worth telling about one row: what the source saw, and what the import did with it. */
export type ImportEventCode =
  | ImportNoteCode
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
  readonly code: ImportEventCode;
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
  readonly events: Readonly<Partial<Record<ImportEventCode, number>>>;
  /** The first hundred of each kind. All of them go to `onEvent`. */
  readonly examples: readonly ImportEvent[];
  /** What to do about it, in words. */
  readonly advice: readonly string[];
  /** Whole milliseconds. */
  readonly took: number;
}

/** How far an import is. */
export interface ImportProgress {
  /** Rows of people that are settled. */
  readonly people: number;
  readonly written: number;
  readonly refused: number;
  /** Rows of people in all, where they were counted first; null: not known. */
  readonly total: number | null;
}

/** What {@link ImportService.import} takes. */
export interface ImportInput extends Context {
  /** The name of a source, as {@link ImportService.sources} tells them. */
  readonly from: string;
  /** Files, folders or the URL of a database; what a source takes, {@link ImportService.sources} says. */
  readonly input: readonly string[];
  /** True: finds out what would happen, and writes nothing. Default: false. */
  readonly dryRun?: boolean;
  /** What only the owner of the application knows, by the name of the need: `{ pepper: "…" }`. */
  readonly answers?: Readonly<Record<string, string>>;
  /**
   * Which of the option `passwords.legacySecrets` the hashes need. It stands in for `answers` that are left out. Without it
   * secrets among the answers are kept beside the hashes, encrypted under the space's secret.
   */
  readonly secretsId?: string;
  /** False: weak hashes rest as they are until their owners sign in. Otherwise they are laid into argon2id. Default: true. */
  readonly wrap?: boolean;
  /** The IANA name of the zone that times without one were written in. Default: UTC. */
  readonly timeZone?: string;
  /** Live sessions come along, where their tokens are random. Default: false. */
  readonly keepSessions?: boolean;
  /** The table that holds the users, where the source takes any or the application chose another name. */
  readonly table?: string;
  /** Which column holds what, for a source that takes any table. */
  readonly mapping?: ColumnMapping;
  /** The name of the password format, for a source that takes any table. */
  readonly scheme?: string;
  /** What becomes of people who were imported before. Default: skip. */
  readonly existing?: "skip" | "update" | "fail";
  /** A file that remembers how far the import is; with it, an interrupted one goes on. */
  readonly journal?: string;
  /** A file for the rows that did not become users, with the reason. It may hold hashes: its mode is 0600. */
  readonly refused?: string;
  readonly onEvent?: (event: ImportEvent) => void;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** True: the input is read once more, and first, so that `onProgress` can tell the total. Default: false. */
  readonly count?: boolean;
}

/** The half of `space.transfer` that brings people in. It is loaded at its first use. */
export interface ImportService {
  /**
   * The systems whose users can be brought over, with what to hand over and what each needs besides.
   *
   * @example
   * ```ts
   * const sources = await space.transfer.sources();
   * console.log(sources.find(({ name }) => name === "devise")?.needs[0]?.name); // pepper
   * ```
   */
  sources(): Promise<readonly ImportSourceInfo[]>;
  /**
   * Brings the people of another system over, each once however often it is run, or (`dryRun`) tells what would become of
   * them. For the system and superusers, since it may write anybody with any rights; audited as `users.imported`.
   *
   * @param input - `answers` are never written down in clear, and never printed.
   * @returns How many came over, were there, or were refused, and what is worth telling.
   * @throws WatchwordError `not-allowed`; `invalid-input`: there is no such source, its data cannot be read, or a field is
   * misspelt; `conflict` with `existing: "fail"`; `invalid-option` for the journal of another import; `secret-missing` for a
   * `secretsId` that is not in the options; `package-missing` for a live database whose driver is not installed
   * @example
   * ```ts
   * const { writeFile } = await import("node:fs/promises");
   * await writeFile("people.htpasswd", "grace:{SHA}q/eq1kOINtvlJqojGr3i0O73TUI=\n");
   * const report = await space.transfer.import({ from: "htpasswd", input: ["people.htpasswd"] });
   * console.log(report.written, report.schemes[0]?.strength); // 1 broken
   * ```
   */
  import(input: ImportInput): Promise<ImportReport>;
}
