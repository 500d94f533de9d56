import type { CodeProof, UserSpace } from "../../space/contract.js";
import { CommandError, UsageError } from "../errors.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { printJson, printLine } from "../output.js";
import { askNewPassword, passwordFromFlags } from "../passwords.js";
import { withSpace } from "../space.js";
import { findUser } from "../users.js";

export interface CodeConfirmFlags extends JsonFlags {
  readonly code?: string;
  readonly ticket?: string;
  readonly link?: string;
  readonly newEmail?: string;
  readonly passwordStdin?: boolean;
}

export async function run({
  args: [purpose = "", named],
  flags,
}: Invocation<CodeConfirmFlags>): Promise<void> {
  const { newEmail } = flags;
  if (newEmail !== undefined && purpose !== "change-email")
    throw new UsageError("--new-email goes with change-email only; leave it out.");
  const proofOf = readProof(named, flags);
  const wantsNew = purpose === "reset-password";
  const given = wantsNew || flags.passwordStdin ? await passwordFromFlags(flags) : undefined;
  await withSpace(flags, async (space) => {
    const proof = await proofOf(space);
    const newPassword = wantsNew ? (given ?? (await askNewPassword())) : "";
    const password = wantsNew || !given ? {} : { password: given };
    const result = await confirm(space, purpose, proof, { newPassword, password, newEmail });
    if (flags.json) await printJson(result);
    if ("message" in result) throw new CommandError("declined", result.message);
    if (!TAKEN.has(result.status)) throw new CommandError("declined", WHY[result.status] ?? result.status);
    if (!flags.json) await printLine(`Done: ${result.status}.`);
  });
}

const TAKEN: ReadonlySet<string> = new Set([
  "verified",
  "password-reset",
  "email-changed",
  "confirmation-sent",
  "account-deleted",
  "unlocked",
]);

const WHY: Readonly<Record<string, string>> = {
  "wrong-code": "The code is wrong, used, late or replaced; ask for a new one.",
  "wrong-password": "The password is wrong, or is needed; give it with --password-stdin.",
  "proof-needed": "This link wants the ticket or the password besides; give --ticket or --password-stdin.",
  "email-taken": "Somebody else has the address by now.",
  limited: "Too many tries; wait a while.",
};

/** A code with its ticket or its owner, or a link. @throws UsageError */
function readProof(
  named: string | undefined,
  { code, ticket, link }: CodeConfirmFlags,
): (space: UserSpace) => Promise<CodeProof> {
  if ((code === undefined) === (link === undefined))
    throw new UsageError("Give the --code of the mail or its --link, one of them.");
  if (link !== undefined) return async () => ({ link, ...(ticket !== undefined && { ticket }) });
  if ((ticket === undefined) === (named === undefined))
    throw new UsageError("Say whose code it is: a user, or the --ticket of the request, one of them.");
  const typed = code ?? "";
  return async (space) =>
    ticket === undefined
      ? { userId: (await findUser(space, named ?? "")).id, code: typed }
      : { ticket, code: typed };
}

function confirm(
  space: UserSpace,
  purpose: string,
  proof: CodeProof,
  more: {
    readonly newPassword: string;
    readonly password: { readonly password?: string };
    readonly newEmail: string | undefined;
  },
) {
  const { newPassword, password, newEmail } = more;
  switch (purpose) {
    case "reset-password":
      return space.codes.confirm(purpose, { ...proof, newPassword });
    case "change-email":
      return space.codes.confirm(purpose, {
        ...proof,
        ...password,
        ...(newEmail !== undefined && { newEmail }),
      });
    case "delete-account":
      return space.codes.confirm(purpose, { ...proof, ...password });
    case "unlock":
      return space.codes.confirm(purpose, proof);
    default:
      return space.codes.confirm("verify-email", { ...proof, ...password });
  }
}
