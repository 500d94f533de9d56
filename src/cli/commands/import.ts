import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WatchwordError } from "../../base/errors.js";
import type { ImportInput, ImportReport, ImportSourceInfo } from "../../space/contract.js";
import { UsageError } from "../errors.js";
import { type NeedFlags, readMapping, wantedAnswers } from "../import-needs.js";
import { describeReport, describeSources } from "../import-report.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { note, print, printJson, warn } from "../output.js";
import { startProgress } from "../progress.js";
import { MAKES_DATABASE, silentLogger, withSpace } from "../space.js";

export interface ImportFlags extends JsonFlags, NeedFlags {
  readonly from?: string;
  readonly list?: boolean;
  readonly dryRun?: boolean;
  readonly map?: readonly string[];
  readonly scheme?: string;
  readonly table?: string;
  readonly timeZone?: string;
  readonly keepSessions?: boolean;
  readonly wrap: boolean;
  readonly onConflict: "skip" | "update" | "fail";
  readonly journal?: string;
  readonly refused?: string;
  readonly identifiers?: "folded" | "exact";
}

/** Refused rows are no failure: every row is accounted for, in the report or in the file of refused rows. */
export async function run({ args, flags }: Invocation<ImportFlags>): Promise<void> {
  const { importSources } = await import("../../index.js");
  const sources = await importSources();
  if (flags.list) {
    if (flags.json) await printJson(sources);
    else await print(describeSources(sources));
    return;
  }
  const request = await wantedRequest(sources, args, flags);
  const progress = startProgress();
  let report: ImportReport;
  try {
    report = await importInto(flags, {
      ...request,
      count: process.stderr.isTTY === true && !flags.json,
      onProgress: ({ people, total }) =>
        progress.show({ title: flags.dryRun ? "Looking" : "Importing", done: people, total }),
    });
  } finally {
    progress.end();
  }
  if (report.refused > 0 && flags.refused === undefined)
    note("Rows were refused; give --refused <file> to have each of them with the reason.");
  if (flags.json) await printJson(report);
  else await print(describeReport(report));
}

async function wantedRequest(
  sources: readonly ImportSourceInfo[],
  args: readonly string[],
  flags: ImportFlags,
): Promise<ImportInput> {
  const { from, journal, refused, scheme, secretsId, table, timeZone, map } = flags;
  if (from === undefined)
    throw new UsageError(
      "Give --from with the system that the users come from; --list tells which there are.",
    );
  const source = sources.find(({ name }) => name === from);
  if (source === undefined)
    throw new UsageError(
      `There is no import source ${from}. There are: ${sources.map(({ name }) => name).join(", ")}.`,
    );
  const input = args.length > 0 ? args : [process.env.WATCHWORD_IMPORT_URL ?? ""].filter((url) => url !== "");
  if (input.length === 0) throw new UsageError(`Name what to import: ${source.takes}.`);
  if (args.some((one) => /^[a-z+]+:\/\/[^/@]*:[^/@]+@/i.test(one)))
    warn(
      "The password in the URL can be seen by other users of this machine; set WATCHWORD_IMPORT_URL instead.",
    );
  const mapping = readMapping(map);
  return {
    from,
    input,
    answers: await wantedAnswers(source, flags),
    existing: flags.onConflict,
    wrap: flags.wrap,
    dryRun: flags.dryRun === true,
    keepSessions: flags.keepSessions === true,
    ...(secretsId !== undefined && { secretsId }),
    ...(mapping !== undefined && { mapping }),
    ...(scheme !== undefined && { scheme }),
    ...(table !== undefined && { table }),
    ...(timeZone !== undefined && { timeZone }),
    ...(journal !== undefined && { journal }),
    ...(refused !== undefined && { refused }),
  };
}

/** An import makes its space; a dry run makes none, and looks into an empty one in its place. */
async function importInto(flags: ImportFlags, request: ImportInput): Promise<ImportReport> {
  const { identifiers } = flags;
  const mode = identifiers === undefined ? {} : { identifiers };
  const use = (database: string, options: object) =>
    withSpace({ database }, (space) => space.transfer.import(request), { ...options, ...mode });
  if (!flags.dryRun) return use(flags.database, MAKES_DATABASE);
  try {
    return await use(flags.database, {});
  } catch (error) {
    if (!(error instanceof WatchwordError) || error.details.reason !== "no-space") throw error;
  }
  const folder = await mkdtemp(join(tmpdir(), "watchword-dry-run-"));
  try {
    return await use(`sqlite:${join(folder, "empty.db")}`, { ...MAKES_DATABASE, logger: silentLogger });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
