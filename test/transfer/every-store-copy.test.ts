import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type CopyReport, copySpace, type OpenOptions, openUserSpace, type UserSpace } from "watchword";
import { openStore } from "#dist/space/open-store.js";
import { findPlace } from "#dist/space/place.js";
import type { RecordKind, SettingsRecord, Store } from "#dist/store/contract.js";
import { sampleUser } from "../contract/samples.js";
import { testClock } from "../helpers/clock.js";
import { codeIn } from "../helpers/space.js";
import { dropSchema, freshSchema } from "../servers/postgres.js";

const KINDS: readonly RecordKind[] = [
  "users",
  "sessions",
  "codes",
  "limits",
  "blocks",
  "mails",
  "audit",
  "sequences",
];
const PASSWORD = "correct horse battery staple";
const NEXT = "a much longer secret of hers";
/** Of {@link PASSWORD}, as other systems store it. */
const LEGACY = [
  { hash: "pbkdf2_sha256$1000$ZVr99TFMsni3$MdTMyYBZYrXAe5DzdudUoCj3XcLpmtWw3kY8rjQMj/E=", source: "django" },
  { hash: "$5$rounds=1000$nNDdOXuvxxhDi7kY$tZ6R7O2UIDmG4jtKZQ5nM0kQovZeyVB6hU8J8lt8Mf3" },
  { hash: "9cc2ae8a1ba7a93da39b46fc1019c481", source: "wordpress" },
] as const;
/** What breaks a store that takes text for something else. */
const ODD_NAMES = [
  "Ärger Ünïcode",
  "名前 🦉",
  "إسم",
  "O'Brien\\",
  '"; DROP TABLE watchword_users; --',
  "$where",
  "a.b.$c",
  "__proto__",
  "constructor",
  "x".repeat(255),
];
const ODD_DATA = [
  '{"__proto__":{"admin":true},"constructor":1}',
  '{"$set":{"a.b":1},"a.b":[null,-0,1e308,0.1,{"$int":"9007199254740993"}]}',
  `{"big":${JSON.stringify("né🦉".repeat(40_000))}}`,
];

const clock = testClock();
const options: OpenOptions = {
  clock,
  secret: "the secret of a space that goes from store to store",
  passwords: { argon2: { memory: 64, passes: 1, lanes: 1 } },
  sqlite: { synchronous: "normal" },
  logger: { debug() {}, info() {}, warn() {}, error() {} },
};
const { sqlite, logger } = options;
const ways = { ...(sqlite && { sqlite }), ...(logger && { logger }) };

let folder: string;
let urls: readonly [first: string, postgres: string, mongodb: string, last: string];
const schema = freshSchema();
const reports: CopyReport[] = [];
/** What was handed out before the copies. */
let handed: {
  readonly token: string;
  readonly ended: string;
  readonly ticket: string;
  readonly code: string;
};
let waiting: { readonly ticket: string };

function open(url: string): Promise<UserSpace> {
  return openUserSpace(url, { ...options, mail: { courier: false, outbox: join(folder, "outbox") } });
}

