import {
  type JsonObject,
  type User,
  type UserSpace,
  type UserWithData,
  WatchwordError,
} from "../../index.js";
import { isFailure } from "./failures.js";
import { BadCallError, NOT_FOUND, OK } from "./outcomes.js";

/** A whole number, also as text. Anything else is nobody's. */
export type UserId = number | string;

/** One who has no number yet, since Watchword made them otherwise, gets one here. */
export async function numberOf(space: UserSpace, user: User): Promise<number> {
  return user.number ?? space.users.assignNumber(user.id);
}

export async function byNumber(space: UserSpace, userid: UserId | null): Promise<UserWithData | null> {
  const number = typeof userid === "string" && /^\d{1,15}$/.test(userid) ? Number(userid) : userid;
  return typeof number === "number" && Number.isSafeInteger(number) && number > 0
    ? space.users.find({ number })
    : null;
}

/** Whose sessions: everybody's for 0; null: nobody has this id. */
export async function ofUser(
  space: UserSpace,
  uid: UserId,
): Promise<{ readonly userId: string } | { readonly everyone: true } | null> {
  if (uid === 0 || uid === "0") return { everyone: true };
  const user = await byNumber(space, uid);
  return user === null ? null : { userId: user.id };
}

/** Does it to somebody who may be gone by then. */
export async function found(
  user: UserWithData | null,
  act: (id: string) => Promise<unknown>,
): Promise<typeof OK | typeof NOT_FOUND> {
  if (user === null) return NOT_FOUND;
  try {
    await act(user.id);
    return OK;
  } catch (error) {
    if (isFailure(error, "not-found")) return NOT_FOUND;
    throw error;
  }
}

/** What an import could not make anybody's address: a second user's of the same one, or a text that is none. */
export function keptEmail({ data }: UserWithData): string | null {
  return typeof data.email === "string" ? data.email : null;
}

export function noSuchUser(userid: UserId): BadCallError {
  return new BadCallError(`User ${userid} not found.`);
}

/** A new session; null: the password is not that of somebody with this name, or may not be used. */
export async function newSession(
  space: UserSpace,
  username: string,
  password: string,
  data: JsonObject,
): Promise<{ readonly token: string; readonly user: UserWithData } | null> {
  try {
    const made = await space.sessions.createByPassword({ username, password, data });
    if (made.status !== "created") return null;
    return { token: made.token, user: await space.users.get(made.session.userId) };
  } catch (error) {
    // A text that nobody can have as a name or a password.
    if (error instanceof WatchwordError && ["username", "password"].includes(String(error.details.field)))
      return null;
    // Who is blocked, switched off, deleted meanwhile, or signs in with a second factor alone.
    if (isFailure(error, "account-blocked", "account-inactive", "not-found", "not-allowed")) return null;
    throw error;
  }
}
