import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ImportInput, OpenOptions } from "watchword";
import { deriveKey } from "#dist/base/crypto.js";
import { unseal } from "#dist/base/seal.js";
import type { NewUser } from "#dist/store/contract.js";
import { testClock } from "../helpers/clock.js";
import { openStoreOf } from "../helpers/database.js";
import { DUMPED, expected, original } from "../helpers/import-source.js";
import { openTestSpace, type TestSpace } from "../helpers/space.js";

const spaces: TestSpace[] = [];
afterEach(async () => {
  for (const space of spaces.splice(0)) await space.cleanup();
});

async function open(options: OpenOptions = {}): Promise<TestSpace> {
  const at = await openTestSpace({ clock: testClock(DUMPED), ...options });
  spaces.push(at);
  return at;
}

async function stored(at: TestSpace): Promise<readonly NewUser[]> {
  const store = await openStoreOf(at.database);
  try {
    return await store.readRecords("users", null, 1000);
  } finally {
    await store.close();
  }
}

/** Somebody by name, as the store has them. */
async function rowOf(at: TestSpace, name: string): Promise<NewUser> {
  const found = (await stored(at)).find(({ user }) => user.username === name || user.email === name);
  if (found === undefined) throw new Error(`nobody is called ${name}`);
  return found;
}

async function csvOf(at: TestSpace, text: string): Promise<readonly string[]> {
  const file = join(at.folder, "people.csv");
  await writeFile(file, text);
  return [file];
}

const status = async (at: TestSpace, identifier: string, password: string) =>
  (await at.space.signIn({ identifier, password, skipLimits: true })).status;

describe("several hashes of one person", () => {
  const file = ["entries.ldif"];
  const LDIF = `dn: uid=bjorn,dc=example
objectClass: person
uid: bjorn
userPassword: {SSHA}XoIPseC4fEJ6/mr9O7M0Cm2DMAEnhLB2
userPassword: {CRYPT}$1$XLF4z2V2$ysGdM1x3Vz1o10jGSDahs0
userPassword: in the clear
`;

  async function imported(more: Partial<ImportInput> = {}) {
    const at = await open();
    const input = [join(at.folder, file[0] ?? "")];
    await writeFile(input[0] ?? "", LDIF);
    const report = await at.space.transfer.import({ from: "ldif", input, ...more });
    return { at, report };
  }

  it("each of them lets in, and one argon2id takes the place of all", async () => {
    const { at, report } = await imported();
    expect(report.schemes.map(({ scheme }) => scheme).sort()).toEqual([
      "ldap_crypt",
      "ldap_salted_sha1",
      "plaintext",
    ]);
    const before = await rowOf(at, "bjorn");
    expect(before.password?.scheme).toBe("any(argon2id(ldap_salted_sha1),argon2id(ldap_crypt),argon2id)");
    for (const rest of ["XoIPseC4fEJ6", "ysGdM1x3Vz1o10jGSDahs0", "in the clear"])
      expect(before.password?.hash).not.toContain(rest);
    const { id } = before.user;
    expect(await at.space.passwords.check(id, "correct horse battery staple")).toBe(true);
    expect(await at.space.passwords.check(id, "in the clear")).toBe(true);
    expect(await at.space.passwords.check(id, "in the clea")).toBe(false);
    expect(await status(at, "bjorn", "in the clear")).toBe("signed-in");
    await at.reopen();
    const after = await rowOf(at, "bjorn");
    expect(after.password).toMatchObject({ scheme: "argon2id", normalization: "nfkc" });
    expect(await at.space.passwords.check(id, "correct horse battery staple")).toBe(false);
    expect(await at.space.passwords.check(id, "in the clear")).toBe(true);
  });

  it("whichever is right first is the one that stays, by a check that renews as by a sign-in", async () => {
    const { at } = await imported();
    const { id } = (await rowOf(at, "bjorn")).user;
    const renewed = { renew: true };
    expect(await at.space.passwords.check(id, "correct horse battery staple", renewed)).toBe(true);
    await at.reopen();
    expect((await rowOf(at, "bjorn")).password?.scheme).toBe("argon2id");
    expect(await at.space.passwords.check(id, "in the clear")).toBe(false);
    expect(await at.space.passwords.check(id, "correct horse battery staple")).toBe(true);
  });

  it("rest as they are where nothing is wrapped, but for the one in clear", async () => {
    const { at } = await imported({ wrap: false });
    const { password } = await rowOf(at, "bjorn");
    expect(password?.scheme).toBe("any(ldap_salted_sha1,ldap_crypt,argon2id)");
    expect(password?.hash).toContain("ysGdM1x3Vz1o10jGSDahs0");
    expect(password?.hash).not.toContain("in the clear");
    expect(await status(at, "bjorn", "correct horse battery staple")).toBe("signed-in");
  });
});

