import type { Fields, Value } from "../../base/values.js";
import type { BlockState } from "../../store/contract.js";
import type { Row, Tables } from "../readers/rows.js";
import type {
  ImportedFactor,
  ImportedPassword,
  ImportedSession,
  ImportSource,
  SourceItem,
  SourceOptions,
} from "../source.js";
import { base32 } from "./base32.js";
import { unsealBetterAuth } from "./better-auth-seal.js";
import { findTable, tableNamed } from "./finding.js";
import { collect, person, readable } from "./person.js";
import { flagOf, jsonOf, Reading, textOf, timeOf } from "./reading.js";
import { unknown } from "./schemes.js";
import { SideRows } from "./side-rows.js";

const SECRET = "secret";
const HASH = /^[0-9a-f]{32}:[0-9a-f]{128}$/;

/** Better Auth with its plugins username, admin and two-factor. */
export const betterAuth: ImportSource = {
  name: "better-auth",
  title: "Better Auth",
  reads: ["postgres", "sql", "sqlite", "mongodb", "ndjson"],
  takes: "the URL of the PostgreSQL or MongoDB database, a pg_dump or mysqldump as text, or the SQLite file",
  needs: [
    {
      name: SECRET,
      description:
        "BETTER_AUTH_SECRET of the application. Second factors are sealed with it; without it they are kept sealed and cannot be asked for.",
      secret: true,
    },
  ],
  read,
};

async function* read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
  const users = await findTable(
    input,
    "Better Auth",
    [options.table ?? "user", "users"],
    ["id", "email", "emailVerified"],
  );
  const plural = users.table.toLowerCase().endsWith("s") ? "s" : "";
  const tables = {
    accounts: (await tableNamed(input, `account${plural}`)) ?? "account",
    sessions: (await tableNamed(input, `session${plural}`)) ?? "session",
    factors: (await tableNamed(input, `twoFactor${plural}`)) ?? "twoFactor",
  };
  const side = SideRows.create();
  try {
    yield* collect(input.rows(Object.values(tables)), async (row) => {
      const owner = textOf(row.values.get("userId") ?? null);
      if (owner !== null) await side.add(row.table, owner, row.values);
    });
    yield* readable(input.rows([users.table]), (row) => toUser(row, options, side, tables));
    for (const table of Object.values(tables))
      for (const { owner, rows } of side.orphans(table))
        yield {
          kind: "note",
          where: table,
          code: "orphan",
          message: `${rows.length} of ${table} belong to ${owner}, who is not there. They are left behind.`,
        };
  } finally {
    await side.close();
  }
}

type TableNames = Readonly<Record<"accounts" | "sessions" | "factors", string>>;

function toUser(row: Row, options: SourceOptions, side: SideRows, tables: TableNames): SourceItem {
  const reading = new Reading(row, options);
  const id = reading.text(row.values.has("id") ? "id" : "_id") ?? "";
  const accounts = side.of(tables.accounts, id);
  const roles = (reading.text("role") ?? "")
    .split(",")
    .map((role) => role.trim())
    .filter((role) => role !== "");
  const blocked = blockOf(reading, options);
  reading.drop("twoFactorEnabled");
  const email = reading.text("email");
  const emailVerified = reading.flag("emailVerified", false);
  const createdAt = reading.time("createdAt", { epoch: "either" });
  const updatedAt = reading.time("updatedAt", { epoch: "either" });
  const factors = side.of(tables.factors, id).flatMap((factor) => factorsOf(reading, factor, options));
  const sessions = side.of(tables.sessions, id);
  const username = usernameOf(reading);
  const rest = reading.rest(false);
  const others = accounts.filter((account) => account.get("providerId") !== "credential").map(withoutTokens);
  if (others.length > 0) rest.set("accounts", others);
  return person(reading, {
    origin: { system: "better-auth", id },
    username,
    email,
    emailVerified,
    passwords: accounts.flatMap(passwordsOf),
    // The plugin's own default: people of the role `admin` list, ban and change users.
    admin: roles.includes("admin"),
    roles,
    blocked,
    factors,
    createdAt,
    updatedAt,
    sessions: options.keepSessions ? sessions.flatMap((session) => sessionOf(session, options)) : [],
    data: rest,
  });
}

