import { WatchwordError } from "../base/errors.js";
import { requireKnownFields } from "../base/input.js";
import type { UserSpace } from "./contract.js";
import type { OpenOptions } from "./options.js";
import { describePlace, findPlace, keyOf, type Place } from "./place.js";

interface Opened {
  readonly space: Promise<UserSpace>;
  readonly options: OpenOptions;
  holders: number;
}

const opened = new Map<string, Opened>();

/**
 * Opens the user space in a database, and makes it where there is none.
 *
 * Opening the same database again in one process gives the same object, with the options of the first opening; the
 * database is let go of when each opener has closed it. With `separate` it gives an object of its own.
 *
 * @param url Where the data lies: `sqlite:users.db`, `postgres://user:password@host/database`,
 * `mongodb://user:password@host/database`. No error repeats it.
 * @param options Each beats its environment variable, which beats the default.
 * @throws WatchwordError `invalid-option`, `store-refused`, `store-corrupted`, `store-unavailable`, `package-missing`,
 * `newer-database`, `migration-needed`, `secret-missing`, `wrong-secret`, `settings-contradict`
 *
 * @example
 * ```ts
 * const space = await openUserSpace("sqlite:users.db");
 * await space.users.create({ username: "ada", password: "correct horse battery staple" });
 * await space.close();
 * ```
 */
export async function openUserSpace(url: string, options: OpenOptions = {}): Promise<UserSpace> {
  requireKnownFields(options, OPTIONS, "openUserSpace");
  const place = findPlace(url, options);
  if (options.separate === true) return create((letGo) => letGo());
  const key = keyOf(place);
  const earlier = opened.get(key);
  if (earlier !== undefined) {
    requireSame(earlier.options, options, place);
    earlier.holders++;
    return earlier.space;
  }
  const entry: Opened = { options, holders: 1, space: create(letGoWithTheLast) };
  opened.set(key, entry);
  entry.space.catch(() => opened.delete(key));
  return entry.space;

  async function letGoWithTheLast(letGo: () => Promise<void>): Promise<void> {
    entry.holders--;
    if (entry.holders > 0) return;
    if (opened.get(key) === entry) opened.delete(key);
    await letGo();
  }

  async function create(release: (letGo: () => Promise<void>) => Promise<void>): Promise<UserSpace> {
    // Loaded here, so that importing the package costs nothing until a space is opened.
    const { createUserSpace } = await import("./create-user-space.js");
    return createUserSpace(place, options, release);
  }
}

/** A misspelt option would be left out without a word. */
const OPTIONS: { readonly [Name in keyof Required<OpenOptions>]: true } = {
  name: true,
  secret: true,
  identifiers: true,
  atCreation: true,
  separate: true,
  baseUrl: true,
  siteName: true,
  migrate: true,
  create: true,
  passwords: true,
  sessions: true,
  signUp: true,
  signIn: true,
  codes: true,
  limits: true,
  mail: true,
  sqlite: true,
  postgres: true,
  mongodb: true,
  connect: true,
  http: true,
  clock: true,
  logger: true,
};

/** Those that are plain values; functions, such as a clock, cannot be told apart. */
const COMPARED = [
  "name",
  "secret",
  "identifiers",
  "baseUrl",
  "siteName",
  "passwords",
  "sessions",
  "signUp",
  "signIn",
  "codes",
  "limits",
  "sqlite",
  "postgres",
  "mongodb",
  "connect",
  "http",
] as const;

/** Options that the first opening has fixed cannot be had otherwise by a second one. */
function requireSame(first: OpenOptions, second: OpenOptions, place: Place): void {
  for (const name of COMPARED)
    if (second[name] !== undefined && JSON.stringify(second[name]) !== JSON.stringify(first[name]))
      throw new WatchwordError(
        "settings-contradict",
        `${describePlace(place)} is open in this process already, with another ${name}; close it first, or leave the option out.`,
      );
}
