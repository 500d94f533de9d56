import type { Row } from "../readers/rows.js";
import type { ImportedPassword, ImportedUser, RefusedRow, SourceItem } from "../source.js";
import { placeOf, type Reading } from "./reading.js";

/** What a source says of somebody; what it leaves out, the other system did not know. */
export type Person = Pick<ImportedUser, "origin" | "username" | "email" | "data"> &
  Partial<Omit<ImportedUser, "kind" | "where" | "notes">>;

/** Somebody as the interface wants them: with notes on their password, their second factors and what was read. */
export function person(reading: Reading, facts: Person): ImportedUser {
  const passwords = facts.passwords ?? [];
  const factors = facts.factors ?? [];
  tellOfPasswords(reading, passwords);
  if (factors.length > 0)
    reading.note("second-factor", `has a second factor: ${factors.map(({ type }) => type).join(", ")}.`);
  return {
    kind: "user",
    where: reading.where,
    number: null,
    emailVerified: false,
    emailVerifiedAt: null,
    active: true,
    admin: false,
    superuser: false,
    roles: [],
    blocked: null,
    locale: null,
    createdAt: null,
    updatedAt: null,
    lastSignInAt: null,
    sessions: [],
    ...facts,
    passwords,
    factors,
    notes: reading.notes,
  };
}

function tellOfPasswords(reading: Reading, passwords: readonly ImportedPassword[]): void {
  if (passwords.length === 0) reading.note("password-none", "has no password.");
  for (const password of passwords) {
    if (password.kind === "clear")
      reading.note("password-in-clear", "has a password that lay there in clear; it is hashed at once.");
    if (password.kind === "unknown")
      reading.note("password-unknown", `has no password that can be checked: ${password.why}`);
  }
}

/** A row that gives nobody. */
export function refused(row: Row, why: string): RefusedRow {
  return { kind: "refused", where: placeOf(row), why, row: row.values };
}

/** Makes an item of each row, or none; those that could not be read are refused. */
export async function* readable(
  rows: AsyncIterable<Row>,
  make: (row: Row) => SourceItem | null,
): AsyncGenerator<SourceItem> {
  for await (const row of rows) {
    const item = row.fault === undefined ? make(row) : refused(row, row.fault);
    if (item !== null) yield item;
  }
}

/** Takes rows in that belong to people and are none themselves; gives those that could not be read. */
export async function* collect(
  rows: AsyncIterable<Row>,
  take: (row: Row) => Promise<void>,
): AsyncGenerator<RefusedRow> {
  for await (const row of rows) {
    if (row.fault === undefined) await take(row);
    else yield refused(row, row.fault);
  }
}