describe("what hashes need besides themselves", () => {
  interface Told {
    readonly pepper: string;
    readonly users: readonly { readonly email: string; readonly password: string | null }[];
  }
  const told = expected<Told>("devise/expected.json");
  const { pepper } = told;
  const agnes = { email: told.users[0]?.email ?? "", password: told.users[0]?.password ?? "" };
  const devise = { from: "devise", input: [original("devise/users.sqlite3")] };

  it("is kept beside them, encrypted under the space's secret, where the options do not have it", async () => {
    const at = await open();
    await at.space.transfer.import({ ...devise, answers: { pepper } });
    const row = await rowOf(at, agnes.email);
    expect(row.password).toMatchObject({ scheme: "devise_bcrypt", pepperId: null });
    expect(await at.database.dump()).not.toContain(pepper);
    await at.reopen();
    expect(await status(at, agnes.email, agnes.password)).toBe("signed-in");
  });

  it("is named by its id where the options have it, told or not", async () => {
    const at = await open({ passwords: { legacySecrets: { shop: { pepper } } } });
    await at.space.transfer.import({ ...devise, secretsId: "shop" });
    expect((await rowOf(at, agnes.email)).password).toMatchObject({
      scheme: "devise_bcrypt",
      pepperId: "shop",
    });
    expect(await status(at, agnes.email, agnes.password)).toBe("signed-in");
    const other = await open({ passwords: { legacySecrets: { shop: { pepper } } } });
    await other.space.transfer.import({ ...devise, answers: { pepper } });
    expect((await rowOf(other, agnes.email)).password?.pepperId).toBe("shop");
    await expect(
      other.space.transfer.import({ ...devise, secretsId: "shop", answers: { pepper: "another" } }),
    ).rejects.toMatchObject({ code: "invalid-input" });
    await expect(other.space.transfer.import({ ...devise, secretsId: "none" })).rejects.toMatchObject({
      code: "secret-missing",
    });
  });

  it("where it is missing, people keep their account, the dry run says so, and it can be given later", async () => {
    const at = await open();
    const flask = { from: "flask-security", input: [original("flask-security/app.sqlite")] };
    const people = expected<{
      readonly security_password_salt: string;
      readonly users: readonly { readonly email: string; readonly password: string | null }[];
    }>("flask-security/expected.json");
    const salt = people.security_password_salt;
    const some = people.users.filter(({ password }) => password !== null);
    const trial = await at.space.transfer.import({ ...flask, dryRun: true });
    expect(trial.events["need-missing"]).toBe(some.length);
    await at.space.transfer.import(flask);
    const first = some[0] ?? { email: "", password: "" };
    expect(await status(at, first.email, first.password ?? "")).toBe("wrong-credentials");
    const again = await at.space.transfer.import({ ...flask, answers: { salt }, existing: "update" });
    expect(again.updated).toBe(people.users.length);
    expect(await status(at, first.email, first.password ?? "")).toBe("signed-in");
  });

  it("refuses an answer that nobody asked for", async () => {
    const at = await open();
    await expect(at.space.transfer.import({ ...devise, answers: { peper: pepper } })).rejects.toThrow(
      /pepper, unlock-in/,
    );
  });
});

