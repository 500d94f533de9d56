import { CommandError, UsageError } from "./errors.js";
import type { GlobalFlags } from "./invocation.js";
import { warn } from "./output.js";
import { askHidden, askingHidden, isInteractive, sayInPrompt } from "./prompts.js";

export interface PasswordFlags extends GlobalFlags {
  /** False: `--no-password`. */
  readonly password?: string | false;
  readonly passwordStdin?: boolean;
}

const TRIES = 3;
/** Far above any password that the library takes (4 KiB), and small enough to hold. */
const MOST_BYTES = 64 * 1024;

/**
 * The password that the flags give: null for `--no-password`, undefined where a person is to be asked.
 * @throws UsageError where no flag gives one and nobody can be asked
 */
export async function passwordFromFlags(
  flags: PasswordFlags,
  otherFlags = "",
): Promise<string | null | undefined> {
  if (flags.passwordStdin) return readPasswordFromStdin();
  if (flags.password === false) return null;
  if (flags.password !== undefined) {
    warn(
      "A password on the command line can be seen by other users of this machine and stays in the shell's history; use --password-stdin or the prompt.",
    );
    return flags.password;
  }
  if (isInteractive()) return undefined;
  throw new UsageError(
    `Give the password with --password-stdin${otherFlags}: there is no terminal here to ask on.`,
  );
}

/** One line, or all there is; the line break at its end does not count. */
async function readPasswordFromStdin(): Promise<string> {
  if (process.stdin.isTTY)
    throw new UsageError(
      "--password-stdin reads from a pipe or a file, and standard input is a terminal; leave the flag out to be asked.",
    );
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES)
      throw new UsageError(`--password-stdin got more than ${MOST_BYTES} bytes; that is no password.`);
    chunks.push(chunk);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new UsageError("--password-stdin got bytes that are no UTF-8 text.");
  }
  const password = text.replace(/\r?\n$/, "");
  if (password === "") throw new UsageError("--password-stdin got nothing; pipe the password in.");
  return password;
}

/**
 * Asks for a new password, hidden and twice, three tries in all. `review` answers with what is wrong with it, or null.
 * @throws CommandError after the third try; Cancelled on Ctrl-C
 */
export async function askNewPassword(
  review: (password: string) => Promise<string | null> = async () => null,
): Promise<string> {
  return askingHidden(() => askThrice(review));
}

async function askThrice(review: (password: string) => Promise<string | null>): Promise<string> {
  let problem = "";
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    if (problem !== "") await sayInPrompt(problem);
    const password = await askHidden({ message: "New password", flag: "--password-stdin" });
    const refusal = await review(password);
    if (refusal !== null) {
      problem = refusal;
      continue;
    }
    if ((await askHidden({ message: "Once more", flag: "--password-stdin" })) === password) return password;
    problem = "The two are not the same.";
  }
  throw new CommandError(
    "no-password",
    `${problem} That was the last of ${TRIES} tries; nothing was changed.`,
  );
}
