import { expect, it } from "vitest";
import {
  countOf,
  NOW,
  sampleAudit,
  sampleCode,
  sampleMail,
  sampleSession,
  sampleUser,
  together,
} from "../contract/samples.js";
import { leftBehind, testPlace } from "./mongodb.js";
import { runChild } from "./processes.js";

const PROCESSES = 4;

it("serves several processes that migrate and write the same new space at once, exactly", async () => {
  const place = await testPlace();
  const runs = await together(PROCESSES, (at) =>
    runChild("mongodb-race.mjs", place.url, place.prefix, `p${at}`),
  );
  expect(runs.map(({ errors }) => errors)).toEqual(Array(PROCESSES).fill(""));
  const answers = runs.map(({ output }) => JSON.parse(output));
  const sum = (field: string) => answers.reduce((total, answer) => total + answer[field], 0);

  expect(answers.filter(({ migrations }) => migrations.length > 0)).toHaveLength(1);
  expect(answers.map(({ own }) => own)).toEqual(Array(PROCESSES).fill(50));
  expect(sum("shared")).toBe(20);
  expect(sum("hits")).toBe(50);
  expect(sum("turns")).toBe(1);
  expect(new Set(answers.flatMap(({ numbers }) => numbers)).size).toBe(PROCESSES * 50);

  const store = await place.open();
  expect(await store.countUsers({})).toBe(50 * PROCESSES + 20);
  expect(await store.nextNumber("users")).toBe(PROCESSES * 50 + 1);
  expect((await store.readLimit("narrow"))?.count).toBe(50);
  expect((await store.readLimit("wide"))?.count).toBe(50);
  expect((await store.readLimit("refunded"))?.count).toBe(10 * PROCESSES);
});

it("migrates once, however many stores open the same new space at once", async () => {
  const place = await testPlace();
  const stores = await together(20, () => place.open({ poolSize: 2 }));
  const runs = await Promise.all(stores.map((store) => store.migrate()));
  expect(runs.filter((names) => names.length > 0)).toHaveLength(1);
  const users = await Promise.all(
    stores.map((store) => store.createUser(sampleUser({ username: "ada" }), 0, [])),
  );
  expect(countOf(users, "created")).toBe(1);
});

it("goes on with a migration whose process died, once it has given no sign of life", async () => {
  const place = await testPlace();
  const store = await place.open();
  await place.collection("schema").insertOne({ _id: "schema" as never, version: 0, owner: "dead", beat: 3 });
  const migrating = store.migrate();
  expect(await Promise.race([migrating, new Promise((resolve) => setTimeout(resolve, 500, "waits"))])).toBe(
    "waits",
  );
  expect(await migrating).toHaveLength((await store.schema()).latest);
});

it("keeps counts, codes and mails exact over four stores with 200 callers", async () => {
  const place = await testPlace();
  const stores = await together(4, () => place.open());
  const of = (at: number) => {
    const store = stores[at % stores.length];
    if (store === undefined) throw new Error("There is no store.");
    return store;
  };
  await of(0).migrate();

  const rule = { max: 37, window: 60_000 };
  const lists = await together(200, (at) =>
    of(at).hitLimits(
      [
        { key: "wide", rule: { max: 1000, window: null } },
        { key: "narrow", rule },
      ],
      NOW,
    ),
  );
  expect(lists.filter((list) => list.every(({ allowed }) => allowed))).toHaveLength(37);
  expect((await of(0).readLimit("narrow"))?.count).toBe(37);
  expect((await of(0).readLimit("wide"))?.count).toBe(37);

  const code = sampleCode({ triesLeft: 7 });
  await of(0).putCode(code, []);
  const attempt = { lookup: { id: code.id }, kind: "short", purpose: "verify-email", now: NOW } as const;
  const guesses = await together(100, (at) =>
    of(at).redeemCode({ ...attempt, hashes: [`guess ${at}`], operationId: `guess ${at}` }),
  );
  expect(countOf(guesses, "wrong")).toBe(7);
  const again = sampleCode({ triesLeft: 1000 });
  await of(0).putCode(again, []);
  const redeemed = await together(100, (at) =>
    of(at).redeemCode({ ...attempt, lookup: { id: again.id }, hashes: ["short"], operationId: `${at}` }),
  );
  expect(countOf(redeemed, "redeemed")).toBe(1);
  expect(countOf(redeemed, "dead")).toBe(99);

  // Fifty who ask for a code in the same empty slot: one record remains, and it is one of theirs.
  const asked = Array.from({ length: 50 }, () => sampleCode({ userId: code.userId, slot: "new" }));
  await together(50, (at) => of(at).putCode(asked[at] ?? code, []));
  expect(await place.collection("codes").countDocuments({ slot: "new" })).toBe(1);
  const kept = await of(0).findCode({ userId: code.userId, slot: "new" });
  expect(asked.map(({ id }) => id)).toContain(kept?.id);

  await of(0).addEvents(Array.from({ length: 60 }, () => sampleMail()));
  const claims = await together(40, (at) =>
    of(at).claimMail({ owner: `${at}`, now: NOW, leaseUntil: NOW + 9, size: 2 }),
  );
  const ids = claims.flat().map(({ id }) => id);
  expect(new Set(ids).size).toBe(60);
  expect(ids).toHaveLength(60);
});

