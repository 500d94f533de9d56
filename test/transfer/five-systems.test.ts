import { describe, expect, it } from "vitest";
import { toTagged } from "#dist/base/values.js";
import { fromExtended } from "#dist/transfer/readers/extended-json.js";
import { parseJson } from "#dist/transfer/readers/json.js";
import {
  DUMPED,
  dataOf,
  expected,
  notesOf,
  original,
  readSource,
  schemesOf,
  tellings,
  usersOf,
  userWithId,
} from "../helpers/import-source.js";

// Databases that the five systems themselves wrote, person by person against what their calls answered.

/** Extended JSON as it is kept with us. */
const kept = (extended: unknown) => toTagged(fromExtended(parseJson(JSON.stringify(extended))));

describe("pgusers", () => {
  interface Expected {
    readonly users: readonly {
      readonly userid: number;
      readonly username: string | null;
      readonly email: string | null;
      readonly admin: boolean;
      readonly extra_data: unknown;
    }[];
  }
  const { users } = expected<Expected>("pgusers/expected.json");

  for (const file of ["dump.sql", "dump-copy.sql"])
    it(`gives everybody of ${file}, and nobody else`, async () => {
      const items = await readSource("pgusers", [original(`pgusers/${file}`)]);
      expect(usersOf(items).length).toBe(users.length);
      for (const person of users) {
        const user = userWithId(items, String(person.userid));
        expect(user.username).toBe(person.username);
        expect(user.email).toBe(person.email);
        expect(user.number).toBe(person.userid);
        expect(user.admin).toBe(person.admin);
        expect(user).toMatchObject({ active: true, superuser: false, blocked: null, emailVerified: false });
        expect(schemesOf(user)).toEqual(["pgusers_pbkdf2_sha512"]);
        const { extra_data = null } = dataOf(user);
        expect(extra_data).toEqual(person.extra_data);
      }
      expect(items.filter(({ kind }) => kind === "refused")).toEqual([]);
    });

  it("keeps the bytes of a pickle that only Python could make whole, and tells", async () => {
    const items = await readSource("pgusers", [original("pgusers/dump.sql")]);
    const raw = users.filter(({ extra_data }) =>
      /\$unsupported|\$recursive/.test(JSON.stringify(extra_data)),
    );
    expect(raw.length).toBe(3);
    for (const { userid } of raw) {
      const user = userWithId(items, String(userid));
      expect(notesOf(user)).toContain("value-kept-raw");
      expect(user.data.get("extra_data_pickle")).toBeInstanceOf(Uint8Array);
    }
  });

  it("gives no session, since its keys can be guessed, and says so", async () => {
    const items = await readSource("pgusers", [original("pgusers/dump.sql")], { keepSessions: true });
    expect(usersOf(items).flatMap(({ sessions }) => sessions)).toEqual([]);
    expect(tellings(items, "sessions-left")[0]).toContain("guess");
  });
});

describe("easy-mongodb-auth-handler", () => {
  interface Expected {
    readonly users: readonly {
      readonly _id: string;
      readonly email: string;
      readonly password: string | null;
      readonly pending_code?: string;
      readonly verified: boolean;
      readonly blocked: boolean | null;
      readonly rate_limit_last_action: number | null;
      readonly custom_data: unknown;
    }[];
    readonly blocked_rows_without_user: readonly string[];
    readonly limit_rows_without_user: readonly string[];
    readonly unknown_users: readonly { readonly email: string }[];
  }
  const told = expected<Expected>("easy-mongodb-auth/expected.json");

  it("joins users with the block and the limit of their address", async () => {
    const items = await readSource("easy-mongodb-auth", [original("easy-mongodb-auth")]);
    expect(usersOf(items).length).toBe(told.users.length);
    for (const person of told.users) {
      const user = userWithId(items, person._id);
      expect(user.email).toBe(person.email);
      expect(user.username).toBeNull();
      expect(user.emailVerified).toBe(person.verified);
      expect(user.blocked === null).toBe(person.blocked !== true);
      expect(schemesOf(user)).toEqual(person.password === null ? [] : ["bcrypt"]);
      const { limit, ...data } = dataOf(user) as { limit?: { last_action: number } };
      expect(data).toEqual({ custom_data: kept(person.custom_data) });
      expect(limit?.last_action ?? null).toBe(person.rate_limit_last_action);
      expect(notesOf(user).includes("code-left")).toBe(person.pending_code !== undefined);
    }
  });

  it("keeps the block of an address that nobody has any more", async () => {
    const items = await readSource("easy-mongodb-auth", [original("easy-mongodb-auth")]);
    const blocks = items.filter((item) => item.kind === "block");
    expect(blocks.map(({ name }) => name)).toEqual(told.unknown_users.map(({ email }) => email));
    const orphans = tellings(items, "orphan").join("\n");
    for (const address of [...told.blocked_rows_without_user, ...told.limit_rows_without_user])
      if (!told.unknown_users.some(({ email }) => email === address)) expect(orphans).toContain(address);
  });
});

