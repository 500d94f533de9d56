import { askText } from "./prompts.js";

/** The `<name>` of a command, asked for where it is missing and there is a person to ask. */
export async function wantedName(args: readonly string[]): Promise<string> {
  const [named] = args;
  if (named !== undefined) return named;
  return askText({
    message: "Which username or email address?",
    flag: "a name (username or email address)",
  });
}
