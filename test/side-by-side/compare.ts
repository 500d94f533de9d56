import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { askOriginal, folderOf, type ServerKind } from "./original.js";
import type { Answer, Differs, PortSide } from "./side-by-side.js";

/** The originals that install from their package index, and the database that each was written for. */
export const SYSTEMS: Readonly<Record<string, ServerKind>> = {
  pgusers: "postgres",
  "easy-mongodb-auth": "mongodb",
  djmongoauth: "mongodb",
  piccolo: "postgres",
};

export interface Difference {
  readonly call: string;
  readonly original: unknown;
  readonly port: unknown;
  /** What the contract says of it; null: nothing does, so it is a defect. */
  readonly because: string | null;
}

export interface Comparison {
  readonly system: string;
  readonly calls: number;
  readonly differences: readonly Difference[];
  /** Calls that only one side made, and reasons for calls that do not differ. */
  readonly mistakes: readonly string[];
}

const MISSING = "(this call was not made)";

/**
 * Makes the same calls on the original and on the port, which stands on an SQLite file of its own.
 * @throws NoOriginal
 */
export async function compareSystem(system: string): Promise<Comparison> {
  const kind = SYSTEMS[system];
  if (kind === undefined) throw new Error(`${system} is none of ${Object.keys(SYSTEMS).join(", ")}`);
  const [originals, ports] = [await askOriginal(system, kind), await askPort(system)];
  const { differs } = (await import(join(folderOf(system), "differs.ts"))) as { readonly differs: Differs };
  const byCall = new Map(ports.map((answer) => [answer.call, answer.answer]));
  const calls = new Set(originals.map(({ call }) => call));
  const mistakes = [
    ...doubled(originals).map((call) => `${call}: made twice, under one name`),
    ...originals.filter(({ call }) => !byCall.has(call)).map(({ call }) => `${call}: ${MISSING} of the port`),
    ...ports.filter(({ call }) => !calls.has(call)).map(({ call }) => `${call}: ${MISSING} of the original`),
  ];
  const differences = originals.flatMap(({ call, answer }): Difference[] => {
    const port = byCall.get(call);
    if (!byCall.has(call) || isDeepStrictEqual(answer, port)) return [];
    return [{ call, original: answer, port, because: differs[call] ?? null }];
  });
  const stale = Object.keys(differs).filter((call) => !differences.some((one) => one.call === call));
  return {
    system,
    calls: originals.length,
    differences,
    mistakes: [...mistakes, ...stale.map((call) => `${call}: differs.ts explains it, and both answer alike`)],
  };
}

async function askPort(system: string): Promise<readonly Answer[]> {
  const folder = await mkdtemp(join(tmpdir(), "watchword-"));
  try {
    const { run } = (await import(join(folderOf(system), "port.ts"))) as { readonly run: PortSide };
    const answers: Answer[] = [];
    const quiet = { debug() {}, info() {}, warn() {}, error() {} };
    await run(
      { url: `sqlite:${join(folder, "users.db")}`, options: { logger: quiet } },
      // As JSON has it, so that both sides are compared as they are printed.
      (call, answer) => answers.push({ call, answer: JSON.parse(JSON.stringify(answer ?? null)) }),
    );
    return answers;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function doubled(answers: readonly Answer[]): readonly string[] {
  const calls = answers.map(({ call }) => call);
  return calls.filter((call, index) => calls.indexOf(call) !== index);
}