describe("any table", () => {
  it("guesses no form: people come over without a password, and the report names what it may be", async () => {
    const at = await open();
    const input = await csvOf(at, "login,pw\nada,5f4dcc3b5aa765d61d8327deb882cf99\n");
    const mapping = { username: "login", hash: "pw" };
    const report = await at.space.transfer.import({ from: "csv", input, mapping });
    expect(report.events["password-unknown"]).toBe(1);
    expect((await rowOf(at, "ada")).password).toBeNull();
    const again = await at.space.transfer.import({
      ...{ from: "csv", input, mapping, scheme: "hex_md5", existing: "update" as const },
    });
    expect(again).toMatchObject({ updated: 1, schemes: [{ scheme: "hex_md5", strength: "broken" }] });
    expect((await rowOf(at, "ada")).password?.scheme).toBe("argon2id(hex_md5)");
    expect(await status(at, "ada", "password")).toBe("signed-in");
  });

  it("compares a password in clear to the byte, and keeps none", async () => {
    const at = await open({ passwords: { peppers: [{ id: "2031", secret: "a pepper of enough bytes" }] } });
    const decomposed = "Gru\u0308\u00dfe aus Ko\u0308ln";
    const input = await csvOf(at, `login,pw\nada,${decomposed}\n`);
    const mapping = { username: "login", password: "pw" };
    const trial = await at.space.transfer.import({ from: "csv", input, mapping, dryRun: true });
    expect(trial.events["password-in-clear"]).toBe(1);
    await at.space.transfer.import({ from: "csv", input, mapping });
    expect(await at.database.dump()).not.toContain(decomposed);
    const { user, password } = await rowOf(at, "ada");
    expect(password).toMatchObject({ scheme: "argon2id", normalization: "none", pepperId: "2031" });
    expect(await at.space.passwords.check(user.id, decomposed.normalize("NFC"))).toBe(false);
    expect(await status(at, "ada", decomposed)).toBe("signed-in");
  });
});

describe("numbers", () => {
  it("of pgusers and Piccolo find people in the space, which goes on counting behind them", async () => {
    for (const [from, file, answers] of [
      ["pgusers", "pgusers/dump.sql", "pgusers/expected.json"],
      ["piccolo", "piccolo/users.sqlite", "piccolo/expected-sqlite.json"],
    ] as const) {
      const at = await open({ identifiers: "exact" });
      const { users } = expected<{
        readonly users: readonly {
          readonly id?: number;
          readonly userid?: number;
          readonly username: string | null;
        }[];
      }>(answers);
      const report = await at.space.transfer.import({ from, input: [original(file)] });
      expect(report).toMatchObject({ written: users.length, refused: 0 });
      let highest = 0;
      for (const { id, userid = id ?? 0, username } of users) {
        highest = Math.max(highest, userid);
        const found = await at.space.users.find({ number: userid });
        expect(found).toMatchObject({ number: userid });
        // A name that somebody before has already is kept in the data.
        expect(found?.username ?? found?.data.username ?? "").toBe(username ?? "");
        expect(await at.space.users.find({ origin: { system: from, id: String(userid) } })).toEqual(found);
      }
      const next = await at.space.users.create({ username: "somebody new", numbered: true });
      expect(next.number).toBe(highest + 1);
    }
  });

  it("of the second of two systems stay where they are free, and the report names whose they are", async () => {
    const at = await open({ identifiers: "exact" });
    await at.space.transfer.import({ from: "pgusers", input: [original("pgusers/dump.sql")] });
    const input = [original("piccolo/users.sqlite")];
    const report = await at.space.transfer.import({ from: "piccolo", input });
    const clashes = report.examples.filter(({ code, message }) => code === "clash" && /number/.test(message));
    expect(clashes.length).toBeGreaterThan(0);
    const [clash] = clashes;
    expect(clash?.message).toMatch(/^the number \d+ belongs to .+; it is kept in the data\.$/);
    const number = Number(/\d+/.exec(clash?.message ?? "")?.[0]);
    const theirs = await at.space.users.find({ origin: { system: "piccolo", id: String(number) } });
    expect(theirs).toMatchObject({ number: null, data: { number } });
    const first = await at.space.users.find({ number });
    expect(first).toEqual(await at.space.users.find({ origin: { system: "pgusers", id: String(number) } }));
  });

  it("go out with an export, and come in again by --map number", async () => {
    const from = await open();
    for (const username of ["ada", "bob", "carl"])
      await from.space.users.create({ username, numbered: username !== "bob" });
    const file = join(from.folder, "users.ndjson");
    const lines: string[] = [];
    for await (const line of from.space.transfer.export({ format: "ndjson" })) lines.push(line);
    await writeFile(file, lines.join(""));
    const to = await open();
    const mapping = { id: "id", username: "username", number: "number" };
    const report = await to.space.transfer.import({ from: "ndjson", input: [file], mapping });
    expect(report).toMatchObject({ written: 3 });
    expect((await to.space.users.list({ order: "username" })).items.map(({ number }) => number)).toEqual([
      1,
      null,
      2,
    ]);
    expect((await to.space.users.create({ username: "dan", numbered: true })).number).toBe(3);
  });
});

