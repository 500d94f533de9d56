import type { Invocation, JsonFlags } from "../invocation.js";
import { printJson, printLine } from "../output.js";
import { MAKES_DATABASE, withSpace } from "../space.js";

export interface MigrateFlags extends JsonFlags {
  readonly check?: boolean;
}

/** With `--check` the library itself refuses an older database, with `migration-needed`. */
export async function run({ flags }: Invocation<MigrateFlags>): Promise<void> {
  await withSpace(
    flags,
    async (space) => {
      const { version, latest } = await space.database.schema();
      const { kind, location } = space.database;
      if (flags.json) await printJson({ kind, location, version, latest });
      else await printLine(`${location} is up to date (schema version ${version}).`);
    },
    flags.check ? {} : MAKES_DATABASE,
  );
}
