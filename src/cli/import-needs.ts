import type { ColumnMapping, ImportSourceInfo } from "../space/contract.js";
import { UsageError } from "./errors.js";
import { warn } from "./output.js";
import { askHidden, askingHidden, askText, isInteractive } from "./prompts.js";

/** Far above any pepper or key. */
const MOST_BYTES = 64 * 1024;

export interface NeedFlags {
  readonly with?: readonly string[];
  readonly withStdin?: boolean;
  readonly secretsId?: string;
}

/**
 * What a source needs besides its data: from flags, standard input and WATCHWORD_IMPORT_ANSWERS; what is missing then is
 * asked for on a terminal, where an empty line leaves it out.
 * @throws UsageError
 */
export async function wantedAnswers(
  source: ImportSourceInfo,
  flags: NeedFlags,
): Promise<Readonly<Record<string, string>>> {
  const answers = new Map<string, string>(Object.entries(fromEnvironment()));
  if (flags.withStdin)
    for (const line of (await readStdin()).split(/\r?\n/))
      if (line !== "") answers.set(...readPair("--with-stdin", line));
  for (const pair of flags.with ?? []) {
    const [name, value] = readPair("--with", pair);
    if (source.needs.some((need) => need.name === name && need.secret))
      warn(
        `The ${name} on the command line can be seen by other users of this machine and stays in the shell's history; use --with-stdin, WATCHWORD_IMPORT_ANSWERS or the prompt.`,
      );
    answers.set(name, value);
  }
  for (const name of answers.keys())
    if (!source.needs.some((need) => need.name === name))
      throw new UsageError(
        `${source.title} asks for no ${name}. ${source.needs.length === 0 ? "It needs nothing besides its data." : `It may need ${source.needs.map((need) => need.name).join(", ")}.`}`,
      );
  if (isInteractive() && !flags.withStdin && flags.secretsId === undefined) await askForRest(source, answers);
  return Object.fromEntries(answers);
}

async function askForRest({ needs }: ImportSourceInfo, answers: Map<string, string>): Promise<void> {
  for (const { name, description, secret } of needs) {
    if (answers.has(name)) continue;
    const question = {
      message: `${name}: ${description} (an empty line leaves it out)`,
      flag: `--with ${name}=…`,
      optional: true,
    };
    const answer = secret ? await askingHidden(() => askHidden(question)) : await askText(question);
    if (answer !== "") answers.set(name, answer);
  }
}

function fromEnvironment(): Readonly<Record<string, string>> {
  const text = process.env.WATCHWORD_IMPORT_ANSWERS;
  if (text === undefined) return {};
  const refuse = () =>
    // What stands there is secret, so it is not repeated.
    new UsageError('WATCHWORD_IMPORT_ANSWERS takes a JSON object of texts, such as {"pepper":"…"}.');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse();
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refuse();
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      if (typeof one !== "string") throw refuse();
      return [name, one];
    }),
  );
}

/** A value may hold further equals signs. */
function readPair(flag: string, pair: string): [string, string] {
  const equals = pair.indexOf("=");
  if (equals < 1)
    throw new UsageError(`${flag} takes name=value, such as pepper=…; there is one without a name.`);
  return [pair.slice(0, equals), pair.slice(equals + 1)];
}

async function readStdin(): Promise<string> {
  if (process.stdin.isTTY)
    throw new UsageError(
      "--with-stdin reads from a pipe or a file, and standard input is a terminal; leave the flag out to be asked.",
    );
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new UsageError(`--with-stdin got more than ${MOST_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const FIELDS: { readonly [Field in keyof Required<ColumnMapping>]: true } = {
  id: true,
  number: true,
  username: true,
  email: true,
  hash: true,
  salt: true,
  password: true,
  verified: true,
  active: true,
  admin: true,
  superuser: true,
  roles: true,
  locale: true,
  createdAt: true,
  updatedAt: true,
  lastSignInAt: true,
};

/** `--map username=login,hash=pw_digest`, which may be given several times. @throws UsageError */
export function readMapping(texts: readonly string[] | undefined): ColumnMapping | undefined {
  if (texts === undefined) return undefined;
  return Object.fromEntries(
    texts
      .flatMap((text) => text.split(","))
      .map((pair) => {
        const [field, column] = readPair("--map", pair.trim());
        if (!Object.hasOwn(FIELDS, field))
          throw new UsageError(
            `--map knows no field ${field}. There are: ${Object.keys(FIELDS).join(", ")}.`,
          );
        return [field, column];
      }),
  );
}
