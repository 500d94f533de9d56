import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { CopyProgress } from "watchword";
import { newId } from "#dist/base/ids.js";
import type { NewUser, RecordKind, Store } from "#dist/store/contract.js";
import { openSqliteStore } from "#dist/store/sqlite/open.js";
import { Checksum } from "#dist/transfer/checksum.js";
import { copyStore } from "#dist/transfer/copy.js";
import {
  DAY,
  NOW,
  sampleAudit,
  sampleCode,
  sampleMail,
  samplePassword,
  sampleSession,
  sampleSettings,
  sampleUser,
} from "../contract/samples.js";

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
const open: { store: Store; folder: string }[] = [];

async function emptyStore(): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), "watchword-copy-"));
  const file = join(folder, "users.db");
  const store = await openSqliteStore({ file, create: true, synchronous: "normal", busyTimeout: 5000 });
  open.push({ store, folder });
  return store;
}

afterEach(async () => {
  for (const { store, folder } of open.splice(0)) {
    await store.close();
    await rm(folder, { recursive: true });
  }
});

/** More than a page of users, and something of each kind, with everything that a record can hold. */
async function filled(): Promise<Store> {
  const store = await emptyStore();
  await store.migrate();
  await store.writeSettings(
    null,
    sampleSettings({ identifiers: "exact", secretFingerprints: ["one", "two"], baseUrl: "https://x" }),
  );
  const users: NewUser[] = Array.from({ length: 1100 }, (_, index) =>
    sampleUser(
      {
        username: `user${index}`,
        number: index % 3 === 0 ? index + 1 : null,
        email: index % 3 === 0 ? null : `User${index}@example.org`,
        state: index % 100 === 0 ? "pending" : "active",
        roles: index % 2 === 0 ? ["z", "a"] : [],
        blocked: index % 7 === 0 ? { since: NOW, until: NOW + DAY, reason: "spam" } : null,
        secondFactor: index % 5 === 0 ? "mail" : null,
        locale: "de-AT",
        data: `{"n":${index},"deep":{"z":1,"a":[null,"é🦉"]}}`,
        lastSignInAt: NOW,
        sessionEpoch: index,
        version: index + 1,
      },
      index % 4 === 0 ? null : samplePassword(`hash ${index}`, { flags: ["b", "a"], pepperId: "p" }),
    ),
  );
  const [first] = users;
  if (first === undefined) throw new Error("There is nobody.");
  const withFactors: NewUser = {
    ...sampleUser({ username: "careful" }),
    factors: [
      { type: "totp", name: "phone", sealed: "v1.x", changedAt: NOW },
      { type: "backup-codes", name: "", sealed: "v1.y", changedAt: NOW },
    ],
  };
  await store.writeRecords("users", [...users, withFactors]);
  const id = first.user.id;
  await store.writeRecords("sessions", [
    sampleSession(id),
    sampleSession(id, { absoluteEnd: null, ip: "::1" }),
  ]);
  await store.writeRecords("codes", [sampleCode({ userId: id }), sampleCode({ userId: newId(NOW) })]);
  await store.writeRecords("limits", [
    { key: "é", count: 3, startedAt: NOW, lastAt: NOW + 5, lockedUntil: null, endsAt: NOW + DAY },
    { key: "Z", count: 1, startedAt: NOW, lastAt: NOW, lockedUntil: NOW, endsAt: null },
  ]);
  await store.writeRecords("blocks", [{ key: "u:x", value: "X", since: NOW, until: null, reason: null }]);
  await store.addEvents([sampleMail(), sampleAudit(), sampleAudit()]);
  await store.raiseSequence("users", 1100);
  return store;
}

async function everything(store: Store): Promise<unknown> {
  const all: Record<string, unknown> = {};
  for (const kind of KINDS) all[kind] = await store.readRecords(kind, null, 5000);
  return all;
}

