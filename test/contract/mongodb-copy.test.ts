import { expect, it } from "vitest";
import type { RecordKind, RecordsByKind, Store } from "#dist/store/contract.js";
import { openMongodbStore } from "#dist/store/mongodb/open.js";
import { testPlace } from "../faults/mongodb.js";
import { openStore, temporaryFolder } from "../faults/processes.js";
import {
  NOW,
  sampleAudit,
  sampleCode,
  sampleMail,
  samplePassword,
  sampleSession,
  sampleUser,
  userKey,
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
/** Texts that a database might take for another, fold, cut or sort elsewhere. */
const NAMES = [
  "Ada",
  "ÄDA",
  "straße",
  "e\u0301mile",
  "\u{1D49C}da",
  "$where",
  "a.b",
  "__proto__",
  "{}",
  "'\"%_\\",
];

async function fill(store: Store): Promise<void> {
  for (const [at, username] of NAMES.entries()) {
    const data = JSON.stringify({ [username]: [at, null, 1e300, { $set: username }] });
    const user = sampleUser(
      {
        username,
        email: `a${at}@example.com`,
        roles: [username, ""],
        data,
        createdAt: NOW + at,
        number: 2 ** 31 + at,
      },
      at % 2 === 0 ? samplePassword(`$argon2id$${username}`, { flags: ["imported"] }) : null,
    );
    await store.createUser(user, 0, [sampleAudit({ userId: user.user.id, details: data }), sampleMail()]);
    const session = sampleSession(user.user.id, { absoluteEnd: null, userAgent: username, data });
    await store.createSession(session, { recordSignIn: true, keep: 5, settle: [] }, []);
    await store.putCode(sampleCode({ userId: user.user.id, slot: username, payload: data }), []);
    await store.hitLimits([{ key: `x:${username}`, rule: { max: 2, window: null } }], NOW + at);
    const block = { value: username, since: NOW, until: at % 2 === 0 ? null : NOW + at, reason: username };
    await store.raiseSequence(username, 2 ** 53 - 1 - at);
    await store.putBlock({ key: `u:${username}`, ...block }, []);
  }
}

async function readAll<K extends RecordKind>(kind: K, store: Store): Promise<RecordsByKind[K][]> {
  const records = await store.readRecords(kind, null, 1000);
  const ownKey = (record: RecordsByKind[RecordKind]) =>
    "user" in record ? record.user.id : "id" in record ? record.id : record.key;
  return [...records].sort((one, other) => (ownKey(one) < ownKey(other) ? -1 : 1));
}

it("copies every kind from SQLite to MongoDB and back, to the last character", async () => {
  const folder = await temporaryFolder();
  const [first, last] = [await openStore(`${folder}/first.db`), await openStore(`${folder}/last.db`)];
  const place = await testPlace();
  const between = await openMongodbStore({ url: place.url, prefix: place.prefix });
  try {
    for (const store of [first, between, last]) await store.migrate();
    await fill(first);
    for (const kind of KINDS) {
      const records = await readAll(kind, first);
      expect(records.length).toBeGreaterThanOrEqual(NAMES.length);
      for (const [from, to] of [
        [first, between],
        [between, last],
      ] as const) {
        const answers = await to.writeRecords(kind, await readAll(kind, from));
        expect(answers.filter(({ status }) => status !== "written")).toEqual([]);
        expect(await readAll(kind, to)).toEqual(records);
      }
    }
    for (const name of NAMES)
      expect((await between.findSignIn([userKey(name).key]))?.user.username).toBe(name);
  } finally {
    await between.close();
  }
});