async function withStore<T>(url: string, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(findPlace(url, {}), {}, ways.logger ?? console);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

type Everything = Record<RecordKind, readonly object[]>;

async function everythingIn(url: string): Promise<{ records: Everything; settings: SettingsRecord }> {
  return withStore(url, async (store) => {
    const entries = await Promise.all(
      KINDS.map(async (kind) => [kind, await store.readRecords(kind, null, 5000)] as const),
    );
    const settings = await store.readSettings();
    if (settings === null) throw new Error(`There are no settings in ${url}.`);
    return { records: Object.fromEntries(entries) as Everything, settings };
  });
}

async function fill(space: UserSpace): Promise<void> {
  await space.users.create({
    username: "Ada",
    email: "Ada@example.com",
    password: PASSWORD,
    data: { plan: "gold" },
    superuser: true,
  });
  await space.users.create({
    username: "grace",
    email: "grace@example.com",
    password: PASSWORD,
  });
  for (const [at, username] of ODD_NAMES.entries())
    await space.users.create({ username, password: PASSWORD, roles: [`role ${at}`], numbered: true });
  for (const [at, passwordHash] of LEGACY.entries())
    await space.users.create({ username: `legacy${at}`, passwordHash });
  await space.users.block((await space.users.create({ username: "mallory", password: PASSWORD })).id, {
    reason: "spam",
  });
  await space.blocks.put("trudy@example.com", { reason: "spam", until: new Date(clock.now() + 86_400_000) });
  const signUp = await space.signUp({ email: "pending@example.com", password: PASSWORD });
  expect(signUp.status).toBe("verification-sent");

  const signedIn = await space.signIn({ identifier: "ada", password: PASSWORD, userAgent: "Suite/1.0" });
  const other = await space.signIn({ identifier: "ada", password: PASSWORD });
  if (signedIn.status !== "signed-in" || other.status !== "signed-in") throw new Error("Ada cannot sign in.");
  await space.signOut(other.token);
  for (let at = 0; at < 3; at++)
    await space.signIn({ identifier: "grace", password: "wrong", ip: "192.0.2.1" });
  await space.limits.checkAndHit("own", { max: 2, window: null });

  const asked = await space.codes.request("reset-password", { identifier: "grace" });
  if (asked.status !== "sent") throw new Error(asked.status);
  clock.advance(1);
  await space.mail.deliver();
  const mails = (await space.mail.outbox()).filter(
    ({ to, subject }) => to.includes("grace@example.com") && /password/i.test(subject),
  );
  handed = { token: signedIn.token, ended: other.token, ticket: asked.ticket, code: codeIn(mails[0]) };
  // This one waits for the courier of the copy.
  const later = await space.codes.request("reset-password", { identifier: "ada" });
  if (later.status !== "sent") throw new Error(later.status);
  waiting = { ticket: later.ticket };
}

/** What the public face does not lay in yet, or would not take: second factors, and data of any size. */
async function fillBelow(store: Store): Promise<void> {
  const now = clock.now();
  const careful = {
    ...sampleUser({ username: "careful" }),
    factors: [
      { type: "totp" as const, name: "phone", sealed: "v1.x", changedAt: now },
      { type: "backup-codes" as const, name: "", sealed: "v1.y", changedAt: now - 1 },
    ],
  };
  const odd = ODD_DATA.map((data, at) => sampleUser({ username: `odd-${at}`, data, locale: "de-AT" }));
  const crowd = Array.from({ length: 1200 }, (_, at) => sampleUser({ username: `crowd${at}` }));
  const origin = { key: "o:django:7", kind: "origin" as const, value: "7" };
  await store.writeRecords("users", [{ ...careful, keys: [...careful.keys, origin] }, ...odd, ...crowd]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "watchword-every-store-"));
  const postgres = new URL(inject("postgresUrl"));
  postgres.searchParams.set("schema", schema);
  const mongodb = new URL(inject("mongodbUrl"));
  mongodb.searchParams.set("prefix", `${schema}_`);
  urls = [
    `sqlite:${join(folder, "first.db")}`,
    postgres.href,
    mongodb.href,
    `sqlite:${join(folder, "last.db")}`,
  ];
  const space = await open(urls[0]);
  await fill(space);
  await space.close();
  await withStore(urls[0], fillBelow);
  for (const [from, to] of [
    [urls[0], urls[1]],
    [urls[1], urls[2]],
    [urls[2], urls[3]],
  ] as const)
    reports.push(await copySpace(from, to, { ...ways, secret: options.secret ?? "" }));
}, 120_000);

afterAll(async () => {
  await withStore(urls[2], (store) => store.dropPart("all"));
  await dropSchema(inject("postgresUrl"), schema);
  await rm(folder, { recursive: true, force: true });
});

