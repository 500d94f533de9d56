import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { toTagged, type Value } from "#dist/base/values.js";
import { openInput } from "#dist/transfer/input.js";
import type { ImportedUser, SourceItem, SourceOptions } from "#dist/transfer/source.js";
import { sourceNamed } from "#dist/transfer/sources/index.js";

/** A file of a database that the real system wrote. */
export function original(path: string): string {
  return fileURLToPath(new URL(`../fixtures/originals/${path}`, import.meta.url));
}

/** What an importer must come to, as it is written beside the database. */
export function expected<T>(path: string): T {
  return JSON.parse(readFileSync(original(path), "utf8"));
}

/** When the databases were dumped, about: some of their sessions are over by then and some are not. */
export const DUMPED = Date.UTC(2026, 10, 22, 9, 5);

export type Asked = Partial<Omit<SourceOptions, "answers">> & {
  readonly answers?: Readonly<Record<string, string>>;
};

/** All that a source makes of these files. */
export async function readSource(
  from: string,
  locations: readonly string[],
  asked: Asked = {},
): Promise<readonly SourceItem[]> {
  const source = sourceNamed(from);
  const input = await openInput(locations, source);
  const items: SourceItem[] = [];
  try {
    const options: SourceOptions = {
      timeZone: "UTC",
      keepSessions: false,
      now: DUMPED,
      ...asked,
      answers: new Map(Object.entries(asked.answers ?? {})),
    };
    for await (const item of source.read(input, options)) items.push(item);
  } finally {
    await input.close();
  }
  return items;
}

export function usersOf(items: readonly SourceItem[]): readonly ImportedUser[] {
  return items.filter((item) => item.kind === "user");
}

/** The one user with this id in the system that they come from. */
export function userWithId(items: readonly SourceItem[], id: string): ImportedUser {
  const [user, ...more] = usersOf(items).filter((one) => one.origin.id === id);
  if (user === undefined || more.length > 0) throw new Error(`${more.length + 1} users have the id ${id}`);
  return user;
}

/** The schemes of a person's passwords; `clear` and `unknown` for those that are no hash. */
export function schemesOf(user: ImportedUser): readonly (string | null)[] {
  return user.passwords.map((password) => (password.kind === "hash" ? password.scheme : password.kind));
}

/** The data as JSON: what is kept in the database. */
export function dataOf(user: ImportedUser): Record<string, unknown> {
  return JSON.parse(JSON.stringify(toTagged(user.data as Value)));
}

/** The codes of what is told of a person. */
export function notesOf(user: ImportedUser): readonly string[] {
  return user.notes.map(({ code }) => code);
}

/** What is told of no one person in particular. */
export function tellings(items: readonly SourceItem[], code: string): readonly string[] {
  return items.flatMap((item) => (item.kind === "note" && item.code === code ? [item.message] : []));
}