describe("sessions", () => {
  interface Told {
    readonly sessions: readonly {
      readonly token: string;
      readonly live_when_dumped: boolean;
      readonly user_id?: unknown;
    }[];
    readonly tokens?: readonly { readonly token: string }[];
  }
  const CASES = [
    ["djmongoauth", "djmongoauth", "djmongoauth/expected.json"],
    ["piccolo", "piccolo/users.sqlite", "piccolo/expected-sqlite.json"],
  ] as const;

  it.each(CASES)(
    "of %s go on under their old tokens, those that are over do not",
    async (from, file, answers) => {
      const { sessions, tokens = [] } = expected<Told>(answers);
      const at = await open({ identifiers: "exact", clock: testClock(DUMPED - 15 * 60_000) });
      const report = await at.space.transfer.import({ from, input: [original(file)], keepSessions: true });
      const live = [...sessions.filter(({ live_when_dumped }) => live_when_dumped), ...tokens];
      expect(report.sessions).toBeGreaterThan(0);
      let passed = 0;
      for (const { token } of live) if ((await at.space.sessions.check(token)).status === "ok") passed++;
      expect(passed).toBe(report.sessions);
      for (const { token, live_when_dumped } of sessions)
        if (!live_when_dumped) expect((await at.space.sessions.check(token)).status).not.toBe("ok");
      for (const { token } of live) expect(await at.database.dump()).not.toContain(token);
    },
  );

  it("of pgusers can be guessed, and stay behind", async () => {
    const { sessions } = expected<Told>("pgusers/expected.json");
    const at = await open();
    const input = [original("pgusers/dump.sql")];
    const report = await at.space.transfer.import({ from: "pgusers", input, keepSessions: true });
    expect(report.sessions).toBe(0);
    expect(report.events["sessions-left"]).toBe(1);
    for (const { token } of sessions) expect((await at.space.sessions.check(token)).status).toBe("not-found");
  });
});

it("keeps second factors, encrypted, and names who had one", async () => {
  const at = await open();
  const input = [original("keycloak/realm-export.json")];
  const report = await at.space.transfer.import({ from: "keycloak", input });
  const told = expected<{ readonly users: readonly { username: string; totp_secret_base32?: string }[] }>(
    "keycloak/expected.json",
  ).users.filter((user) => user.totp_secret_base32 !== undefined);
  expect(report.factors).toBe(told.length);
  expect(report.examples.filter(({ code }) => code === "second-factor").map(({ who }) => who)).toEqual(
    told.map(({ username }) => username),
  );
  const key = deriveKey(await at.database.secret(), "factors");
  for (const { username, totp_secret_base32: secret = "?" } of told) {
    expect(await at.database.dump()).not.toContain(secret);
    const { user, factors = [] } = await rowOf(at, username);
    const [factor] = factors;
    if (factor === undefined) throw new Error(`${username} has no factor`);
    expect(unseal([key], factor.sealed, `${user.id}/${factor.type}/${factor.name}`)).toContain(secret);
  }
});

it("is for the system and superusers, and written down", async () => {
  const at = await open();
  const input = await csvOf(at, "login\nada\n");
  const request = { from: "csv", input, mapping: { username: "login" } };
  const admin = { type: "user", id: "01a203f7-a265-73e5-a169-4748b3486de9", admin: true } as const;
  await expect(
    at.space.transfer.import({ ...request, actor: { ...admin, superuser: false } }),
  ).rejects.toMatchObject({ code: "not-allowed" });
  await at.space.transfer.import({ ...request, dryRun: true });
  expect((await at.space.audit.list({ action: "users.imported" })).items).toEqual([]);
  const steps: (number | null)[] = [];
  const onProgress = ({ total }: { readonly total: number | null }) => steps.push(total);
  await at.space.transfer.import({
    ...request,
    count: true,
    onProgress,
    actor: { ...admin, superuser: true },
  });
  expect(steps).toEqual([1]);
  const [row] = (await at.space.audit.list({ action: "users.imported" })).items;
  expect(row).toMatchObject({ actor: admin.id, details: { source: "csv", people: 1, written: 1 } });
});
