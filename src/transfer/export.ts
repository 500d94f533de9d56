import type { JsonObject } from "../space/contract.js";
import type { NewUser, Store } from "../store/contract.js";

export interface ExportOptions {
  readonly format: "ndjson" | "csv";
  /** Password hashes too, with what is needed to check them elsewhere. NDJSON only. */
  readonly hashes?: boolean;
}

const PAGE = 500;

/**
 * All users, as the lines of a file, oldest first. Sign-ups that nobody proved yet are none. Times are ISO 8601, UTC.
 */
export async function* exportUsers(store: Store, options: ExportOptions): AsyncGenerator<string> {
  if (options.format === "csv") yield csvLine(COLUMNS.map(([name]) => name));
  for await (const user of wholeUsers(store))
    if (user.user.state === "active")
      yield options.format === "csv"
        ? csvLine(COLUMNS.map(([, cell]) => cell(user)))
        : `${JSON.stringify(asJson(user, options.hashes === true))}\n`;
}

async function* wholeUsers(store: Store): AsyncGenerator<NewUser> {
  for (let after: string | null = null; ; ) {
    const page: readonly NewUser[] = await store.readRecords("users", after, PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.user.id;
  }
}

function asJson({ user, keys, password }: NewUser, hashes: boolean): JsonObject {
  const { blocked } = user;
  return {
    id: user.id,
    number: user.number,
    username: user.username,
    email: user.email,
    emailVerifiedAt: isoTime(user.emailVerifiedAt),
    locale: user.locale,
    active: user.active,
    admin: user.admin,
    superuser: user.superuser,
    roles: user.roles,
    blocked:
      blocked === null
        ? null
        : { since: isoTime(blocked.since), until: isoTime(blocked.until), reason: blocked.reason },
    secondFactor: user.secondFactor,
    origins: keys.filter(({ kind }) => kind === "origin").map(({ key }) => key.slice(2)),
    data: JSON.parse(user.data),
    createdAt: isoTime(user.createdAt),
    updatedAt: isoTime(user.updatedAt),
    lastSignInAt: isoTime(user.lastSignInAt),
    hasPassword: password !== null,
    ...(hashes && password !== null
      ? {
          password: {
            hash: password.hash,
            scheme: password.scheme,
            normalization: password.normalization,
            pepperId: password.pepperId,
            flags: password.flags,
            changedAt: isoTime(password.changedAt),
          },
        }
      : {}),
  };
}

const COLUMNS: readonly (readonly [name: string, cell: (user: NewUser) => string])[] = [
  ["id", ({ user }) => user.id],
  ["number", ({ user }) => String(user.number ?? "")],
  ["username", ({ user }) => user.username ?? ""],
  ["email", ({ user }) => user.email ?? ""],
  ["email_verified_at", ({ user }) => isoTime(user.emailVerifiedAt) ?? ""],
  ["locale", ({ user }) => user.locale ?? ""],
  ["active", ({ user }) => String(user.active)],
  ["admin", ({ user }) => String(user.admin)],
  ["superuser", ({ user }) => String(user.superuser)],
  ["roles", ({ user }) => user.roles.join(" ")],
  ["blocked", ({ user }) => String(user.blocked !== null)],
  ["blocked_until", ({ user }) => isoTime(user.blocked?.until ?? null) ?? ""],
  ["block_reason", ({ user }) => user.blocked?.reason ?? ""],
  ["has_password", ({ password }) => String(password !== null)],
  ["data", ({ user }) => user.data],
  ["created_at", ({ user }) => isoTime(user.createdAt) ?? ""],
  ["updated_at", ({ user }) => isoTime(user.updatedAt) ?? ""],
  ["last_sign_in_at", ({ user }) => isoTime(user.lastSignInAt) ?? ""],
];

/** A row of CSV (RFC 4180). */
function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => quoted(neutral(cell))).join(",")}\r\n`;
}

/**
 * Text that a spreadsheet would run as a formula gets an apostrophe in front, and stays text (OWASP, "CSV Injection"). Names
 * are chosen by strangers.
 */
export function neutral(cell: string): string {
  return /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(cell) ? `'${cell}` : cell;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function isoTime(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
