import type { Invocation, JsonFlags } from "../invocation.js";
import { print, printJson } from "../output.js";
import { withSpace } from "../space.js";
import { layFacts } from "../table.js";

export async function run({ flags }: Invocation<JsonFlags>): Promise<void> {
  await withSpace(flags, async (space) => {
    const removed = await space.database.cleanup();
    if (flags.json) return printJson({ removed });
    await print(
      `Removed:\n${layFacts(Object.entries(removed).map(([kind, count]) => [kind, String(count)]))}`,
    );
  });
}
