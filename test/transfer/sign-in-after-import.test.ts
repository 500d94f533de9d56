import { afterEach, describe, expect, it } from "vitest";
import type { ImportInput, SignInResult } from "watchword";
import type { NewUser } from "#dist/store/contract.js";
import { testClock } from "../helpers/clock.js";
import { openStoreOf } from "../helpers/database.js";
import { DUMPED, expected, original } from "../helpers/import-source.js";
import { openTestSpace, type TestSpace, whenFree } from "../helpers/space.js";

// What counts of an import: whoever could sign in there signs in here with the same password, and nobody else does.

interface Person {
  readonly username?: string | null;
  readonly email?: string | null;
  readonly password: string | null;
  readonly password_valid?: boolean;
  readonly second_password?: string;
  readonly also_accepted?: readonly string[];
  readonly wrong?: readonly string[];
  readonly wrong_passwords?: readonly string[];
  readonly [field: string]: unknown;
}

interface Told {
  readonly users: readonly Person[];
  readonly unknown_users?: readonly Person[];
  readonly sessions?: readonly {
    readonly token: string;
    readonly live_when_dumped: boolean;
    readonly orphan?: boolean;
  }[];
  readonly tokens?: readonly { readonly token: string }[];
  readonly [field: string]: unknown;
}

/** How to tell somebody in the space by what is told of them, and what keeps them out there. */
interface Case {
  readonly from: string;
  readonly files: readonly string[];
  readonly answers?: string;
  readonly told: string;
  readonly id: (person: Person) => unknown;
  /** Told in `answers` as this need, from that field of the expectations. */
  readonly needs?: readonly [need: string, field: string];
  readonly inactive?: (person: Person) => boolean;
  readonly blocked?: (person: Person) => boolean;
}

const named =
  (field: string) =>
  (person: Person): unknown =>
    person[field];
const within =
  (copy: string) =>
  (person: Person): unknown =>
    (person[copy] as { readonly id: string }).id;
const isOff =
  (field: string) =>
  (person: Person): boolean =>
    person[field] === false;
const isOn =
  (field: string) =>
  (person: Person): boolean =>
    person[field] === true;

const one = (
  from: string,
  folder: string,
  files: readonly string[],
  id: (person: Person) => unknown,
  more: Partial<Case> = {},
): Case => ({
  from,
  files: files.map((file) => `${folder}/${file}`),
  told: `${folder}/expected.json`,
  id,
  ...more,
});

const CASES: readonly Case[] = [
  one("pgusers", "pgusers", ["dump.sql"], named("userid")),
  one("easy-mongodb-auth", "easy-mongodb-auth", [""], named("_id"), { blocked: isOn("blocked") }),
  one("djmongoauth", "djmongoauth", [""], named("_id")),
  one("minimus-users", "minimus-users", ["montydb"], named("_id")),
  one("piccolo", "piccolo", ["dump.sql"], named("id"), {
    told: "piccolo/expected-postgres.json",
    inactive: isOff("active"),
  }),
  one("piccolo", "piccolo", ["users.sqlite"], named("id"), {
    told: "piccolo/expected-sqlite.json",
    inactive: isOff("active"),
  }),
  one("django", "django", ["postgres-copy.sql"], named("id"), { inactive: isOff("is_active") }),
  one("django", "django-3.2", ["db.sqlite3"], named("id"), { inactive: isOff("is_active") }),
  one("better-auth", "better-auth", ["auth.sqlite"], within("in_sqlite"), {
    needs: ["secret", "secret"],
    blocked: isOn("banned"),
  }),
  one("wordpress", "wordpress-6.1", ["wp_users.sql"], named("id")),
  one("wordpress", "wordpress-6.8", ["wp_users.sql"], named("id")),
  one("keycloak", "keycloak", ["dir"], named("id"), { inactive: isOff("enabled") }),
  one("devise", "devise", ["users.sqlite3"], named("id"), {
    needs: ["pepper", "pepper"],
    blocked: isOn("locked"),
  }),
  one("flask-security", "flask-security", ["app.sqlite"], named("id"), {
    needs: ["salt", "security_password_salt"],
    inactive: isOff("active"),
  }),
  one("werkzeug", "flask-werkzeug", ["flaskr.sqlite"], named("id")),
  one("fastapi-users", "fastapi-users", ["users.sqlite"], named("id"), { inactive: isOff("is_active") }),
  one("spring-security", "spring-security", ["users.csv", "authorities.csv"], named("username"), {
    inactive: isOff("enabled"),
  }),
  one("ldif", "openldap", ["slapcat.ldif"], named("dn"), { blocked: isOn("locked") }),
  one("htpasswd", "htpasswd", ["users.htpasswd"], named("username")),
  one("shadow", "shadow", ["shadow", "passwd"], named("username"), { inactive: isOn("locked") }),
  one("postgresql-roles", "postgresql-roles", ["pg_authid.csv"], named("username"), {
    inactive: isOff("can_login"),
  }),
  one(
    "mariadb-users",
    "mariadb-users",
    ["global_priv.sql"],
    (person) => `${person.username}@${person.host}`,
    {
      inactive: isOn("locked"),
    },
  ),
];