describe("a copy", () => {
  it("is the same in everything, by count, checksum and content", async () => {
    const from = await filled();
    const to = await emptyStore();
    const progress: CopyProgress[] = [];
    const report = await copyStore(from, to, { onProgress: (step) => progress.push(step) });
    expect(await everything(to)).toEqual(await everything(from));
    const { version: _, ...settings } = (await from.readSettings()) ?? sampleSettings();
    expect(await to.readSettings()).toMatchObject(settings);
    expect(Object.fromEntries(report.kinds.map(({ kind, records }) => [kind, records]))).toEqual({
      users: 1101,
      sessions: 2,
      codes: 2,
      limits: 2,
      blocks: 1,
      mails: 1,
      audit: 2,
      sequences: 1,
    });
    expect(progress.some((step) => step.kind === "users" && step.records === 500 && !step.verifying)).toBe(
      true,
    );
    // And back, and once more over itself.
    const back = await emptyStore();
    expect((await copyStore(to, back)).kinds).toEqual(report.kinds);
    expect((await copyStore(from, back)).kinds).toEqual(report.kinds);
  });

  it("goes on after an interruption", async () => {
    const from = await filled();
    const to = await emptyStore();
    await expect(
      copyStore(from, to, {
        onProgress({ records }) {
          if (records >= 1000) throw new Error("the power went out");
        },
      }),
    ).rejects.toThrow("the power went out");
    await copyStore(from, to);
    expect(await everything(to)).toEqual(await everything(from));
  });

  it("tells when the two differ at the end", async () => {
    const from = await filled();
    const to = await emptyStore();
    await copyStore(from, to);
    const [user] = await to.readRecords("users", null, 1);
    await to.updateUser(user?.user.id ?? "", null, { data: '{"other":1}' }, NOW, 0, []);
    await expect(copyStore(from, to)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/^The copy is not the same: users are 1101 in .* and 1101 in /),
    });
    const more = await emptyStore();
    await copyStore(from, more);
    await more.writeRecords("blocks", [
      { key: "u:more", value: "more", since: NOW, until: null, reason: null },
    ]);
    await expect(copyStore(from, more)).rejects.toThrow(/blocks are 1 in .* and 2 in /);
  });

  it("goes into no database that holds another space, and comes from none that holds nothing", async () => {
    const from = await filled();
    const other = await emptyStore();
    await other.migrate();
    await other.writeSettings(null, sampleSettings({ spaceId: "another", name: "shop" }));
    const theirs = sampleUser({ username: "theirs" });
    await other.writeRecords("users", [theirs]);
    for (const replace of [undefined, "watchword", ""])
      await expect(copyStore(from, other, replace === undefined ? {} : { replace })).rejects.toMatchObject({
        code: "settings-contradict",
        message: expect.stringContaining('"shop"'),
      });
    expect((await other.readRecords("users", null, 2)).map(({ user }) => user.id)).toEqual([theirs.user.id]);
    await copyStore(from, other, { replace: "shop" });
    expect(await everything(other)).toEqual(await everything(from));
    const nothing = await emptyStore();
    await nothing.migrate();
    await expect(copyStore(nothing, await emptyStore())).rejects.toMatchObject({ code: "not-found" });
  });

  it("takes the place of a space without people, and brings settings that changed up to date", async () => {
    const from = await filled();
    const to = await emptyStore();
    await to.migrate();
    await to.writeSettings(null, sampleSettings({ spaceId: "another" }));
    await to.addEvents([sampleAudit()]);
    await copyStore(from, to);
    expect(await everything(to)).toEqual(await everything(from));
    const settings = await from.readSettings();
    if (settings === null) throw new Error("The source has no settings.");
    await from.writeSettings(settings.version, { ...settings, baseUrl: "https://y", version: 2 });
    await copyStore(from, to);
    expect((await to.readSettings())?.baseUrl).toBe("https://y");
  });

  it("has a checksum that feels every field, but not their order", () => {
    const sum = (...records: object[]) => {
      const checksum = new Checksum();
      for (const record of records) checksum.add(record);
      return checksum.text;
    };
    expect(sum({ a: 1, b: null }, { c: [1, 2] })).toBe(sum({ c: [1, 2] }, { b: null, a: 1 }));
    const different = [
      sum({ a: 1 }),
      sum({ a: "1" }),
      sum({ a: [1] }),
      sum({ b: 1 }),
      sum({ a: 1 }, { a: 1 }),
      sum({ a: null }),
    ];
    expect(new Set(different).size).toBe(different.length);
    expect(sum({ c: [1, 2] })).not.toBe(sum({ c: [2, 1] }));
  });
});
