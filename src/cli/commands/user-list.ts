import type { UserQuery, UserWithData } from "../../space/contract.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { printAll, printPage } from "../paging.js";
import { withSpace } from "../space.js";
import type { Column } from "../table.js";
import { rightsOf, stateOf } from "../users.js";
import { formatTime } from "../values.js";

export interface UserListFlags extends JsonFlags {
  readonly search?: string;
  readonly active?: boolean;
  readonly admin?: boolean;
  readonly superuser?: boolean;
  readonly verified?: boolean;
  readonly blocked?: boolean;
  readonly role?: string;
  readonly order: "created" | "username";
  readonly limit?: number;
  readonly after?: string;
  readonly all?: boolean;
}

const COLUMNS: readonly Column<UserWithData>[] = [
  {
    title: "NUMBER",
    cell: (user) => String(user.number ?? "-"),
    onlyWhere: (user) => user.number !== null,
    optional: 1,
  },
  { title: "USERNAME", cell: (user) => user.username ?? "-", least: 12 },
  { title: "EMAIL", cell: emailCell, least: 16 },
  { title: "STATE", cell: stateOf, least: 7 },
  { title: "RIGHTS", cell: rightsOf, least: 9 },
  { title: "LAST SIGN-IN (UTC)", cell: (user) => formatTime(user.lastSignInAt), optional: 1 },
  { title: "CREATED (UTC)", cell: (user) => formatTime(user.createdAt), optional: 2 },
  { title: "ID", cell: (user) => user.id, optional: 3 },
];

export async function run({ flags }: Invocation<UserListFlags>): Promise<void> {
  const query: UserQuery = {
    ...(flags.search !== undefined && { search: flags.search }),
    ...(flags.active !== undefined && { active: flags.active }),
    ...(flags.admin !== undefined && { admin: flags.admin }),
    ...(flags.superuser !== undefined && { superuser: flags.superuser }),
    ...(flags.verified !== undefined && { verified: flags.verified }),
    ...(flags.blocked !== undefined && { blocked: flags.blocked }),
    ...(flags.role !== undefined && { role: flags.role }),
  };
  const options = { json: flags.json === true, none: "No users." };
  await withSpace(flags, async (space) => {
    if (flags.all) return printAll(space.users.all({ ...query, order: flags.order }), COLUMNS, options);
    const page = await space.users.list({
      ...query,
      order: flags.order,
      ...(flags.limit !== undefined && { size: flags.limit }),
      ...(flags.after !== undefined && { after: flags.after }),
    });
    await printPage(page, COLUMNS, options);
  });
}

function emailCell(user: UserWithData): string {
  if (user.email === null) return "-";
  return user.emailVerifiedAt === null ? `${user.email} (unverified)` : user.email;
}
