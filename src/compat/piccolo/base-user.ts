import { WatchwordError } from "../../base/errors.js";
import { requireBoolean, requireText } from "../../base/input.js";
import type { UserSpace, UserWithData } from "../../index.js";
import type { BaseUserTable, NewBaseUser } from "./contract.js";

/** In characters: Unicode code points, as Python counts them. */
export const PASSWORD_LENGTHS = { minLength: 6, maxLength: 128 };

/** That of the column `username`. */
const LONGEST_USERNAME = 100;

const COLUMNS: { readonly [Column in keyof Required<NewBaseUser>]: true } = {
  username: true,
  password: true,
  email: true,
  active: true,
  admin: true,
  superuser: true,
  first_name: true,
  last_name: true,
};

/** The calls of `BaseUser`, on this space. */
export function createBaseUser(space: UserSpace): BaseUserTable {
  return {
    async createUser(columns) {
      const { username, password, email = "" } = columns;
      requireUsername(username);
      await requirePassword(space, password, { username, email });
      requireColumns(columns);
      const { active = false, admin = false, superuser = false, first_name = "", last_name = "" } = columns;
      const user = await space.users.create({
        username,
        password,
        ...(requireText(email, "email") !== "" && { email }),
        active: requireBoolean(active, "active"),
        admin: requireBoolean(admin, "admin"),
        superuser: requireBoolean(superuser, "superuser"),
        data: {
          first_name: first_name === null ? null : requireText(first_name, "first_name"),
          last_name: last_name === null ? null : requireText(last_name, "last_name"),
        },
        numbered: true,
      });
      return {
        id: await numberOf(space, user),
        username,
        first_name,
        last_name,
        email: user.email ?? "",
        active,
        admin,
        superuser,
        last_login: user.lastSignInAt,
      };
    },

    async login({ username, password }) {
      const name = requireText(username, "username", Number.POSITIVE_INFINITY);
      const typed = requireText(password, "password", Number.POSITIVE_INFINITY);
      if (isLonger(name, LONGEST_USERNAME) || isLonger(typed, space.passwords.policy.maxLength)) return null;
      const user = await space.users.find({ username: name });
      return unlessGone(async () => {
        const isRight = await space.passwords.check(user?.id ?? null, typed, { name, renew: true });
        if (user === null || !isRight || user.blocked !== null || user.secondFactor !== null) return null;
        return numberOf(space, await space.users.recordSignIn(user.id));
      });
    },

    async updatePassword(change) {
      await setPassword(space, change.user ?? change.username, change.password);
    },
  };
}

/**
 * Sets the password of the user with this id or username.
 *
 * @returns False: there is none.
 */
export async function setPassword(
  space: UserSpace,
  user: number | string,
  password: string,
): Promise<boolean> {
  if (typeof user !== "string" && !Number.isInteger(user))
    throw new WatchwordError("invalid-input", "The `user` arg must be a user id, or a username.", {
      details: { field: "user" },
    });
  await requirePassword(space, password);
  const found = await findUser(space, user);
  if (found === null) return false;
  const done = await unlessGone(() => space.passwords.set(found.id, password).then(() => true));
  return done ?? false;
}

async function findUser(space: UserSpace, user: number | string): Promise<UserWithData | null> {
  if (typeof user === "number")
    return user > 0 && Number.isSafeInteger(user) ? space.users.find({ number: user }) : null;
  return isLonger(user, LONGEST_USERNAME) ? null : space.users.find({ username: user });
}

/** Users who were not made by the port get their number when it first meets them. */
async function numberOf(space: UserSpace, user: UserWithData): Promise<number> {
  return user.number ?? space.users.assignNumber(user.id);
}

function requireUsername(username: string): void {
  const refuse = (message: string) =>
    new WatchwordError("invalid-identifier", message, { details: { field: "username" } });
  if (!username) throw refuse("A username must be provided.");
  if (isLonger(requireText(username, "username", Number.POSITIVE_INFINITY), LONGEST_USERNAME))
    throw refuse(`The username is too long. (max ${LONGEST_USERNAME})`);
}

function requireColumns(columns: object): void {
  const unknown = Object.keys(columns).filter((name) => !Object.hasOwn(COLUMNS, name));
  if (unknown.length > 0)
    throw new WatchwordError(
      "invalid-input",
      `Unrecognized columns - [${unknown.map((name) => `'${name}'`).join(", ")}]`,
    );
}

/** Refuses a password in the words and the order of the original. */
async function requirePassword(
  space: UserSpace,
  password: string,
  names: { readonly username?: string; readonly email?: string } = {},
): Promise<void> {
  const refuse = (message: string, reason: string) =>
    new WatchwordError("password-refused", message, { details: { field: "password", reason } });
  const { minLength, maxLength } = space.passwords.policy;
  const tooLong = () => refuse(`The password is too long. (max ${maxLength})`, "too-long");
  if (!password) throw refuse("A password must be provided.", "too-short");
  // What is typed is counted here, as at a sign-in; the policy counts it normalised.
  if (isLonger(requireText(password, "password", Number.POSITIVE_INFINITY), maxLength)) throw tooLong();
  const review = await space.passwords.review(password, names);
  const reason = review.status === "accepted" ? null : review.reason;
  if (reason === "too-short") throw refuse(`The password is too short. (min ${minLength})`, reason);
  if (reason === "too-long") throw tooLong();
  if (password.startsWith("pbkdf2_sha256")) throw refuse("Do not pass a hashed password.", "invalid-text");
  if (review.status === "password-refused") throw refuse(review.message, review.reason);
}

/** Whether a text has more code points than this. */
function isLonger(text: string, most: number): boolean {
  // Each code point takes one or two units; nobody counts through a text of megabytes.
  return text.length > 2 * most || [...text].length > most;
}

/** Null where somebody was deleted meanwhile. */
async function unlessGone<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WatchwordError && error.code === "not-found") return null;
    throw error;
  }
}
