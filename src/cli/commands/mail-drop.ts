import { WatchwordError } from "../../base/errors.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { printJson, printLine } from "../output.js";
import { withSpace } from "../space.js";

export async function run({ args, flags }: Invocation<JsonFlags>): Promise<void> {
  await withSpace(flags, async (space) => {
    const id = args[0] ?? "";
    if (!(await space.mail.drop(id)))
      throw new WatchwordError(
        "not-found",
        `No mail with the id ${JSON.stringify(id)} waits, or it is being handed over now; \`watchword mail list --json\` shows the ids.`,
      );
    if (flags.json) return printJson({ id, status: "dropped" });
    await printLine("Dropped; it is never sent.");
  });
}
