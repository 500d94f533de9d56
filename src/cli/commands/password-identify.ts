import type { HashCandidate, HashIdentity } from "../../space/contract.js";
import { wantedHash } from "../hash-input.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { print, printJson } from "../output.js";
import { layFacts } from "../table.js";

export interface PasswordIdentifyFlags extends JsonFlags {
  readonly source?: string;
}

const STRENGTHS: Readonly<Record<HashCandidate["strength"], string>> = {
  strong: "strong: each guess costs memory or tenths of a second",
  fair: "fair: each guess costs milliseconds",
  weak: "weak: salted, but quick to guess",
  broken: "broken: every password that people choose is found",
  readable: "none: it is the password itself, or turns back into it",
  locked: "nothing matches it: there is no password",
};

/** Exit code 1: no form fits. */
export async function run({ args, flags }: Invocation<PasswordIdentifyFlags>): Promise<void> {
  const hash = await wantedHash(args);
  const { openHashVerifier } = await import("../../index.js");
  const hashes = openHashVerifier();
  try {
    const identity = await hashes.identify(hash, flags.source === undefined ? {} : { source: flags.source });
    if (identity.candidates.length === 0) process.exitCode = 1;
    if (flags.json) await printJson(identity);
    else await print(describe(identity));
  } finally {
    await hashes.close();
  }
}

function describe({ candidates, lookalikes }: HashIdentity): string {
  const others = lookalikes.map(
    ({ scheme, title, sources }) => `  ${scheme}  ${title} (${sources.join(", ") || "any"})\n`,
  );
  const more =
    others.length === 0
      ? ""
      : `\nNot told by the text, and only with --source or a scheme:\n${others.join("")}`;
  if (candidates.length === 0) return `No known form has this shape.\n${more}`;
  const head = candidates.length === 1 ? "" : "It could be any of these: the text does not tell.\n\n";
  return `${head}${candidates.map(describeOne).join("\n")}${more}`;
}

function describeOne(candidate: HashCandidate): string {
  const { scheme, title, sources, strength, parameters, flags, needs, problem } = candidate;
  const list = (values: readonly string[]) => values.join(", ") || "-";
  return layFacts([
    ["Scheme", scheme],
    ["What it is", title],
    ["Stored by", list(sources)],
    ["Strength", STRENGTHS[strength]],
    ["Parameters", list(Object.entries(parameters).map(([name, value]) => `${name} ${value}`))],
    ["Flags", list(flags)],
    ["Needs", list(needs)],
    ...(problem === null ? [] : [["Problem", problem] as const]),
  ]);
}
