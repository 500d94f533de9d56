#!/usr/bin/env node
import { nodeTooOld } from "./node-version.js";

const problem = nodeTooOld(process.versions.node);
if (problem === null) {
  // Loaded only now: on an older Node the rest fails somewhere in a package, with a stack instead of a reason.
  const { runCommandLine } = await import("./run.js");
  await runCommandLine();
} else {
  const json = process.argv.includes("--json");
  const failure = { error: { code: "node-too-old", message: problem } };
  process.stderr.write(json ? `${JSON.stringify(failure)}\n` : `error: ${problem} (node-too-old)\n`);
  process.exitCode = 1;
}