/** Stored in lower case; `displayUsername` keeps the spelling, and may be another text altogether. */
function usernameOf(reading: Reading): string | null {
  const username = reading.filled("username");
  const display = reading.filled("displayUsername");
  if (display === null || display.toLowerCase() === username) return display ?? username;
  reading.keep("displayUsername");
  return username;
}

function blockOf(reading: Reading, options: SourceOptions): BlockState | null {
  const banned = reading.flag("banned", false);
  const reason = reading.filled("banReason");
  const until = reading.time("banExpires", { epoch: "either" });
  const isOver = until !== null && until <= options.now;
  return banned && !isOver ? { since: options.now, until, reason } : null;
}

function passwordsOf(account: Fields): readonly ImportedPassword[] {
  const stored = textOf(account.get("password") ?? null);
  if (account.get("providerId") !== "credential" || !stored) return [];
  if (HASH.test(stored)) return [{ kind: "hash", scheme: "better_auth_scrypt", hash: stored }];
  return [unknown(stored, "it is no hash that Better Auth writes; an application can have its own.")];
}

/** Who is signed in by which other provider stays known; what opens that provider's doors does not come along. */
function withoutTokens(account: Fields): Fields {
  const kept = new Map<string, Value>(account);
  for (const name of ["accessToken", "refreshToken", "idToken", "password", "userId"]) kept.delete(name);
  for (const [name, value] of kept) if (value === null) kept.delete(name);
  return kept;
}

/** The browser's cookie holds this token, a dot and a signature; 32 random characters. */
function sessionOf(fields: Fields, options: SourceOptions): readonly ImportedSession[] {
  const token = textOf(fields.get("token") ?? null);
  const time = (name: string) => timeOf(fields.get(name) ?? null, options.timeZone, "either") ?? null;
  const expiresAt = time("expiresAt");
  if (!token || expiresAt === null || expiresAt <= options.now) return [];
  // An administrator who looks at the application as somebody else is not that person.
  if (textOf(fields.get("impersonatedBy") ?? null)) return [];
  return [
    {
      token,
      createdAt: time("createdAt"),
      expiresAt,
      ip: textOf(fields.get("ipAddress") ?? null) || null,
      userAgent: textOf(fields.get("userAgent") ?? null) || null,
    },
  ];
}

function factorsOf(reading: Reading, fields: Fields, options: SourceOptions): readonly ImportedFactor[] {
  const confirmed = flagOf(fields.get("verified") ?? null) ?? true;
  const sealedSecret = textOf(fields.get("secret") ?? null) ?? "";
  const sealedCodes = textOf(fields.get("backupCodes") ?? null) ?? "";
  const secret = options.answers.get(SECRET);
  if (secret === undefined) {
    const why = "BETTER_AUTH_SECRET was not given";
    reading.note("need-missing", `has a second factor that stays sealed: ${why}.`);
    return sealed(sealedSecret, sealedCodes, confirmed, why);
  }
  const totp = unsealBetterAuth(sealedSecret, secret);
  const codes = jsonOf(unsealBetterAuth(sealedCodes, secret) ?? sealedCodes);
  if (totp === null) {
    const why = "BETTER_AUTH_SECRET is not the one that it was sealed with";
    reading.note("need-missing", `has a second factor that stays sealed: ${why}.`);
    return sealed(sealedSecret, sealedCodes, confirmed, why);
  }
  const texts = Array.isArray(codes) ? codes.filter((code: Value) => typeof code === "string") : [];
  return [
    {
      type: "totp",
      name: "authenticator",
      value: { kind: "totp", secret: base32(Buffer.from(totp)), digits: 6, period: 30, algorithm: "SHA1" },
      confirmed,
    },
    ...(texts.length === 0
      ? []
      : [
          {
            type: "backup-codes",
            name: "backup codes",
            value: { kind: "codes", codes: texts },
            confirmed,
          } as const,
        ]),
  ];
}

function sealed(secret: string, codes: string, confirmed: boolean, why: string): readonly ImportedFactor[] {
  return [
    { type: "totp", name: "authenticator", value: { kind: "sealed", text: secret, why }, confirmed },
    { type: "backup-codes", name: "backup codes", value: { kind: "sealed", text: codes, why }, confirmed },
  ];
}
