import type { CopyProgress } from "../../space/contract.js";
import { UsageError } from "../errors.js";
import { type Invocation, type JsonFlags, warnOfPassword } from "../invocation.js";
import { note, print, printJson } from "../output.js";
import { startProgress } from "../progress.js";
import { briefLogger } from "../space.js";
import { layTable, terminalWidth } from "../table.js";

export interface CopyFlags extends JsonFlags {
  readonly replace?: string;
}

export async function run({ args, flags }: Invocation<CopyFlags>): Promise<void> {
  const [from, to] = await addresses(args);
  const { copySpace } = await import("../../index.js");
  const progress = startProgress();
  const onProgress = ({ kind, records, total, verifying }: CopyProgress) =>
    progress.show({ title: `${verifying ? "Comparing" : "Copying"} ${kind}`, done: records, total });
  try {
    const report = await copySpace(from, to, {
      logger: briefLogger,
      onProgress,
      ...(flags.replace !== undefined && { replace: flags.replace }),
    });
    progress.end();
    if (flags.json) return await printJson(report);
    const table = layTable(
      [
        { title: "KIND", cell: ({ kind }) => kind },
        { title: "RECORDS", cell: ({ records }) => String(records) },
        { title: "CHECKSUM", cell: ({ checksum }) => checksum, optional: 1 },
      ],
      report.kinds,
      terminalWidth(),
    );
    await print(`${[table.head, ...report.kinds.map(table.row)].join("\n")}\n`);
    note(
      `${report.to} is the same as ${report.from}. It is the same space: its programs need the same WATCHWORD_SECRET.`,
    );
  } finally {
    progress.end();
  }
}

async function addresses(args: readonly string[]): Promise<readonly [from: string, to: string]> {
  for (const url of args)
    await warnOfPassword(url, "an argument", "WATCHWORD_COPY_FROM and WATCHWORD_COPY_TO");
  const [from, to] =
    args.length === 0 ? [process.env.WATCHWORD_COPY_FROM, process.env.WATCHWORD_COPY_TO] : args;
  if (from && to) return [from, to];
  throw new UsageError(
    "watchword copy needs two addresses, where from and where to, such as: watchword copy sqlite:users.db postgres://…; or set WATCHWORD_COPY_FROM and WATCHWORD_COPY_TO.",
  );
}
