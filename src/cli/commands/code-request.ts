import type { CodePurpose } from "../../space/contract.js";
import { CommandError, UsageError } from "../errors.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { printJson, printLine } from "../output.js";
import { withSpace } from "../space.js";
import { findUser, nameOf, wantedUser } from "../users.js";

export interface CodeRequestFlags extends JsonFlags {
  readonly newEmail?: string;
  readonly length?: number;
}

export async function run({ args: [purpose, ...rest], flags }: Invocation<CodeRequestFlags>): Promise<void> {
  const { newEmail, length } = flags;
  if (newEmail !== undefined && purpose !== "change-email")
    throw new UsageError("--new-email goes with change-email only; leave it out.");
  const named = await wantedUser(rest);
  await withSpace(flags, async (space) => {
    const user = await findUser(space, named);
    // Confirmed by whose it is too, so that nobody has to carry a ticket from one command to the next.
    const asked = { userId: user.id, withoutTicket: true, ...(length !== undefined && { length }) };
    const result =
      purpose === "change-email"
        ? await space.codes.request(purpose, { ...asked, ...(newEmail !== undefined && { newEmail }) })
        : await space.codes.request(purpose as Exclude<CodePurpose, "change-email">, asked);
    if (flags.json) await printJson(result);
    if (result.status === "limited")
      throw new CommandError(
        "declined",
        `Too many mails; wait ${Math.ceil(result.retryAfter / 1000)} seconds.`,
      );
    if (result.status !== "sent" && result.status !== "email-changed")
      throw new CommandError("declined", `Nothing was mailed: ${result.status}.`);
    if (flags.json) return;
    if (result.status === "sent")
      await printLine(`A code for ${nameOf(user)} waits to be mailed. Ticket: ${result.ticket}`);
    else await printLine(`Changed the address of ${nameOf(result.user)} (${result.user.id}).`);
  });
}
