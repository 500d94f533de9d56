import type { QueuedMail } from "../../space/contract.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { printPage } from "../paging.js";
import { withSpace } from "../space.js";
import type { Column } from "../table.js";
import { formatTime } from "../values.js";

export interface MailListFlags extends JsonFlags {
  readonly state?: "queued" | "failed";
  readonly limit?: number;
  readonly after?: string;
}

const COLUMNS: readonly Column<QueuedMail>[] = [
  { title: "TO", cell: (mail) => mail.to, least: 16 },
  { title: "MAIL", cell: (mail) => mail.template },
  { title: "STATE", cell: (mail) => mail.state },
  { title: "TRIES", cell: (mail) => String(mail.tries) },
  { title: "DUE (UTC)", cell: (mail) => formatTime(mail.dueAt), optional: 2 },
  { title: "LAST ERROR", cell: (mail) => mail.lastError ?? "-", least: 10, optional: 1 },
  { title: "ID", cell: (mail) => mail.id, optional: 3 },
];

export async function run({ flags }: Invocation<MailListFlags>): Promise<void> {
  await withSpace(flags, async (space) => {
    const page = await space.mail.list({
      ...(flags.state !== undefined && { state: flags.state }),
      ...(flags.limit !== undefined && { size: flags.limit }),
      ...(flags.after !== undefined && { after: flags.after }),
    });
    await printPage(page, COLUMNS, { json: flags.json === true, none: "No mail waits." });
  });
}