/**
 * A wrong password costs as much as a right one, and real hashes are slow: on one store each person gets one of theirs, each
 * another in turn, and all of them where `WATCHWORD_TEST_THOROUGH` is set. What compares them is the same on all stores.
 */
function someWrong(wrong: readonly string[], index: number): readonly string[] {
  if (process.env.WATCHWORD_TEST_THOROUGH) return wrong;
  if (process.env.WATCHWORD_TEST_STORE !== "sqlite" && index % 6 > 0) return [];
  return wrong.length === 0 ? [] : wrong.slice(index % wrong.length).slice(0, 1);
}

const spaces: TestSpace[] = [];
afterEach(async () => {
  for (const space of spaces.splice(0)) await space.cleanup();
});

async function imported(input: ImportInput) {
  const at = await openTestSpace({ identifiers: "exact", clock: testClock(DUMPED) });
  spaces.push(at);
  const report = await at.space.transfer.import(input);
  return { at, report, users: await stored(at) };
}

/** Everybody in the database, by the id that they had where they come from. */
async function stored(at: TestSpace): Promise<ReadonlyMap<string, NewUser>> {
  const store = await openStoreOf(at.database);
  try {
    const all: readonly NewUser[] = await store.readRecords("users", null, 1000);
    return new Map(
      all.map((one) => {
        const id = one.keys.find(({ kind }) => kind === "origin")?.value ?? "";
        // Directories write one name in several ways (RFC 4514 §2.4).
        return [
          id.replace(
            /\\([0-9A-F]{2})/g,
            (_, hex: string) => `\\${String.fromCharCode(Number.parseInt(hex, 16))}`,
          ),
          one,
        ];
      }),
    );
  } finally {
    await store.close();
  }
}

function inputOf({ from, files, needs }: Case, told: Told): ImportInput {
  return {
    from,
    input: files.map(original),
    ...(needs === undefined ? {} : { answers: { [needs[0]]: String(told[needs[1]]) } }),
  };
}

/** A few at once, as many as there are threads to hash in. */
async function inLanes<T>(list: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = list.values();
  const lane = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all([lane(), lane(), lane()]);
}

describe.each(CASES.map((one) => [one.from, one.files.join(" "), one] as const))(
  "%s, from %s",
  (_, __, at) => {
    it("lets everybody in with their own password, and with no other", { timeout: 240_000 }, async () => {
      const told = expected<Told>(at.told);
      const { at: opened, report, users } = await imported(inputOf(at, told));
      const { space } = opened;
      const nameless = told.users.filter(({ username, email, emails }) => !username && !email && !emails);
      expect(report).toMatchObject({
        people: told.users.length,
        written: told.users.length - nameless.length,
        refused: nameless.length,
      });
      expect(users.size).toBe(report.written);

      const tries: (() => Promise<void>)[] = [];
      const signIns: (() => Promise<void>)[] = [];
      for (const [index, person] of told.users.entries()) {
        if (nameless.includes(person)) continue;
        const id = String(at.id(person));
        const user = users.get(id);
        if (user === undefined) throw new Error(`${id} did not come over`);
        const check = (password: string, fits: boolean) => async () => {
          const answer = await whenFree(() => space.passwords.check(user.user.id, password));
          expect([id, password, answer]).toEqual([id, password, fits]);
        };
        for (const password of someWrong(person.wrong ?? person.wrong_passwords ?? [], index))
          tries.push(check(password, false));
        const password = person.password_valid === false ? null : person.password;
        if (password === null) {
          tries.push(check("", false), check((user.password?.hash ?? "*").slice(0, 1000), false));
          continue;
        }
        for (const other of [person.second_password, ...(person.also_accepted ?? [])])
          if (other !== undefined) tries.push(check(other, true));
        const status: SignInResult["status"] =
          at.inactive?.(person) === true
            ? "inactive"
            : at.blocked?.(person) === true
              ? "blocked"
              : "signed-in";
        const identifier = user.user.username ?? user.user.email ?? "";
        signIns.push(async () => {
          const result = await whenFree(() => space.signIn({ identifier, password, skipLimits: true }));
          expect([id, result.status]).toEqual([id, status]);
          if (result.status === "signed-in") expect(result.user.id).toBe(user.user.id);
        });
      }
      await inLanes(tries, (run) => run());
      await inLanes(signIns, (run) => run());

      for (const { username, email, password } of told.unknown_users ?? []) {
        const identifier = username ?? email ?? "";
        expect(
          await space.users.find(identifier.includes("@") ? { email: identifier } : { username: identifier }),
        ).toBeNull();
        const result = await space.signIn({ identifier, password: password ?? "", skipLimits: true });
        expect(["wrong-credentials", "blocked"]).toContain(result.status);
      }
    });
  },
);
