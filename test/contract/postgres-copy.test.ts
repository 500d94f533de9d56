import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { RecordKind, RecordsByKind, Store } from "#dist/store/contract.js";
import { openPostgresStore } from "#dist/store/postgres/open.js";
import { openSqliteStore } from "#dist/store/sqlite/open.js";
import { dropSchema, freshSchema, postgresServer } from "../servers/postgres.js";
import {
  NOW,
  sampleAudit,
  sampleCode,
  sampleMail,
  samplePassword,
  sampleSession,
  sampleUser,
} from "./samples.js";

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

async function sqlite(): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), "watchword-"));
  const file = join(folder, "users.db");
  const store = await openSqliteStore({ file, create: true, synchronous: "normal", busyTimeout: 5000 });
  await store.migrate();
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  return store;
}

async function postgres(): Promise<Store> {
  const { url } = await postgresServer();
  const schema = freshSchema();
  const store = await openPostgresStore({ url, schema });
  await store.migrate();
  onTestFinished(async () => {
    await store.close();
    await dropSchema(url, schema);
  });
  return store;
}

async function copy<K extends RecordKind>(kind: K, from: Store, to: Store): Promise<void> {
  const records: readonly RecordsByKind[K][] = await from.readRecords(kind, null, 10_000);
  expect(records.length).toBeGreaterThan(0);
  const answers = await to.writeRecords(kind, records);
  expect(answers.every(({ status }) => status === "written")).toBe(true);
}

it("copies every kind from SQLite to PostgreSQL and back, to the last character", async () => {
  const [first, between, last] = [await sqlite(), await postgres(), await sqlite()];
  const names = [
    "Ada",
    "ÄDA",
    "ßtraße",
    "İstanbul",
    "𝒜da",
    "e\u0301",
    "É",
    "漢字",
    "a b",
    'q"uo\\te',
    "zz\u{10FFFF}",
  ];
  for (const [at, username] of names.entries()) {
    const user = sampleUser(
      {
        username,
        number: 2 ** 53 - 1 - at,
        createdAt: NOW + at,
        data: JSON.stringify({ text: `${username}\u0000\u{1F511}` }),
      },
      samplePassword(`$argon2id$${username}`, { changedAt: 9_007_199_254_740_991 }),
    );
    await first.createUser(user, 0, [
      sampleAudit({ userAgent: username, details: '{"a":"\\u0000"}' }),
      sampleMail(),
    ]);
    await first.createSession(
      sampleSession(user.user.id, { expiresAt: 9_007_199_254_740_991 }),
      { recordSignIn: false, keep: 10, settle: [] },
      [],
    );
    await first.putCode(sampleCode({ userId: user.user.id, address: username }), []);
    await first.putBlock(
      { key: `u:${username}`, value: username, since: NOW, until: null, reason: username },
      [],
    );
    await first.hitLimits([{ key: `x:${username}`, rule: { max: 5, window: null } }], NOW);
    await first.raiseSequence(username, 2 ** 53 - 1 - at);
  }
  for (const kind of KINDS) {
    await copy(kind, first, between);
    await copy(kind, between, last);
    const read = await first.readRecords(kind, null, 10_000);
    expect(await between.readRecords(kind, null, 10_000)).toEqual(read);
    expect(await last.readRecords(kind, null, 10_000)).toEqual(read);
  }
  // Both sort and search alike, whatever the language of the server.
  for (const text of ["ada", "ÄDA", "äda", "É", "%", "_", "\\", "字"]) {
    const query = { filter: { text }, order: "username" as const, after: null, size: 100 };
    const found = (await between.listUsers(query)).map(({ username }) => username);
    expect(found).toEqual((await first.listUsers(query)).map(({ username }) => username));
  }
  const byName = { filter: {}, order: "username" as const, after: null, size: 100 };
  expect((await between.listUsers(byName)).map(({ id }) => id)).toEqual(
    (await first.listUsers(byName)).map(({ id }) => id),
  );
});
