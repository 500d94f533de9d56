import { WatchwordError } from "../base/errors.js";
import type { Actor, Context } from "../space/contract.js";
import type { UserRecord } from "../store/contract.js";

type Asked = { readonly identifier?: string; readonly userId?: string; readonly ticket?: string };

/**
 * A request about an account, as the person or the application makes it: a person asks about their own alone, whatever
 * they name.
 * @throws WatchwordError `not-allowed`
 */
export function aboutOwnAccount<T extends Asked & Context>(input: T, deed: string): T {
  const { actor } = input;
  if (actor?.type !== "user") return input;
  if (input.identifier !== undefined || (input.userId !== undefined && input.userId !== actor.id))
    throw new WatchwordError("not-allowed", `People ${deed} their own account only.`);
  return { ...input, userId: actor.id };
}

/** The person who proves by a code that they act: for rights and for the record. */
export function asThemselves(user: UserRecord): Actor {
  return { type: "user", id: user.id, admin: user.admin, superuser: user.superuser };
}