it("moves the outboxes that a crash left, however many sweep them at once: no event twice, none lost", async () => {
  const place = await testPlace();
  const stores = await together(4, () => place.open());
  const [first] = stores;
  if (first === undefined) throw new Error("There is no store.");
  await first.migrate();
  const users = Array.from({ length: 250 }, () => sampleUser());
  await first.writeRecords("users", users);
  const events = users.flatMap(() => [sampleAudit(), sampleMail()]);
  await Promise.all(
    users.map(({ user }, at) =>
      place.collection("users").updateOne({ _id: user.id as never }, {
        $set: { outboxSince: 1 },
        $push: { outbox: { $each: events.slice(at * 2, at * 2 + 2) } },
      } as never),
    ),
  );
  const limits = {
    now: NOW,
    sessionsBefore: 0,
    auditBefore: null,
    pendingBefore: 0,
    mailBefore: 0,
    size: 500,
  };
  const changing = together(100, (at) =>
    first.updateUser(users[at]?.user.id ?? "", null, { locale: "fr" }, NOW, 0, [
      sampleAudit({ action: "own" }),
    ]),
  );
  const sending = (async () => {
    for (let round = 0; round < 10; round++)
      for (const { id } of await first.claimMail({ owner: "one", now: NOW, leaseUntil: NOW + 9, size: 30 }))
        await first.settleMail(id, "one", { status: "sent" }, NOW);
  })();
  await Promise.all([changing, sending, ...stores.map((store) => store.cleanup(limits))]);

  expect((await first.statistics()).audit).toBe(350);
  const sent = await place.collection("mails").countDocuments({ gone: { $ne: null } });
  expect((await first.statistics()).mailsQueued + sent).toBe(250);
  expect(await leftBehind(place)).toEqual([]);
});

it("remembers for a day which mails were sent, and then forgets them", async () => {
  const place = await testPlace();
  const store = await place.open();
  await store.migrate();
  const mail = sampleMail({ to: "ada@example.com" });
  await store.addEvents([mail]);
  await store.claimMail({ owner: "one", now: NOW, leaseUntil: NOW + 9, size: 1 });
  await store.settleMail(mail.id, "one", { status: "sent" }, NOW);
  await store.addEvents([mail]);
  expect(await store.listMail({ after: null, size: 5 })).toEqual([]);
  expect(await store.readRecords("mails", null, 5)).toEqual([]);
  const limits = { now: NOW, sessionsBefore: 0, auditBefore: null, pendingBefore: 0, mailBefore: 0, size: 5 };
  expect((await store.cleanup(limits)).mails).toBe(0);
  const [kept] = await place.collection("mails").find().toArray();
  expect(JSON.stringify(kept)).not.toContain("example.com");
  // More of them than one batch takes away.
  const others = Array.from({ length: 12 }, () => sampleMail());
  await store.addEvents(others);
  await store.claimMail({ owner: "one", now: NOW, leaseUntil: NOW + 9, size: 12 });
  for (const { id } of others) await store.settleMail(id, "one", { status: "sent" }, NOW);
  await place.collection("mails").updateMany({}, { $set: { goneAt: Date.now() - 86_400_001 } });
  expect((await store.cleanup(limits)).mails).toBe(0);
  expect(await place.collection("mails").countDocuments()).toBe(0);
});

it("leaves no session behind when a user is deleted while 50 sign in", async () => {
  const place = await testPlace();
  const [one, other] = [await place.open(), await place.open()];
  await one.migrate();
  for (let round = 0; round < 4; round++) {
    const ada = sampleUser({ username: "ada" });
    await one.createUser(ada, 0, []);
    const options = { recordSignIn: round % 2 === 0, keep: 100, settle: [] };
    await Promise.all([
      ...Array.from({ length: 50 }, (_, at) =>
        (at % 2 === 0 ? one : other).createSession(sampleSession(ada.user.id), options, [sampleAudit()]),
      ),
      other.deleteUser(ada.user.id, [sampleAudit({ action: "user.deleted" })]),
    ]);
    expect(await place.collection("sessions").countDocuments()).toBe(0);
    expect(await place.collection("users").countDocuments()).toBe(0);
  }
  expect(await one.listAudit({ action: "user.deleted", before: null, size: 9 })).toHaveLength(4);
  expect(await leftBehind(place)).toEqual([]);
});

it.each(["users", "all"] as const)(
  "keeps names unique while %s is dropped under servers that sign people up",
  async (part) => {
    const place = await testPlace();
    const [one, other] = [await place.open(), await place.open()];
    await one.migrate();
    let isOver = false;
    const signUps = (async () => {
      while (!isOver)
        await Promise.all(
          Array.from({ length: 8 }, () => other.createUser(sampleUser({ username: "ada" }), 0, [])),
        );
    })();
    for (let time = 0; time < 15; time++) await one.dropPart(part);
    isOver = true;
    await signUps;
    await other.createUser(sampleUser({ username: "Ada" }), 0, []);
    expect(await one.countUsers({})).toBe(1);
  },
);

it("keeps names unique in users that were dropped and not made again", async () => {
  const place = await testPlace();
  const [one, other] = [await place.open(), await place.open()];
  await one.migrate();
  await one.createUser(sampleUser({ username: "ada" }), 0, []);
  await one.dropPart("users");
  const answers = await together(50, () => other.createUser(sampleUser({ username: "Ada" }), 0, []));
  expect(countOf(answers, "created")).toBe(1);
});
