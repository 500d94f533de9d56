import { WatchwordError } from "../../base/errors.js";
import { UsageError } from "../errors.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { printJson, printLine } from "../output.js";
import { withSpace } from "../space.js";
import { findUser, nameOf, wantedUser } from "../users.js";

export interface UserSetSecondFactorFlags extends JsonFlags {
  readonly mail?: boolean;
  readonly none?: boolean;
}

export async function run({ args, flags }: Invocation<UserSetSecondFactorFlags>): Promise<void> {
  if (flags.mail === flags.none) throw new UsageError("Give --mail or --none, one of the two.");
  const named = await wantedUser(args);
  await withSpace(flags, async (space) => {
    const before = await findUser(space, named);
    const result = await space.users.setSecondFactor(before.id, flags.mail ? "mail" : null);
    const who = `${nameOf(before)} (${before.id})`;
    switch (result.status) {
      case "no-address":
        throw new WatchwordError(
          "conflict",
          `${who} has no verified email address, so no code would arrive; \`watchword user update\` with --verified says that one is theirs.`,
        );
      case "no-password":
        throw new WatchwordError(
          "conflict",
          `${who} has no password, so a mailed code would be the only factor; set one first.`,
        );
      case "changed":
        if (flags.json) return printJson(result.user);
        return printLine(
          flags.mail
            ? `From now on ${who} needs a mailed code besides the password.`
            : `From now on ${who} needs the password alone.`,
        );
      default:
        throw new WatchwordError(
          "internal",
          `The second factor of ${who} was not changed (${result.status}); report this.`,
        );
    }
  });
}
