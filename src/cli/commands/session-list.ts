import type { Page, Session, UserSpace } from "../../space/contract.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { printAll, printPage } from "../paging.js";
import { withSpace } from "../space.js";
import type { Column } from "../table.js";
import { findUser, nameOf } from "../users.js";
import { formatTime } from "../values.js";

export interface SessionListFlags extends JsonFlags {
  readonly state: "live" | "expired" | "all";
  readonly limit?: number;
  readonly after?: string;
  readonly all?: boolean;
}

interface Row {
  readonly session: Session;
  readonly name: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: "ID", cell: ({ session }) => session.id },
  { title: "USER", cell: ({ name }) => name, least: 12 },
  { title: "LAST SEEN (UTC)", cell: ({ session }) => formatTime(session.lastSeenAt), optional: 1 },
  { title: "EXPIRES (UTC)", cell: ({ session }) => formatTime(session.expiresAt), optional: 2 },
  { title: "ADDRESS", cell: ({ session }) => session.ip ?? "-", optional: 3 },
  { title: "DEVICE", cell: ({ session }) => session.userAgent ?? "-", least: 10, optional: 4 },
];

export async function run({ args, flags }: Invocation<SessionListFlags>): Promise<void> {
  const options = { json: flags.json === true, none: "No sessions." };
  await withSpace(flags, async (space) => {
    const [named] = args;
    const query = {
      state: flags.state,
      ...(named !== undefined && { userId: (await findUser(space, named)).id }),
    };
    if (flags.all) {
      const sessions = space.sessions.all(query);
      if (options.json) return printAll(sessions, [], options);
      return printAll(withNames(space, sessions), COLUMNS, options);
    }
    const page = await space.sessions.list({
      ...query,
      ...(flags.limit !== undefined && { size: flags.limit }),
      ...(flags.after !== undefined && { after: flags.after }),
    });
    if (options.json) return printPage(page, [], options);
    await printPage(await namePage(space, page), COLUMNS, options);
  });
}

async function namePage(space: UserSpace, page: Page<Session>): Promise<Page<Row>> {
  const items: Row[] = [];
  for await (const row of withNames(space, page.items)) items.push(row);
  return { items, next: page.next };
}

/** A session knows its user by id; people know them by name. */
async function* withNames(
  space: UserSpace,
  sessions: Iterable<Session> | AsyncIterable<Session>,
): AsyncGenerator<Row> {
  const names = new Map<string, string>();
  for await (const session of sessions) {
    let name = names.get(session.userId);
    if (name === undefined) {
      const user = await space.users.find({ id: session.userId });
      name = user === null ? session.userId : nameOf(user);
      // Enough for any page; a list of everyone's must not gather everyone's name in memory.
      if (names.size >= 10_000) names.clear();
      names.set(session.userId, name);
    }
    yield { session, name };
  }
}
