import type { DatabasePart, UserSpace } from "../space/contract.js";
import { CommandError } from "./errors.js";
import type { Invocation, JsonFlags } from "./invocation.js";
import { note, printJson, printLine } from "./output.js";
import { askText } from "./prompts.js";
import { MAKES_DATABASE, withSpace } from "./space.js";

export interface DatabaseFlags extends JsonFlags {
  readonly confirm?: string;
}

const DONE = { drop: "Dropped", create: "Made", reset: "Dropped and made again" } as const;

/** Does one of the three to a part of the database, once somebody has named the space. */
export async function changePart(
  verb: keyof typeof DONE,
  { args, flags }: Invocation<DatabaseFlags>,
): Promise<void> {
  // The program's declaration lets no other pass, and the library looks again.
  const part = args[0] as DatabasePart;
  const what = part === "all" ? "everything" : `the ${part}`;
  await withSpace(
    flags,
    async (space) => {
      const confirm = flags.confirm ?? (verb === "create" ? space.name : await askForName(space, verb, what));
      await space.database[verb](part, { confirm });
      if (flags.json) await printJson({ [verb]: part });
      else await printLine(`${DONE[verb]}: ${what}.`);
      if (verb === "reset" && (part === "all" || part === "users"))
        note(
          "There is no superuser now; make one with: watchword set-up, or watchword user create --superuser",
        );
      if (verb === "drop" && part !== "all")
        note(`Until they are made again, whatever needs ${what} fails: watchword database create ${part}`);
    },
    // What was dropped altogether is no database any more.
    verb === "create" ? MAKES_DATABASE : {},
  );
}

async function askForName(space: UserSpace, verb: string, what: string): Promise<string> {
  const typed = await askText({
    message: `Type the name of the space (${space.name}) to ${verb} ${what} of ${space.database.location} for good:`,
    flag: "--confirm <name of the space>",
  });
  if (typed !== space.name) throw new CommandError("declined", "That is not its name; nothing was changed.");
  return typed;
}
