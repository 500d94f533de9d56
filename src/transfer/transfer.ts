import type { ImportSourceInfo } from "../space/contract.js";
import { type ExportOptions, exportUsers } from "./export.js";
import { type ImportDeps, type ImportOptions, importUsers } from "./import.js";
import { openInput } from "./input.js";
import type { ImportReport } from "./report.js";
import type { ColumnMapping, SourceItem } from "./source.js";
import { sourceInfos, sourceNamed } from "./sources/index.js";

export interface ImportRequest extends Omit<ImportOptions, "source" | "input" | "total"> {
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
  /** The input is read once more, and first, to tell the total of the progress. */
  readonly count?: boolean;
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
    sources: sourceInfos(),

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
        count,
        ...options
      } = request;
      const source = sourceNamed(from);
      const input = await openInput(locations, source);
      try {
        const asked = {
          answers: new Map(Object.entries(answers ?? {})),
          timeZone: timeZone ?? "UTC",
          keepSessions: keepSessions ?? false,
          now: deps.clock.now(),
          ...(table === undefined ? {} : { table }),
          ...(mapping === undefined ? {} : { mapping }),
          ...(scheme === undefined ? {} : { scheme }),
        };
        const total = count === true ? { total: await countPeople(source.read(input, asked)) } : {};
        return await importUsers(source.read(input, asked), deps, {
          ...options,
          ...total,
          source: from,
          input: input.title,
        });
      } finally {
        await input.close();
      }
    },

    export: (options) => exportUsers(deps.store, options),
  };
}

async function countPeople(items: AsyncIterable<SourceItem>): Promise<number> {
  let count = 0;
  for await (const { kind } of items) if (kind === "user" || kind === "refused") count++;
  return count;
}