describe("djmongoauth", () => {
  interface Expected {
    readonly users: readonly {
      readonly _id: string;
      readonly username: string;
      readonly email: string;
      readonly password_scheme: string;
      readonly email_verified: boolean;
      readonly email_verified_at: string | null;
    }[];
    readonly sessions: readonly {
      readonly token: string;
      readonly user_id: string;
      readonly expires_at: string;
      readonly live_when_dumped: boolean;
    }[];
  }
  const told = expected<Expected>("djmongoauth/expected.json");
  const SCHEMES: Readonly<Record<string, readonly string[]>> = {
    pbkdf2_sha256: ["django_pbkdf2_sha256"],
    pbkdf2_sha1: ["django_pbkdf2_sha1"],
    bcrypt_sha256: ["django_bcrypt_sha256"],
    argon2: ["django_argon2"],
    unusable: [],
  };

  it("gives its users and not those of Django beside them", async () => {
    const items = await readSource("djmongoauth", [original("djmongoauth")]);
    expect(usersOf(items).length).toBe(told.users.length);
    for (const person of told.users) {
      const user = userWithId(items, person._id);
      expect(user.username).toBe(person.username);
      expect(user.email).toBe(person.email);
      expect(schemesOf(user)).toEqual(SCHEMES[person.password_scheme]);
      expect(user.emailVerified).toBe(person.email_verified);
      expect(user.emailVerifiedAt).toBe(
        person.email_verified_at === null ? null : Date.parse(`${person.email_verified_at}Z`),
      );
      expect(dataOf(user)).toEqual({});
      expect(user.sessions).toEqual([]);
    }
  });

  it("gives the live tokens where they are wanted, whole", async () => {
    const items = await readSource("djmongoauth", [original("djmongoauth")], { keepSessions: true });
    const given = usersOf(items).flatMap(({ origin, sessions }) =>
      sessions.map(({ token, expiresAt }) => ({ token, user_id: origin.id, expiresAt })),
    );
    const live = told.sessions.filter(({ live_when_dumped }) => live_when_dumped);
    expect(new Set(given)).toEqual(
      new Set(
        live.map(({ token, user_id, expires_at }) => ({
          token,
          user_id,
          expiresAt: Date.parse(`${expires_at}Z`),
        })),
      ),
    );
  });

  it("reads times that were written by the clock on the wall", async () => {
    const items = await readSource("djmongoauth", [original("djmongoauth")], { timeZone: "America/Chicago" });
    const person = told.users.find(({ email_verified_at }) => email_verified_at !== null);
    const user = userWithId(items, person?._id ?? "");
    // Chicago is six hours behind UTC in November.
    expect(user.emailVerifiedAt).toBe(Date.parse(`${person?.email_verified_at}Z`) + 6 * 3_600_000);
  });
});

