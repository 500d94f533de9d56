import { WatchwordError } from "../base/errors.js";
import { parseEmail, parseUsername } from "../base/keys.js";
import { askText } from "./prompts.js";

/** Names as a person gave them; "" for none. */
export interface TypedNames {
  readonly username: string;
  readonly email: string;
}

/** Asks for both names; what stood there is kept by Enter. A text that cannot be a name is asked for again. */
export async function askNames(current: TypedNames): Promise<TypedNames> {
  const username = await askText({
    message: "Username (may be empty)",
    flag: "--username",
    optional: true,
    initial: current.username,
    review: usernameProblem,
  });
  const email = await askText({
    message: username === "" ? "Email address" : "Email address (may be empty)",
    flag: "--email",
    optional: true,
    initial: current.email,
    review: (text) => problemOf(() => parseEmail(text)),
  });
  return { username, email };
}

/** What is wrong with two names together, each of them in order by itself; null where nothing is. */
export function namesProblem({ username, email }: TypedNames): string | null {
  if (username === "" && email === "") return "A user needs a username, an email address or both.";
  if (!hasAt(username) || (email !== "" && sameAddress(username, email))) return null;
  return "A username with an @ must be the user's own email address; choose one without, or give the same as email.";
}

function usernameProblem(text: string): string | null {
  const problem = problemOf(() => parseUsername(text));
  if (problem !== null || !hasAt(text) || problemOf(() => parseEmail(text)) === null) return problem;
  return "A username with an @ must be the user's own email address, and this is no address.";
}

/** A full-width @ becomes a plain one in the key of a name. */
function hasAt(username: string): boolean {
  return username.normalize("NFKC").includes("@");
}

function sameAddress(username: string, email: string): boolean {
  return parseEmail(username).toLowerCase() === parseEmail(email).toLowerCase();
}

function problemOf(parse: () => unknown): string | null {
  try {
    parse();
    return null;
  } catch (error) {
    if (error instanceof WatchwordError) return error.message;
    throw error;
  }
}
