import type { Context } from "./actors.js";

export interface ExportInput extends Context {
  /** Default: `ndjson`. */
  readonly format?: "ndjson" | "csv";
  /** Password hashes too, with what it takes to check them elsewhere; NDJSON only. Default: false. */
  readonly hashes?: boolean;
}

/** The part of `space.transfer` that gives users out. */
export interface TransferExport {
  /**
   * All users as the lines of a file, oldest first, read a page at a time while you iterate: NDJSON, one JSON object
   * (RFC 8259) a line, or CSV (RFC 4180) with a head. Sign-ups that nobody proved are no users yet. In CSV a cell that a
   * spreadsheet would run as a formula has an apostrophe in front (OWASP, "CSV Injection").
   *
   * That it was done is written into the audit before the first line is given.
   *
   * @returns Lines, each with its line break.
   * @throws WatchwordError `not-allowed` unless the actor is the system or a superuser; `invalid-input` for an unknown
   * format, or hashes in CSV. Both at the first line.
   * @example
   * ```ts
   * for await (const line of space.transfer.export()) console.log(JSON.parse(line).username); // ada
   * ```
   */
  export(input?: ExportInput): AsyncIterable<string>;
}
