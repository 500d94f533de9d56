import type { ImportSourceInfo } from "../space/contract.js";
import { type ExportOptions, exportUsers } from "./export.js";
import { type ImportDeps, type ImportOptions, importUsers } from "./import.js";
import { openInput } from "./input.js";
import type { ImportReport } from "./report.js";
import type { ColumnMapping } from "./source.js";
import { SOURCES, sourceNamed } from "./sources/index.js";

export interface ImportRequest extends Omit<ImportOptions, "source" | "input"> {
  /** The name of a source: `django`. */
  readonly from: string;
  /** Files, folders or the URL of a database. */
  readonly input: readonly string[];
  /** By the name of the need. */
  readonly answers?: Readonly<Record<string, string>>;
  /** The IANA name of the zone that times without one were written in. Default: UTC. */
  readonly timeZone?: string;
  /** Live sessions come along, where their tokens are random. Default: false. */
  readonly keepSessions?: boolean;
  /** The table that holds the users, for a source that takes any. */
  readonly table?: string;
  readonly mapping?: ColumnMapping;
  /** The name of the password format, for a source that takes any table. */
  readonly scheme?: string;
}

/** Users in and out, for whoever joins the services of a space. Rights are the caller's to check. */
export interface Transfer {
  readonly sources: readonly ImportSourceInfo[];
  /**
   * Brings the people of another system over, or (`dryRun`) tells what would become of them.
   *
   * @throws WatchwordError `invalid-input`: there is no such source, or its data cannot be read; and as {@link importUsers}.
   */
  import(request: ImportRequest): Promise<ImportReport>;
  /** The lines of a file with all users. */
  export(options: ExportOptions): AsyncIterable<string>;
}

export function createTransfer(deps: ImportDeps): Transfer {
  return {
    sources: SOURCES.map(({ name, title, takes, needs }) => ({ name, title, takes, needs })),

    async import(request) {
      const {
        from,
        input: locations,
        answers,
        timeZone,
        keepSessions,
        table,
        mapping,
        scheme,
        ...options
      } = request;
      const source = sourceNamed(from);
      const input = await openInput(locations, source);
      try {
        const items = source.read(input, {
          answers: new Map(Object.entries(answers ?? {})),
          timeZone: timeZone ?? "UTC",
          keepSessions: keepSessions ?? false,
          now: deps.clock.now(),
          ...(table === undefined ? {} : { table }),
          ...(mapping === undefined ? {} : { mapping }),
          ...(scheme === undefined ? {} : { scheme }),
        });
        return await importUsers(items, deps, { ...options, source: from, input: input.title });
      } finally {
        await input.close();
      }
    },

    export: (options) => exportUsers(deps.store, options),
  };
}
