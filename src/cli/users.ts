import { WatchwordError } from "../base/errors.js";
import { isId } from "../base/ids.js";
import type { User, UserSpace, UserWithData } from "../space/contract.js";
import { note } from "./output.js";
import { askText } from "./prompts.js";
import { formatTime } from "./values.js";

/** The `<user>` of a command, asked for where it is missing and there is a person to ask. */
export async function wantedUser(args: readonly string[]): Promise<string> {
  const [named] = args;
  if (named !== undefined) return named;
  return askText({
    message: "Which user? (username, email address or id)",
    flag: "a user (username, email address or id)",
  });
}

/**
 * The user that a person named by id, username or email address. The id goes first: people choose their usernames, so
 * somebody could take another's id as one.
 * @throws WatchwordError `not-found`
 */
export async function findUser(space: UserSpace, named: string): Promise<UserWithData> {
  const byId = isId(named.toLowerCase()) ? await space.users.find({ id: named.toLowerCase() }) : null;
  const found = byId ?? (await space.users.findByIdentifier(named));
  if (found !== null) return found;
  throw new WatchwordError(
    "not-found",
    `There is no user called ${JSON.stringify(named)} in ${space.database.location}; \`watchword user list --search <text>\` looks for a part of a name.`,
  );
}

/** How to call a user in a sentence. */
export function nameOf(user: User): string {
  return user.username ?? user.email ?? user.id;
}

/** `blocked`, `off` or `active`. */
export function stateOf(user: User): string {
  if (!user.active) return "off";
  if (user.blocked === null) return "active";
  return user.blocked.until === null ? "blocked" : `blocked until ${formatTime(user.blocked.until)}`;
}

/** What a user may do, in one cell; `-` for nothing beyond the own account. */
export function rightsOf(user: User): string {
  const rights = [user.superuser ? "superuser" : null, user.admin ? "admin" : null, ...user.roles];
  return rights.filter((right) => right !== null).join(", ") || "-";
}

/** Says that no superuser is left, where taking rights or a user away has come to that, and what helps. */
export async function noteLastSuperuser(space: UserSpace, before: User): Promise<void> {
  if (!before.superuser) return;
  const { items } = await space.users.list({ superuser: true, active: true, size: 1 });
  if (items.length > 0) return;
  note("There is no superuser left who may sign in; `watchword set-up` makes a link for a new one.");
}
