import { WatchwordError } from "../../base/errors.js";
import { checkClock, checkNodeVersion, checkSecretVariable, type Finding } from "../checks-machine.js";
import { checkSpace } from "../checks-space.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { type Colour, oneLine, paint, print, printJson } from "../output.js";
import { withSpace } from "../space.js";

const COLOURS: Readonly<Record<Finding["status"], Colour>> = { ok: "green", warn: "yellow", fail: "red" };

/** Exit code 1 where a check fails; warnings alone do not. */
export async function run({ flags }: Invocation<JsonFlags>): Promise<void> {
  const findings: Finding[] = [
    checkNodeVersion(process.versions.node),
    checkClock(Date.now()),
    ...checkSecretVariable(process.env.WATCHWORD_SECRET),
  ];
  try {
    await withSpace(flags, async (space) => {
      findings.push(...(await checkSpace(space)));
    });
  } catch (error) {
    if (!(error instanceof WatchwordError)) throw error;
    findings.push({ check: "database", status: "fail", message: `${error.message} (${error.code})` });
  }
  const healthy = findings.every((finding) => finding.status !== "fail");
  if (!healthy) process.exitCode = 1;
  if (flags.json) return printJson({ healthy, checks: findings });
  const width = Math.max(...findings.map((finding) => finding.check.length));
  const lines = findings.map(
    (finding) =>
      `${paint(process.stdout, COLOURS[finding.status], finding.status.padEnd(4))}  ${finding.check.padEnd(width)}  ${oneLine(finding.message)}`,
  );
  await print(`${lines.join("\n")}\n`);
}
