import { Client } from "pg";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import type { Store } from "#dist/store/contract.js";
import { DAY, NOW, sampleSession, sampleUser } from "../contract/samples.js";
import { askPostgres, dropSchema, freshSchema, postgresServer } from "../servers/postgres.js";
import { openStore, withParts } from "./postgres.js";

const { url } = await postgresServer();
let schema: string;
let store: Store;

beforeEach(async () => {
  schema = freshSchema();
  onTestFinished(() => dropSchema(url, schema));
  store = await openStore(withParts(url, { query: { application_name: schema } }), { schema });
  await store.migrate();
});

/** Another process in the middle of a change; it goes on when the store waits for it. */
async function meanwhile<T>(change: string, work: () => Promise<T>): Promise<T> {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(`SET search_path = "${schema}"; BEGIN; ${change}`);
    const result = work();
    await expect
      .poll(
        async () =>
          (
            await askPostgres(
              url,
              "SELECT 1 FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'",
              [schema],
            )
          ).length,
        { timeout: 5000 },
      )
      .toBe(1);
    await client.query("COMMIT");
    return await result;
  } finally {
    await client.end();
  }
}

const LIMITS = {
  now: NOW,
  sessionsBefore: NOW - 30 * DAY,
  auditBefore: null,
  pendingBefore: NOW,
  mailBefore: 0,
  size: 100,
};

it("keeps a limit that another process counts anew while housekeeping looks at it", async () => {
  await store.hitLimits([{ key: "a", rule: { max: 9, window: 1000 } }], NOW - 5000);
  const counts = await meanwhile(
    `UPDATE watchword_limits SET count = 2, ends_at = ${NOW + 1000} WHERE key = 'a'`,
    () => store.cleanup(LIMITS),
  );
  expect(counts.limits).toBe(0);
  expect((await store.readLimit("a"))?.count).toBe(2);
});

it("keeps a sign-up that is confirmed while housekeeping looks at it", async () => {
  const ada = sampleUser({ username: "ada", state: "pending", createdAt: NOW - 9 * DAY });
  await store.createUser(ada, 0, []);
  const counts = await meanwhile(
    `UPDATE watchword_users SET state = 'active' WHERE id = '${ada.user.id}'`,
    () => store.cleanup(LIMITS),
  );
  expect(counts.users).toBe(0);
  expect((await store.findUser(["u:ada"]))?.id).toBe(ada.user.id);
});

it("gives nobody the name of a sign-up that is confirmed while it is taken over", async () => {
  const ada = sampleUser({ username: "ada", state: "pending", createdAt: NOW - 9 * DAY });
  await store.createUser(ada, 0, []);
  const answer = await meanwhile(
    `UPDATE watchword_users SET state = 'active' WHERE id = '${ada.user.id}'`,
    () => store.createUser(sampleUser({ username: "ada" }), NOW, []),
  );
  expect(answer).toEqual({ status: "taken", key: "u:ada" });
  expect((await store.findUser(["u:ada"]))?.id).toBe(ada.user.id);
});

it("gives no session to a user who is being deleted", async () => {
  const ada = sampleUser({ username: "ada" });
  await store.createUser(ada, 0, []);
  await meanwhile(
    `DELETE FROM watchword_sessions WHERE user_id = '${ada.user.id}'; DELETE FROM watchword_users WHERE id = '${ada.user.id}'`,
    () => store.createSession(sampleSession(ada.user.id), { recordSignIn: false, keep: 10, settle: [] }, []),
  );
  expect(await store.listSessions({ filter: {}, after: null, size: 10 })).toEqual([]);
});

it("leaves no session of a user who is deleted while one is made", async () => {
  const ada = sampleUser({ username: "ada" });
  await store.createUser(ada, 0, []);
  const session = sampleSession(ada.user.id);
  await meanwhile(
    `SELECT 1 FROM watchword_users WHERE id = '${ada.user.id}' FOR UPDATE;
     INSERT INTO watchword_sessions VALUES ('${session.tokenHash}', '${session.id}', '${ada.user.id}', 0, 1, 1, 9, NULL, 1, '[]', NULL, NULL, '{}')`,
    () => store.deleteUser(ada.user.id, []),
  );
  expect(await store.listSessions({ filter: {}, after: null, size: 10 })).toEqual([]);
});

it("refuses a password change that was made for an older hash than the one that is being written", async () => {
  const ada = sampleUser({ username: "ada" });
  const hash = (text: string) => ({
    hash: text,
    scheme: "argon2id",
    normalization: "nfkc" as const,
    pepperId: null,
    flags: [],
    changedAt: NOW,
  });
  await store.createUser({ ...ada, password: hash("first") }, 0, []);
  const answer = await meanwhile(
    `SELECT 1 FROM watchword_users WHERE id = '${ada.user.id}' FOR UPDATE;
     UPDATE watchword_credentials SET hash = 'second' WHERE user_id = '${ada.user.id}'`,
    () => store.replacePassword(ada.user.id, "first", hash("third"), { raiseEpoch: true, now: NOW }, []),
  );
  expect(answer).toEqual({ status: "conflict" });
  expect((await store.findSignIn(["u:ada"]))?.password?.hash).toBe("second");
});

it("refuses a name that another process is taking at this moment", async () => {
  const ada = sampleUser({ username: "ada" });
  await store.createUser(ada, 0, []);
  const taken = await meanwhile(
    `INSERT INTO watchword_identifiers VALUES ('u:bob', '${ada.user.id}', 'username', 'bob')`,
    () => store.createUser(sampleUser({ username: "bob" }), 0, []),
  );
  expect(taken).toEqual({ status: "taken", key: "u:bob" });
  expect(await store.countUsers({})).toBe(1);
});
