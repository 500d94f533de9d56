import type { Invocation, JsonFlags } from "../invocation.js";
import { printJson, printLine } from "../output.js";
import { withSpace } from "../space.js";
import { formatLength } from "../values.js";

export interface SessionPolicyFlags extends JsonFlags {
  readonly idle?: number;
  readonly absolute?: number | "none";
}

export async function run({ flags }: Invocation<SessionPolicyFlags>): Promise<void> {
  const { idle, absolute } = flags;
  const change = {
    ...(idle === undefined ? {} : { idle }),
    ...(absolute === undefined ? {} : { absolute: absolute === "none" ? null : absolute }),
  };
  await withSpace(flags, async (space) => {
    const policy =
      Object.keys(change).length === 0 ? space.sessions.policy : await space.sessions.setPolicy(change);
    if (flags.json) return printJson({ idle: policy.idle, absolute: policy.absolute });
    const end =
      policy.absolute === null
        ? "and go on while they are used"
        : `and ${formatLength(policy.absolute)} in any case`;
    await printLine(`Sessions last ${formatLength(policy.idle)} without use, ${end}.`);
  });
}
