import { WatchwordError } from "../../base/errors.js";
import type { UserSpace } from "../../space/contract.js";
import { UsageError } from "../errors.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { printJson, printLine } from "../output.js";
import { askText, confirmOrCancel, isInteractive } from "../prompts.js";
import { withSpace } from "../space.js";
import { findUser } from "../users.js";

export interface SessionKillFlags extends JsonFlags {
  readonly id?: string;
  readonly all?: boolean;
  readonly expired?: boolean;
  readonly yes?: boolean;
}

type Target =
  | { readonly kind: "one"; readonly id: string }
  | { readonly kind: "user"; readonly named: string }
  | { readonly kind: "everyone" }
  | { readonly kind: "expired" };

export async function run({ args, flags }: Invocation<SessionKillFlags>): Promise<void> {
  const target = await wantedTarget(args, flags);
  if (target.kind === "everyone" && !flags.yes)
    await confirmOrCancel({ message: "Sign everyone out, everywhere?", flag: "--yes" });
  await withSpace(flags, async (space) => {
    const ended = await end(space, target);
    if (flags.json) await printJson({ ended });
    else if (target.kind === "expired")
      await printLine(`Removed ${counted(ended)} that ${ended === 1 ? "was" : "were"} over.`);
    else await printLine(`Ended ${counted(ended)}.`);
  });
}

async function wantedTarget(args: readonly string[], flags: SessionKillFlags): Promise<Target> {
  const targets: Target[] = [];
  if (args[0] !== undefined) targets.push({ kind: "user", named: args[0] });
  if (flags.id !== undefined) targets.push({ kind: "one", id: flags.id });
  if (flags.all) targets.push({ kind: "everyone" });
  if (flags.expired) targets.push({ kind: "expired" });
  const [target, second] = targets;
  if (target !== undefined && second === undefined) return target;
  if (target !== undefined || !isInteractive())
    throw new UsageError("Say which sessions: a user, --id <id>, --all or --expired; exactly one of them.");
  const named = await askText({
    message: "End the sessions of which user? (username, email address or id)",
    flag: "a user, --id, --all or --expired",
  });
  return { kind: "user", named };
}

async function end(space: UserSpace, target: Target): Promise<number> {
  switch (target.kind) {
    case "one":
      if (await space.sessions.revoke(target.id)) return 1;
      throw new WatchwordError(
        "not-found",
        `There is no session with the id ${JSON.stringify(target.id)}; \`watchword session list\` shows the ids.`,
      );
    case "user":
      return space.sessions.revokeAll({ userId: (await findUser(space, target.named)).id });
    case "everyone":
      return space.sessions.revokeAll({ everyone: true });
    case "expired":
      return space.sessions.removeExpired();
  }
}

function counted(sessions: number): string {
  return sessions === 1 ? "1 session" : `${sessions} sessions`;
}