describe("a space that went from SQLite to PostgreSQL to MongoDB and back to SQLite", () => {
  it("is the same in every field of every record", async () => {
    const [first, last] = [await everythingIn(urls[0]), await everythingIn(urls[3])];
    const copied = (row: object) => "action" in row && row.action === "space.copied";
    for (const kind of KINDS) {
      const before = first.records[kind].filter((row) => !copied(row));
      expect(before.length, kind).toBeGreaterThan(0);
      expect(
        last.records[kind].filter((row) => !copied(row)),
        kind,
      ).toEqual(before);
    }
    expect(first.records.audit.filter(copied)).toHaveLength(1);
    expect(last.records.audit.filter(copied)).toHaveLength(3);
    expect({ ...last.settings, version: 0 }).toEqual({ ...first.settings, version: 0 });
    expect(first.records.users.length).toBeGreaterThan(1200);
  });

  it("was the same on every way, by count and checksum", () => {
    const [one, two, three] = reports.map(({ kinds }) => kinds.filter(({ kind }) => kind !== "audit"));
    expect(one).toEqual(two);
    expect(two).toEqual(three);
    const audits = reports.map(({ kinds }) => kinds.find(({ kind }) => kind === "audit")?.records ?? 0);
    expect(audits[2]).toBe((audits[0] ?? 0) + 2);
  });

  it("has its secret beside it, for nobody else to read", async () => {
    const file = join(folder, "last.db.secret");
    expect((await readFile(file, "utf8")).trim()).toBe(options.secret);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("lets people in, and keeps out whom it kept out", async () => {
    const space = await open(urls[3]);
    try {
      const statusOf = async (identifier: string, password = PASSWORD) =>
        (await space.signIn({ identifier, password })).status;
      for (const name of ["ada", "ADA@example.com", "legacy0", "legacy1", "legacy2", ...ODD_NAMES])
        expect(await statusOf(name), name).toBe("signed-in");
      for (const name of ["ada", "legacy1", "careful", "nobody"])
        expect(await statusOf(name, "wrong"), name).toBe("wrong-credentials");
      expect(await statusOf("mallory")).toBe("blocked");
      await expect(space.users.create({ email: "trudy@example.com" })).rejects.toMatchObject({
        code: "name-blocked",
      });
      const check = await space.sessions.check(handed.token);
      expect(check).toMatchObject({ status: "ok", user: { username: "Ada", superuser: true } });
      expect((await space.sessions.check(handed.ended)).status).not.toBe("ok");
      const own = { max: 2, window: null };
      expect((await space.limits.checkAndHit("own", own)).allowed).toBe(true);
      expect((await space.limits.checkAndHit("own", own)).allowed).toBe(false);
      const odd = await space.users.find({ username: "odd-0" });
      expect(JSON.stringify(odd?.data)).toBe(ODD_DATA[0]);
    } finally {
      await space.close();
    }
  });

  it("knows people by their numbers, and gives the next ones to others", async () => {
    const space = await open(urls[3]);
    try {
      for (const [at, username] of ODD_NAMES.entries())
        expect(await space.users.find({ number: at + 1 }), username).toMatchObject({
          username,
          number: at + 1,
        });
      const next = await space.users.create({ username: "numbered", numbered: true });
      expect(next.number).toBe(ODD_NAMES.length + 1);
      expect((await space.users.find({ origin: { system: "django", id: "7" } }))?.username).toBe("careful");
    } finally {
      await space.close();
    }
  });

  it("takes a code that was mailed before, and mails one that waited", async () => {
    const space = await open(urls[3]);
    try {
      const { ticket, code } = handed;
      const wrong = await space.codes.confirm("reset-password", {
        ticket,
        code: "ZZZZZZ",
        newPassword: NEXT,
      });
      expect(wrong.status).toBe("wrong-code");
      const right = await space.codes.confirm("reset-password", { ticket, code, newPassword: NEXT });
      expect(right.status).toBe("password-reset");
      clock.advance(1);
      await space.mail.deliver();
      const mail = (await space.mail.outbox()).find(
        ({ to, text }) => to.includes("Ada@example.com") && /^\s*[0-9A-Z]{6}\s*$/m.test(text),
      );
      const proof = { ticket: waiting.ticket, code: codeIn(mail), newPassword: NEXT };
      expect((await space.codes.confirm("reset-password", proof)).status).toBe("password-reset");
    } finally {
      await space.close();
    }
  });

  it("takes no other space's place unasked, and no wrong secret", async () => {
    const theirs = `sqlite:${join(folder, "theirs.db")}`;
    const space = await openUserSpace(theirs, { ...options, name: "shop" });
    await space.users.create({ username: "theirs" });
    await space.close();
    const given = { ...ways, secret: options.secret ?? "" };
    await expect(copySpace(urls[1], theirs, given)).rejects.toMatchObject({ code: "settings-contradict" });
    await expect(copySpace(urls[1], urls[1], given)).rejects.toMatchObject({ code: "invalid-option" });
    await expect(
      copySpace(urls[1], theirs, { ...given, secret: "a secret that is none of this space's" }),
    ).rejects.toMatchObject({ code: "wrong-secret" });
    const report = await copySpace(urls[1], theirs, { ...given, replace: "shop" });
    expect(report.kinds.find(({ kind }) => kind === "users")).toEqual(
      reports[0]?.kinds.find(({ kind }) => kind === "users"),
    );
  });
});
