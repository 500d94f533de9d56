import type { Invocation, JsonFlags } from "../invocation.js";
import { print, printJson } from "../output.js";
import { withSpace } from "../space.js";
import { layFacts } from "../table.js";
import { findUser, stateOf, wantedUser } from "../users.js";
import { formatTime } from "../values.js";

export async function run({ args, flags }: Invocation<JsonFlags>): Promise<void> {
  const named = await wantedUser(args);
  await withSpace(flags, async (space) => {
    const user = await findUser(space, named);
    if (flags.json) return printJson(user);
    await print(
      layFacts([
        ["Id", user.id],
        ...(user.number === null ? [] : [["Number", String(user.number)] as const]),
        ["Username", user.username ?? "-"],
        ["Email", user.email ?? "-"],
        ["Verified", user.emailVerifiedAt === null ? "no" : `${formatTime(user.emailVerifiedAt)} UTC`],
        ["Locale", user.locale ?? "-"],
        ["State", stateOf(user)],
        ["Blocked for", user.blocked?.reason ?? "-"],
        ["Second factor", user.secondFactor ?? "-"],
        ["Admin", user.admin ? "yes" : "no"],
        ["Superuser", user.superuser ? "yes" : "no"],
        ["Roles", user.roles.join(", ") || "-"],
        ["Created", `${formatTime(user.createdAt)} UTC`],
        ["Updated", `${formatTime(user.updatedAt)} UTC`],
        ["Last sign-in", user.lastSignInAt === null ? "never" : `${formatTime(user.lastSignInAt)} UTC`],
        ["Data", JSON.stringify(user.data)],
      ]),
    );
  });
}