describe("minimus-users", () => {
  interface Expected {
    readonly users: readonly {
      readonly _id: string;
      readonly username: string;
      readonly email: string | null;
      readonly password: string | null;
      readonly stored_in_clear?: boolean;
      readonly fields: Readonly<Record<string, unknown>>;
    }[];
  }
  const { users } = expected<Expected>("minimus-users/expected.json");

  for (const form of ["users.ndjson", "montydb"])
    it(`gives everybody of ${form} with all their fields`, async () => {
      const items = await readSource("minimus-users", [original(`minimus-users/${form}`)]);
      expect(usersOf(items).length).toBe(users.length);
      for (const person of users) {
        const user = userWithId(items, person._id);
        expect(user.username).toBe(person.username);
        expect(user.email).toBe(person.email);
        expect(user).toMatchObject({ active: true, admin: false });
        const { email, ...fields } = person.fields;
        expect(dataOf(user)).toEqual(kept({ _id: person._id, ...fields }));
        expect(email ?? null).toBe(user.email);
        if (person.stored_in_clear === true)
          expect(user.passwords).toEqual([{ kind: "clear", text: person.password }]);
        else expect(schemesOf(user)).toEqual(person.password === null ? [] : ["minimus_pbkdf2_sha256"]);
        expect(notesOf(user).includes("password-in-clear")).toBe(person.stored_in_clear === true);
      }
    });
});

describe("Piccolo", () => {
  interface Expected {
    readonly users: readonly {
      readonly id: number;
      readonly username: string;
      readonly email: string;
      readonly first_name: string | null;
      readonly last_name: string | null;
      readonly active: boolean;
      readonly admin: boolean;
      readonly superuser: boolean;
      readonly last_login: string | null;
      readonly password_valid: boolean;
    }[];
    readonly sessions: readonly {
      readonly token: string;
      readonly user_id: number;
      readonly expiry_date: string;
      readonly max_expiry_date: string;
      readonly live_when_dumped: boolean;
      readonly orphan: boolean;
    }[];
    readonly tokens: readonly { readonly token: string; readonly user_id: number }[];
  }
  const FILES = [
    ["dump.sql", "expected-postgres.json"],
    ["dump-copy.sql", "expected-postgres.json"],
    ["users.sqlite", "expected-sqlite.json"],
  ] as const;

  for (const [file, answers] of FILES)
    it(`gives everybody of ${file}, and the tokens that are live`, async () => {
      const told = expected<Expected>(`piccolo/${answers}`);
      const items = await readSource("piccolo", [original(`piccolo/${file}`)], {
        keepSessions: true,
        now: DUMPED - 15 * 60_000,
      });
      expect(usersOf(items).length).toBe(told.users.length);
      for (const person of told.users) {
        const user = userWithId(items, String(person.id));
        expect(user.username).toBe(person.username);
        expect(user.number).toBe(person.id);
        expect(user.email).toBe(person.email === "" ? null : person.email);
        expect(user).toMatchObject({
          active: person.active,
          admin: person.admin,
          superuser: person.superuser,
        });
        expect(schemesOf(user)).toEqual([person.password_valid ? "piccolo_pbkdf2_sha256" : "unknown"]);
        // Thousandths of milliseconds have no place with us.
        expect(user.lastSignInAt).toBe(
          person.last_login === null ? null : Date.parse(`${person.last_login.slice(0, 23)}Z`),
        );
        expect(dataOf(user)).toEqual({ first_name: person.first_name, last_name: person.last_name });
      }
      const given = usersOf(items).flatMap(({ origin, sessions }) =>
        sessions.map(({ token, expiresAt }) => `${origin.id} ${token} ${expiresAt}`),
      );
      const ends = (session: Expected["sessions"][number]) =>
        Math.min(
          ...[session.expiry_date, session.max_expiry_date].map((date) =>
            Date.parse(`${date.slice(0, 23)}Z`),
          ),
        );
      const live = told.sessions
        .filter(({ live_when_dumped }) => live_when_dumped)
        .map((session) => `${session.user_id} ${session.token} ${ends(session)}`);
      const tokens = told.tokens.map(({ token, user_id }) => `${user_id} ${token} null`);
      expect(new Set(given)).toEqual(new Set([...live, ...tokens]));
      expect(tellings(items, "orphan").length).toBe(1);
    });
});
