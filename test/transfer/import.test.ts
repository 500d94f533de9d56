import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { sha256 } from "#dist/base/crypto.js";
import { unseal } from "#dist/base/seal.js";
import type { Value } from "#dist/base/values.js";
import { type ImportOptions, importUsers } from "#dist/transfer/import.js";
import type { ImportEvent } from "#dist/transfer/report.js";
import type { ImportedUser, SourceItem } from "#dist/transfer/source.js";
import { sampleUser } from "../contract/samples.js";
import { FACTOR_KEY, type ImportBench, openBench, someone, stream } from "../helpers/import-engine.js";
import { DUMPED, readSource, usersOf } from "../helpers/import-source.js";

const OPTIONS: ImportOptions = { source: "test", input: "rows" };
const benches: ImportBench[] = [];

async function bench(mode: "folded" | "exact" = "folded"): Promise<ImportBench> {
  const one = await openBench(mode);
  benches.push(one);
  return one;
}

afterEach(async () => {
  for (const one of benches.splice(0)) await one.cleanup();
});

/** What names everybody has in the end, by the id in the other system. */
async function namesIn(at: ImportBench): Promise<Readonly<Record<string, string>>> {
  const users = await at.users();
  return Object.fromEntries(
    users.map(({ user, keys }) => [
      keys.find((key) => key.kind === "origin")?.value ?? "?",
      `${user.username ?? "-"} ${user.email ?? "-"}`,
    ]),
  );
}

