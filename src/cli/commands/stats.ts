import type { Invocation, JsonFlags } from "../invocation.js";
import { print, printJson } from "../output.js";
import { withSpace } from "../space.js";
import { layFacts } from "../table.js";
import { formatBytes } from "../values.js";

export async function run({ flags }: Invocation<JsonFlags>): Promise<void> {
  await withSpace(flags, async (space) => {
    const statistics = await space.database.statistics();
    const { kind, location } = space.database;
    if (flags.json) return printJson({ kind, location, ...statistics });
    await print(
      layFacts([
        ["Database", `${location} (${kind})`],
        ["Users", String(statistics.users)],
        ["Sessions", String(statistics.sessions)],
        ["Codes", String(statistics.codes)],
        ["Limits", String(statistics.limits)],
        ["Blocks on names", String(statistics.blocks)],
        ["Mails waiting", String(statistics.mailsQueued)],
        ["Mails refused", String(statistics.mailsFailed)],
        ["Audit rows", String(statistics.audit)],
        ["Data", formatBytes(statistics.dataBytes)],
        ["Indexes", formatBytes(statistics.indexBytes)],
        ["Storage", formatBytes(statistics.storageBytes)],
      ]),
    );
  });
}