describe("an import", () => {
  it("brings a person over with all that was known of them", async () => {
    const at = await bench();
    const ada = someone("7", {
      username: "Ada",
      email: "Ada@Example.org",
      emailVerified: true,
      emailVerifiedAt: 5000,
      passwords: [{ kind: "hash", scheme: "bcrypt", hash: "$2b$hash" }],
      admin: true,
      roles: ["editor", "editor", "x".repeat(65)],
      locale: "de_AT.UTF-8",
      data: new Map<string, bigint | string>([
        ["big", 9007199254740993n],
        ["roles", "taken already"],
      ]),
      createdAt: 1000,
      updatedAt: 2000,
      lastSignInAt: 3000,
      factors: [
        {
          type: "totp",
          name: "phone",
          confirmed: true,
          value: { kind: "totp", secret: "ABC", digits: 6, period: 30, algorithm: "SHA1" },
        },
      ],
    });
    const report = await importUsers(stream([ada]), at.deps, OPTIONS);
    expect(report).toMatchObject({ people: 1, written: 1, refused: 0, factors: 1, dryRun: false });
    expect(report.schemes).toEqual([{ scheme: "bcrypt", strength: null, users: 1 }]);

    const [stored] = await at.users();
    expect(stored?.user).toMatchObject({
      username: "Ada",
      email: "Ada@example.org",
      emailVerifiedAt: 5000,
      admin: true,
      superuser: false,
      roles: ["editor"],
      locale: "de-AT",
      createdAt: 1000,
      updatedAt: 2000,
      lastSignInAt: 3000,
    });
    expect(JSON.parse(stored?.user.data ?? "")).toEqual({
      big: { $int: "9007199254740993" },
      roles: "taken already",
      roles_2: ["editor", "editor", "x".repeat(65)],
    });
    expect(stored?.keys.map(({ key }) => key).sort()).toEqual(
      ["e:ada@example.org", `i:${stored?.user.id}`, "o:test:7", "u:ada"].sort(),
    );
    expect(stored?.password).toMatchObject({ hash: "$2b$hash", scheme: "bcrypt", flags: ["imported"] });

    const [factor] = stored?.factors ?? [];
    expect(factor).toMatchObject({ type: "totp", name: "phone" });
    expect(factor?.sealed).not.toContain("ABC");
    const opened = unseal([FACTOR_KEY], factor?.sealed ?? "", `${stored?.user.id}/totp/phone`);
    expect(JSON.parse(opened ?? "")).toMatchObject({ secret: "ABC", confirmed: true });
    expect(unseal([FACTOR_KEY], factor?.sealed ?? "", "somebody else/totp/phone")).toBeNull();
  });

  it("leaves people their numbers, and gives out none of them to others", async () => {
    const at = await bench();
    const taken = sampleUser({ username: "here", number: 2 });
    await at.store.createUser(taken, 0, []);
    const people = [
      someone("1", { username: "ann", number: 1 }),
      someone("2", { username: "bob", number: 2, data: new Map([["number", "of the app"]]) }),
      someone("3", { username: "carl", number: 2 ** 40 }),
      someone("4", { username: "dan", number: 1 }),
      someone("5", { username: "ann", number: 99 }),
      someone("6", { number: 100 }),
    ];
    const trial = await importUsers(stream(people), at.deps, { ...OPTIONS, dryRun: true });
    expect(await at.store.readRecords("sequences", null, 10)).toEqual([]);
    const report = await importUsers(stream(people), at.deps, OPTIONS);
    expect({ ...trial, took: 0, dryRun: false }).toEqual({ ...report, took: 0 });
    const users = await at.users();
    expect(users.map(({ user }) => [user.username, user.number]).sort()).toEqual(
      [
        ["here", 2],
        ["ann", 1],
        ["bob", null],
        ["carl", 2 ** 40],
        ["dan", null],
      ].sort(),
    );
    for (const { user, keys } of users)
      expect(keys.filter(({ kind }) => kind === "number")).toEqual(
        user.number === null ? [] : [{ key: `n:${user.number}`, kind: "number", value: `${user.number}` }],
      );
    const bob = users.find(({ user }) => user.username === "bob");
    expect(JSON.parse(bob?.user.data ?? "")).toEqual({ number: "of the app", number_2: 2 });
    expect(
      report.examples.filter(({ code }) => code === "clash").map(({ where, message }) => [where, message]),
    ).toEqual([
      ["row 2", "the number 2 belongs to here; it is kept in the data."],
      ["row 4", "the number 1 belongs to ann; it is kept in the data."],
      ["row 5", 'the username "ann" belongs to ann; it is kept in the data.'],
    ]);
    // With a number alone nobody signs in.
    expect(report).toMatchObject({ written: 4, refused: 2 });
    expect(await at.store.nextNumber("users")).toBe(2 ** 40 + 1);
    await expect(
      importUsers(stream([someone("7", { username: "eve", number: 2 })]), at.deps, {
        ...OPTIONS,
        existing: "fail",
      }),
    ).rejects.toThrow("the number 2 of eve belongs to here");
  });

  it("never meets the number of a user who is made while it runs", async () => {
    const at = await bench();
    const drawn: number[] = [];
    async function* slowly(): AsyncGenerator<SourceItem> {
      for (let id = 1; id <= 1600; id++) {
        yield someone(String(id), { username: `user${id}`, number: id });
        if (id % 100 === 0) {
          const number = await at.store.nextNumber("users");
          drawn.push(number);
          const made = await at.store.createUser(sampleUser({ username: `made${id}`, number }), 0, []);
          expect(made.status).toBe("created");
        }
      }
    }
    const report = await importUsers(slowly(), at.deps, OPTIONS);
    const users = await at.users();
    const numbers = users.flatMap(({ user }) => user.number ?? []);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(report.written).toBe(1600);
    // What was given out before the import came to it is the one who has it; everybody else has theirs.
    expect(numbers.length).toBe(1600 + drawn.length - (report.events.clash ?? 0));
    expect(await at.store.nextNumber("users")).toBeGreaterThan(Math.max(...numbers));
    // Behind the first batch that was written, no number of a row to come is below those given out.
    expect(drawn.filter((number) => number > 500).length).toBeGreaterThan(0);
  });

  it("never drops a person for one name that is taken: its value is kept, and both are named", async () => {
    const at = await bench();
    const report = await importUsers(
      stream([
        someone("1", { username: "ann", email: "ann@x.org" }),
        someone("2", { username: "bob", email: "ann@x.org", data: new Map([["email", "of the app"]]) }),
        someone("3", { username: "ann", email: "third@x.org" }),
        someone("4", { username: "ann", email: "ann@x.org" }),
        someone("5", { username: "", email: null }),
        someone("6", { username: "bad\u0000name", email: "no email at all" }),
        someone("7", { username: "seven", email: "no email at all" }),
      ]),
      at.deps,
      OPTIONS,
    );
    expect(await namesIn(at)).toEqual({
      1: "ann ann@x.org",
      2: "bob -",
      3: "- third@x.org",
      7: "seven -",
    });
    const users = await at.users();
    const dataOf = (id: string) =>
      JSON.parse(users.find(({ keys }) => keys.some(({ key }) => key === `o:test:${id}`))?.user.data ?? "");
    expect(dataOf("2")).toEqual({ email: "of the app", email_2: "ann@x.org" });
    expect(dataOf("3")).toEqual({ username: "ann" });
    expect(dataOf("7")).toEqual({ email: "no email at all" });
    const clash = report.examples.find((event) => event.code === "clash" && event.where === "row 2");
    expect(clash).toMatchObject({ who: "bob" });
    expect(clash?.message).toMatch(/"ann@x\.org" belongs to ann/);
    expect(report).toMatchObject({ people: 7, written: 4, refused: 3 });
    expect(
      report.examples
        .filter((event) => event.code === "refused")
        .map((event) => [event.where, event.message]),
    ).toEqual([
      ["row 4", 'None of its names is left to it: username "ann", email "ann@x.org".'],
      ["row 5", "It has neither a username nor an email."],
      ["row 6", expect.stringMatching(/^None of its names is left to it/)],
    ]);
  });

  it("keeps what it can of data that is nested without end", async () => {
    const at = await bench();
    let deep: Value = "bottom";
    for (let level = 0; level < 199; level++) deep = [deep];
    const data = new Map([["deep", deep]]);
    const refused = join(at.folder, "refused.ndjson");
    const items = [someone("1", { username: "ada", data }), someone("2", { data: new Map([["a", [deep]]]) })];
    expect(await importUsers(stream(items), at.deps, { ...OPTIONS, refused })).toMatchObject({
      written: 1,
      refused: 1,
    });
    expect((await at.users())[0]?.user.data).toContain("bottom");
    expect(await readFile(refused, "utf8")).toContain("$unsupported");
  });

  it("finds case twins and names the setting; a space that tells them apart takes both", async () => {
    const twins = [
      someone("1", { username: "Alice", email: "Alice@x.org" }),
      someone("2", { username: "alice", email: "alice@x.org" }),
      someone("3", { username: "alicE", email: "third@x.org" }),
    ];
    const folded = await bench();
    for (const dryRun of [true, false]) {
      const report = await importUsers(stream(twins), folded.deps, { ...OPTIONS, dryRun });
      expect(report).toMatchObject({ written: 2, refused: 1, events: { "case-twin": 3 } });
      expect(report.advice.join(" ")).toContain('identifiers: "exact"');
    }
    const exact = await bench("exact");
    const report = await importUsers(stream(twins), exact.deps, OPTIONS);
    expect(report).toMatchObject({ written: 3, refused: 0, events: {} });
    expect(report.advice).toEqual([]);
  });

  it("does nothing on a dry run, and tells what the import would do, to the letter", async () => {
    const items = await readSource("pgusers", [
      new URL("../fixtures/originals/pgusers/dump.sql", import.meta.url).pathname,
    ]);
    const at = await bench();
    const tell = async (dryRun: boolean) => {
      const events: ImportEvent[] = [];
      const report = await importUsers(stream(items), at.deps, {
        ...OPTIONS,
        dryRun,
        onEvent: (event) => events.push(event),
      });
      return { events: events.map((event) => JSON.stringify(event)).sort(), report };
    };
    const trial = await tell(true);
    expect(await at.users()).toEqual([]);
    const real = await tell(false);
    expect(trial.events).toEqual(real.events);
    const { took: _, dryRun: __, examples: ___, ...same } = trial.report;
    expect(real.report).toMatchObject(same);
    expect(real.report.people).toBe(usersOf(items).length);
    expect(real.report.written + real.report.refused).toBe(real.report.people);
    expect(real.report.events["case-twin"]).toBeGreaterThan(0);
    // And once more, beside what is there now.
    const again = await tell(true);
    expect(again.report).toMatchObject({ written: 0, there: real.report.written });
  });

  it("gives the same outcome as if everybody came alone, whatever the clashes", async () => {
    const name = fc.constantFrom(null, "a", "A", "b", "c", "d@x.org");
    const mail = fc.constantFrom(null, "a@x.org", "A@x.org", "d@x.org", "not one", "");
    const person = fc.record({ username: name, email: mail });
    const [together, alone] = [await bench(), await bench()];
    await fc.assert(
      fc.asyncProperty(fc.array(person, { maxLength: 12 }), async (people) => {
        const items = people.map((one, index) => someone(String(index), one));
        for (const one of [together, alone]) {
          await one.store.dropPart("users");
          await one.store.createPart("users");
        }
        const trial = await importUsers(stream(items), together.deps, { ...OPTIONS, dryRun: true });
        const report = await importUsers(stream(items), together.deps, OPTIONS);
        let written = 0;
        for (const item of items) written += (await importUsers(stream([item]), alone.deps, OPTIONS)).written;
        expect(await namesIn(together)).toEqual(await namesIn(alone));
        expect(report.written).toBe(written);
        expect([trial.written, trial.refused]).toEqual([report.written, report.refused]);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});

describe("an import that is run again", () => {
  const people = (count: number): ImportedUser[] =>
    Array.from({ length: count }, (_, index) =>
      someone(String(index), { username: `user${index % (count - 10)}`, email: `mail${index}@x.org` }),
    );

  it("doubles nobody", async () => {
    const at = await bench();
    const first = await importUsers(stream(people(1200)), at.deps, OPTIONS);
    const second = await importUsers(stream(people(1200)), at.deps, OPTIONS);
    expect(first).toMatchObject({ written: 1200, there: 0 });
    expect(second).toMatchObject({ written: 0, there: 1200, refused: 0 });
    expect(second.events.clash).toBeUndefined();
    expect(await at.users()).toHaveLength(1200);
  });

  it("goes on where it was interrupted, and ends as if it never had been", async () => {
    const refusedRows = [someone("x", { username: "" }), someone("y", { email: "nothing" })];
    const items: SourceItem[] = [...people(700), ...refusedRows, ...people(1300).slice(700)];
    const whole = await bench();
    const wholeReport = await importUsers(stream(items), whole.deps, OPTIONS);

    const at = await bench();
    const journal = join(at.folder, "import.journal");
    const refused = join(at.folder, "refused.ndjson");
    const options = { ...OPTIONS, journal, refused };
    for (const until of [3, 620, 1100])
      await expect(importUsers(stream(items, until), at.deps, options)).rejects.toThrow("the power went out");
    // A crash in the middle of a line of the journal, and behind a refused row that it does not know of.
    await writeFile(refused, `${await readFile(refused, "utf8")}{"where":"row of the lost batch"}\n`);
    await writeFile(journal, `${await readFile(journal, "utf8")}{"items":12`);
    const report = await importUsers(stream(items), at.deps, options);
    expect(await namesIn(at)).toEqual(await namesIn(whole));
    expect(report.people).toBe(wholeReport.people);
    expect(report.refused).toBe(wholeReport.refused);
    const lines = (await readFile(refused, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.where)).toEqual(["row x", "row y"]);
    expect(lines[1]).toMatchObject({
      why: expect.stringMatching(/None of its names/),
      row: { email: "nothing" },
    });
    // Finished: the next run is a new one.
    expect(await importUsers(stream(items), at.deps, options)).toMatchObject({ written: 0 });
  });

  it("leaves the numbers as they are for a row that is refused", async () => {
    const at = await bench();
    await importUsers(stream([someone("1", { number: 2 ** 53 - 1 })]), at.deps, OPTIONS);
    expect(await at.store.nextNumber("users")).toBe(1);
  });

  it("gives them their sessions too where the rows before made the first batch a small one", async () => {
    const at = await bench();
    const session = (id: number) => [
      { token: `live ${id}`, createdAt: 1, expiresAt: DUMPED * 2, ip: null, userAgent: null },
    ];
    const items = Array.from({ length: 300 }, (_, id) =>
      someone(String(id), { username: `u${id}`, sessions: session(id) }),
    );
    const options = { ...OPTIONS, journal: join(at.folder, "import.journal") };
    await at.store.dropPart("sessions");
    await expect(importUsers(stream(items), at.deps, options)).rejects.toThrow();
    await at.store.createPart("sessions");
    // The first batch ends by the second that it took, before it holds what the one before the crash held.
    async function* slowly() {
      yield* items.slice(0, 60);
      await new Promise((resolve) => setTimeout(resolve, 1100));
      yield* items.slice(60);
    }
    const report = await importUsers(slowly(), at.deps, options);
    expect(report).toMatchObject({ there: 300, sessions: 300 });
  });

  it("gives those their sessions whose batch was cut in two", async () => {
    const at = await bench();
    const items = [
      someone("1", {
        username: "ada",
        sessions: [{ token: "live token", createdAt: 1, expiresAt: DUMPED * 2, ip: null, userAgent: null }],
      }),
    ];
    const journal = join(at.folder, "import.journal");
    const { store } = at;
    // The people are written, and their sessions cannot be.
    await store.dropPart("sessions");
    const options = { ...OPTIONS, journal };
    await expect(importUsers(stream(items), at.deps, options)).rejects.toThrow();
    expect(await at.users()).toHaveLength(1);
    await store.createPart("sessions");
    expect(await importUsers(stream(items), at.deps, options)).toMatchObject({ there: 1, sessions: 1 });
    expect(await store.checkSession(sha256("live token"), { data: false })).not.toBeNull();
  });

  it("writes on the way what a batch cannot hold: people with much data, and rows without end that become nobody", async () => {
    const at = await bench();
    const written: number[] = [];
    const large = Array.from({ length: 200 }, (_, index) =>
      someone(String(index), { username: `user${index}`, data: new Map([["text", "x".repeat(100_000)]]) }),
    );
    await importUsers(stream(large), at.deps, {
      ...OPTIONS,
      onProgress: (step) => written.push(step.written),
    });
    // 4 MiB at once, and what was being read beside it.
    expect(written.length).toBeGreaterThanOrEqual(4);
    expect(written.at(-1)).toBe(200);

    const refused: number[] = [];
    const row = new Map([["id", "?"]]);
    const nobody = Array.from(
      { length: 1200 },
      (_, line): SourceItem => ({ kind: "refused", where: `line ${line}`, why: "It is nobody.", row }),
    );
    await importUsers(stream(nobody), at.deps, {
      ...OPTIONS,
      onProgress: (step) => refused.push(step.refused),
    });
    expect(refused).toEqual([500, 1000, 1200]);
  });

  it("refuses the journal of another import", async () => {
    const at = await bench();
    const journal = join(at.folder, "import.journal");
    await expect(importUsers(stream(people(20), 5), at.deps, { ...OPTIONS, journal })).rejects.toThrow();
    await expect(
      importUsers(stream(people(20)), at.deps, { ...OPTIONS, input: "other", journal }),
    ).rejects.toMatchObject({
      code: "invalid-option",
      message: expect.stringMatching(/journal of another import \(input: rows\)/),
    });
    await writeFile(journal, "my diary\n");
    await expect(importUsers(stream(people(20)), at.deps, { ...OPTIONS, journal })).rejects.toThrow(
      /no journal of an import/,
    );
  });

  it("brings people up to date when told so, and leaves what was changed here", async () => {
    const at = await bench();
    const hash = (text: string) => [{ kind: "hash" as const, scheme: "bcrypt", hash: text }];
    const data = (text: string) => new Map([["theirs", text]]);
    await importUsers(
      stream([
        someone("1", { username: "ada", passwords: hash("old"), data: data("old") }),
        someone("2", { username: "bob", passwords: hash("old") }),
      ]),
      at.deps,
      OPTIONS,
    );
    const [ada, bob] = await at.users();
    await at.store.updateUser(ada?.user.id ?? "", null, { data: '{"theirs":"old","ours":1}' }, DUMPED, 0, []);
    const own = {
      hash: "own",
      scheme: "argon2id",
      normalization: "nfkc" as const,
      pepperId: null,
      flags: [],
      changedAt: 1,
    };
    await at.store.replacePassword(bob?.user.id ?? "", "old", own, { raiseEpoch: false, now: DUMPED }, []);

    const report = await importUsers(
      stream([
        someone("1", {
          username: "ada lovelace",
          passwords: hash("new"),
          data: data("new"),
          admin: true,
          active: false,
        }),
        someone("2", { username: "bob", passwords: hash("new") }),
      ]),
      at.deps,
      { ...OPTIONS, existing: "update" },
    );
    expect(report).toMatchObject({ updated: 2, written: 0, there: 0 });
    const [first, second] = await at.users();
    expect(first?.user).toMatchObject({ username: "ada", admin: true, active: false, sessionEpoch: 2 });
    expect(JSON.parse(first?.user.data ?? "")).toEqual({ theirs: "new", ours: 1 });
    expect(first?.password?.hash).toBe("new");
    expect(second?.password?.hash).toBe("own");
  });

  it("stops at the first conflict when told so, and says where", async () => {
    const at = await bench();
    await importUsers(stream([someone("1", { username: "ada" })]), at.deps, OPTIONS);
    for (const dryRun of [true, false]) {
      const options = { ...OPTIONS, existing: "fail" as const, dryRun };
      await expect(
        importUsers(stream([someone("1", { username: "ada" })]), at.deps, options),
      ).rejects.toMatchObject({
        code: "conflict",
        message: expect.stringMatching(/^row 1: ada was imported before/),
      });
      await expect(
        importUsers(stream([someone("9", { username: "ADA", email: "a@x.org" })]), at.deps, options),
      ).rejects.toThrow(/^row 9: the username "ADA" of ADA belongs to ada, who was there before/);
    }
    // A clash among those who come is none with people who were there.
    const both = [
      someone("2", { username: "bob", email: "b@x.org" }),
      someone("3", { username: "bob", email: "c@x.org" }),
    ];
    expect(await importUsers(stream(both), at.deps, { ...OPTIONS, existing: "fail" })).toMatchObject({
      written: 2,
    });
  });
});

describe("sessions and blocks that come along", () => {
  it("keep people signed in under the rules of this space, but not those who are blocked or switched off", async () => {
    const at = await bench();
    const session = (token: string, expiresAt: number | null) => ({
      token,
      createdAt: 1000,
      expiresAt,
      ip: "192.0.2.1",
      userAgent: "x",
    });
    const blocked = { since: 1, until: null, reason: null };
    const report = await importUsers(
      stream([
        someone("1", {
          username: "ada",
          sessions: [
            session("short", DUMPED + 3_600_000),
            session("long", DUMPED * 2),
            session("none", null),
          ],
        }),
        someone("2", { username: "off", active: false, sessions: [session("off", null)] }),
        someone("3", { username: "blocked", blocked, sessions: [session("blocked", null)] }),
      ]),
      at.deps,
      OPTIONS,
    );
    expect(report).toMatchObject({ sessions: 3, events: { "sessions-left": 2 } });
    const found = async (token: string) => at.store.checkSession(sha256(token), { data: false });
    expect((await found("short"))?.session.expiresAt).toBe(DUMPED + 3_600_000);
    for (const token of ["long", "none"]) {
      const ends = (await found(token))?.session;
      expect(ends?.expiresAt).toBeLessThan(DUMPED + 864_000_000 + 1000);
      expect(ends?.epoch).toBe((await found(token))?.user.sessionEpoch);
    }
    expect(await found("off")).toBeNull();
    expect(await found("blocked")).toBeNull();
  });

  it("lay blocks on names, whether anybody has them or not", async () => {
    const at = await bench();
    const state = { since: 5, until: null, reason: "spam" };
    const report = await importUsers(
      stream<SourceItem>([
        { kind: "block", where: "row 1", name: "Gone@X.org", state },
        { kind: "block", where: "row 2", name: "", state },
        { kind: "note", where: "row 3", code: "code-left", message: "a code" },
      ]),
      at.deps,
      OPTIONS,
    );
    expect(report.events).toEqual({ orphan: 1, "code-left": 1 });
    const blocks = await at.store.listBlocks({ after: null, size: 10 });
    expect(blocks.map(({ key, reason }) => [key, reason])).toEqual([
      ["e:gone@x.org", "spam"],
      ["u:gone@x.org", "spam"],
    ]);
  });
});
