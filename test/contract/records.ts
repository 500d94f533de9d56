import { describe, expect, it } from "vitest";
import { idKey } from "#dist/base/keys.js";
import type { RecordKind, RecordsByKind, RecordWrite, Store } from "#dist/store/contract.js";
import type { CurrentStore } from "./contract.js";
import {
  countOf,
  NOW,
  sampleAudit,
  sampleCode,
  sampleMail,
  samplePassword,
  sampleSession,
  sampleUser,
  together,
} from "./samples.js";

const SESSION_OPTIONS = { recordSignIn: true, keep: 100, settle: [] };

/** Several records of each kind, with every field in use and out of use, made by the ordinary methods. */
async function fill(store: Store): Promise<void> {
  const ada = sampleUser(
    {
      username: "Ada",
      email: "Ada@example.com",
      emailVerifiedAt: NOW - 5,
      locale: "en-GB",
      admin: true,
      superuser: true,
      roles: ["editor", 'with "quotes"'],
      blocked: { since: NOW - 9, until: NOW + 9, reason: "spam" },
      secondFactor: "mail",
      data: '{"a":[1,"\u{1F511}"]}',
    },
    samplePassword("hash", { pepperId: "p1", flags: ["imported"], normalization: "none" }),
  );
  const numbered = sampleUser({ createdAt: NOW + 1, active: false, number: 17 });
  const pending = sampleUser({ createdAt: NOW + 2, email: "eve@example.com", state: "pending" });
  const factors = [
    { type: "backup-codes" as const, name: "", sealed: "v1.codes", changedAt: NOW },
    { type: "totp" as const, name: "her phone", sealed: "v1.phone", changedAt: NOW - 1 },
    { type: "totp" as const, name: "\u{1F511}", sealed: "v1.key", changedAt: NOW + 1 },
  ];
  await store.createUser({ ...ada, factors }, 0, [
    sampleAudit({ userId: ada.user.id, actor: ada.user.id, ip: "::1" }),
  ]);
  await store.createUser(numbered, 0, [sampleAudit(), sampleAudit()]);
  await store.createUser(pending, 0, []);
  await store.updateUser(ada.user.id, null, { raiseEpoch: true, roles: ["editor"] }, NOW + 5, 0, []);
  const ofAda = sampleSession(ada.user.id, { epoch: 1, methods: ["password", "mail"], data: '{"x":1}' });
  await store.createSession(ofAda, SESSION_OPTIONS, []);
  const bare = { absoluteEnd: null, ip: null, userAgent: null };
  await store.createSession(sampleSession(numbered.user.id, bare), SESSION_OPTIONS, []);
  const code = sampleCode({ userId: ada.user.id, purposes: ["verify-email", "sign-in"], payload: '{"p":1}' });
  await store.putCode(code, []);
  await store.putCode(
    sampleCode({
      address: null,
      ticketHash: null,
      shortHash: null,
      linkHash: null,
      shortExpiresAt: null,
      linkExpiresAt: null,
    }),
    [],
  );
  await store.redeemCode({
    lookup: { id: code.id },
    kind: "short",
    hashes: ["short"],
    purpose: "sign-in",
    operationId: "one",
    now: NOW,
  });
  await store.hitLimits([{ key: "a", rule: { max: 1, window: null } }], NOW);
  const lock = { max: 1, window: 1000, lock: { base: 10, longest: 10 } };
  await store.hitLimits([{ key: "b", rule: lock }], NOW);
  await store.putBlock({ key: "u:eve", value: "Eve", since: NOW, until: NOW + 1, reason: "spam" }, []);
  await store.putBlock({ key: "u:mallory", value: "mallory", since: NOW, until: null, reason: null }, []);
  const failing = sampleMail({ userId: ada.user.id, codeId: code.id, payload: '{"m":1}' });
  await store.addEvents([failing]);
  await store.claimMail({ owner: "one", now: NOW, leaseUntil: NOW + 1, size: 1 });
  await store.settleMail(failing.id, "one", { status: "failed", error: "550 no such person" }, NOW);
  await store.addEvents([sampleMail({ locale: null })]);
  await store.raiseSequence("users", 17);
  await store.raiseSequence("others", Number.MAX_SAFE_INTEGER);
}

async function readAll<K extends RecordKind>(
  store: Store,
  kind: K,
  size = 100,
): Promise<readonly RecordsByKind[K][]> {
  const records: RecordsByKind[K][] = [];
  let after: string | null = null;
  for (;;) {
    const page: readonly RecordsByKind[K][] = await store.readRecords(kind, after, size);
    records.push(...page);
    const last = page.at(-1);
    if (last === undefined) return records;
    after = ownKey(last);
  }
}

function ownKey(record: RecordsByKind[RecordKind]): string {
  if ("user" in record) return record.user.id;
  return "id" in record ? record.id : record.key;
}

const COUNTS: { readonly [Kind in RecordKind]: number } = {
  users: 3,
  sessions: 2,
  codes: 2,
  limits: 2,
  blocks: 2,
  mails: 2,
  audit: 3,
  sequences: 2,
};
const KINDS = Object.keys(COUNTS) as RecordKind[];

export function recordsContract(current: CurrentStore): void {
  describe("records, read whole and laid in again", () => {
    for (const kind of KINDS)
      it(`copies the ${kind} exactly, and leaves alone what is there`, async () => {
        const store = current();
        await fill(store);
        const before = await readAll(store, kind);
        expect(before).toHaveLength(COUNTS[kind]);
        expect(before.map(ownKey)).toEqual(before.map(ownKey).sort());
        expect(await readAll(store, kind, 1)).toEqual(before);

        await store.dropPart(kind);
        await store.createPart(kind);
        expect(await readAll(store, kind)).toEqual([]);
        const [first] = before;
        if (first === undefined) throw new Error("There is no record to copy.");
        expect(await store.writeRecords(kind, [first])).toEqual([{ status: "written" }]);
        const answers = await store.writeRecords(kind, before);
        expect(answers.map(({ status }) => status)).toEqual(
          before.map((_, at) => (at === 0 ? "there" : "written")),
        );
        expect(await readAll(store, kind)).toEqual(before);
        expect(countOf(await store.writeRecords(kind, before), "there")).toBe(COUNTS[kind]);
        expect(await readAll(store, kind)).toEqual(before);
        expect(await store.writeRecords(kind, [])).toEqual([]);
      });

    it("lays in users that sign in, sessions that are found and codes that stay used", async () => {
      const store = current();
      await fill(store);
      const kinds = ["users", "sessions", "codes"] as const;
      const [users, sessions, codes] = await Promise.all(
        kinds.map((kind) => store.readRecords(kind, null, 10)),
      );
      for (const kind of kinds) {
        await store.dropPart(kind);
        await store.createPart(kind);
      }
      await store.writeRecords("users", users as RecordsByKind["users"][]);
      await store.writeRecords("sessions", sessions as RecordsByKind["sessions"][]);
      await store.writeRecords("codes", codes as RecordsByKind["codes"][]);

      const found = await store.findSignIn(["u:ada"]);
      expect(found).toMatchObject({ user: { sessionEpoch: 1, version: 2 }, password: { pepperId: "p1" } });
      expect(await store.findUser(["n:17"])).toMatchObject({ active: false, number: 17 });
      expect(await store.findUser(["e:eve@example.com"])).toBeNull();
      const [session] = await store.listSessions({
        filter: { userId: found?.user.id ?? "" },
        after: null,
        size: 1,
      });
      expect((await store.checkSession(session?.tokenHash ?? "", { data: false }))?.user.id).toBe(
        found?.user.id,
      );
      const code = await store.findCode({ userId: found?.user.id ?? "", slot: "default" });
      expect(code?.usedAt).toBe(NOW);
      const again = { lookup: { id: code?.id ?? "" }, kind: "short" as const, hashes: ["short"] };
      expect(await store.redeemCode({ ...again, purpose: "sign-in", operationId: "two", now: NOW })).toEqual({
        status: "dead",
      });
    });

    it("keeps second factors beside the password, through its changes, until the user is deleted", async () => {
      const store = current();
      await fill(store);
      const factorsOf = async () =>
        (await store.readRecords("users", null, 10)).map(({ factors }) =>
          factors?.map(({ sealed }) => sealed),
        );
      const sealed = ["v1.codes", "v1.phone", "v1.key"];
      expect(await factorsOf()).toEqual([sealed, undefined, undefined]);
      const id = (await store.findSignIn(["u:ada"]))?.user.id ?? "";
      expect(await store.findSignIn(["u:ada"])).not.toHaveProperty("user.factors");
      await store.replacePassword(id, undefined, null, { raiseEpoch: false, now: NOW }, []);
      await store.updateUser(id, null, { username: "countess" }, NOW, 0, []);
      expect(await factorsOf()).toEqual([sealed, undefined, undefined]);
      await store.deleteUser(id, []);
      expect(await factorsOf()).toEqual([undefined, undefined]);
    });

    it("answers for each user by itself: written, there, or whose name is taken", async () => {
      const store = current();
      const ada = sampleUser({ username: "ada" });
      await store.createUser(ada, 0, []);
      const taken = sampleUser({ username: "ADA", email: "other@example.com" });
      const bob = sampleUser({ username: "bob" }, samplePassword("hash"));
      const double = sampleUser({ username: "carl", email: "other@example.com" });
      const late = sampleUser({ email: "OTHER@example.com" });
      expect(await store.writeRecords("users", [taken, ada, bob, double, late, bob])).toEqual([
        { status: "taken", key: "u:ada" },
        { status: "there" },
        { status: "written" },
        { status: "written" },
        { status: "taken", key: "e:other@example.com" },
        { status: "there" },
      ]);
      expect((await store.findUser(["u:ada"]))?.id).toBe(ada.user.id);
      expect((await store.findUser(["e:other@example.com"]))?.id).toBe(double.user.id);
      expect(await store.findUser([idKey(taken.user.id), idKey(late.user.id)])).toBeNull();
      expect((await store.findSignIn(["u:bob"]))?.password?.hash).toBe("hash");
    });

    it("leaves alone a code in the same slot or of the same ticket, and a session with the same token", async () => {
      const store = current();
      const code = sampleCode();
      const session = sampleSession(sampleUser().user.id);
      await store.writeRecords("codes", [code]);
      await store.writeRecords("sessions", [session]);
      const slot = sampleCode({ userId: code.userId });
      const ticket = sampleCode({ ticketHash: code.ticketHash });
      const other = sampleCode();
      expect((await store.writeRecords("codes", [slot, ticket, other])).map(({ status }) => status)).toEqual([
        "there",
        "there",
        "written",
      ]);
      const same = sampleSession(session.userId, { tokenHash: session.tokenHash });
      expect(await store.writeRecords("sessions", [same])).toEqual([{ status: "there" }]);
      expect(await store.readRecords("sessions", null, 10)).toEqual([session]);
    });

    it("takes a thousand records in one call, in order", async () => {
      const store = current();
      const users = Array.from({ length: 1001 }, (_, at) =>
        sampleUser({ username: `user-${at}`, createdAt: NOW + at }, samplePassword(`hash-${at}`)),
      );
      expect(countOf(await store.writeRecords("users", users), "written")).toBe(1001);
      expect(await store.countUsers({})).toBe(1001);
      const read = await readAll(store, "users", 300);
      expect(read.map(({ user }) => user.id)).toEqual(users.map(({ user }) => user.id));
      expect(read[1000]?.password?.hash).toBe("hash-1000");
    });

    it("keeps nothing twice and loses nobody where one of many is in the way, before, in the middle and after", async () => {
      const store = current();
      await store.createUser(sampleUser({ username: "user-550" }), 0, []);
      const pages = [0, 300, 600].map((first) =>
        Array.from({ length: 300 }, (_, at) =>
          sampleUser(
            {
              username: `USER-${first + at}`,
              email: `mail-${first + at}@example.com`,
              createdAt: NOW + at,
            },
            samplePassword("hash"),
          ),
        ),
      );
      const answers: RecordWrite[] = [];
      for (const page of pages) answers.push(...(await store.writeRecords("users", page)));
      expect(countOf(answers, "written")).toBe(899);
      expect(answers[550]).toEqual({ status: "taken", key: "u:user-550" });
      // Once more, all of them: whoever was written is there.
      for (const page of pages)
        expect(countOf(await store.writeRecords("users", page), "there")).toBe(page === pages[1] ? 299 : 300);
      expect(await store.countUsers({})).toBe(900);
      expect((await store.findSignIn(["u:user-299"]))?.password?.hash).toBe("hash");
      expect((await store.findUser(["u:user-550"]))?.username).toBe("user-550");
      // Who was turned away holds on to nothing.
      const next = sampleUser({ email: "mail-550@example.com" });
      expect(await store.createUser(next, 0, [])).toEqual({ status: "created" });
    });

    it("lays in any text as it is, whatever it means to a protocol on the way", async () => {
      const store = current();
      const odd = [
        "\\N",
        "\\.",
        "\t",
        "a\tb",
        "a\nb",
        "a\r\nb",
        "\\",
        "\\t",
        "'",
        '"',
        "",
        "\u{1F511}",
        "NULL",
        "{}",
      ];
      const users = odd.map((text, at) =>
        sampleUser(
          {
            username: `${at}${text}`,
            locale: text,
            roles: [text],
            data: JSON.stringify({ text }),
            blocked: at % 2 === 0 ? { since: at, until: null, reason: text } : null,
            createdAt: NOW + at,
          },
          samplePassword(text),
        ),
      );
      expect(countOf(await store.writeRecords("users", users), "written")).toBe(odd.length);
      const read = await readAll(store, "users");
      expect(read.map(({ user }) => user)).toEqual(users.map(({ user }) => user));
      expect(read.map(({ password }) => password?.hash)).toEqual(odd);
      const byKey = (keys: readonly { readonly key: string }[]) => keys.map(({ key }) => key).sort();
      expect(read.map(({ keys }) => byKey(keys))).toEqual(users.map(({ keys }) => byKey(keys)));
    });

    it("gives a name to one of 50 copies that bring it at once, and keeps what else each brings", async () => {
      const store = current();
      const answers = await together(50, (at) =>
        store.writeRecords("users", [
          sampleUser({ username: `own-${at}` }),
          sampleUser({ username: "ada", email: `ada${at}@example.com` }),
          sampleUser({ email: `last-${at}@example.com` }),
        ]),
      );
      expect(countOf(answers.flat(), "written")).toBe(101);
      expect(answers.flat().filter((answer) => answer.status === "taken")).toEqual(
        Array(49).fill({ status: "taken", key: "u:ada" }),
      );
      expect(await store.countUsers({})).toBe(101);
    });

    it("lets 50 copies of the same records at once write each of them once", async () => {
      const store = current();
      const records = Array.from({ length: 20 }, () => sampleAudit());
      const users = Array.from({ length: 20 }, (_, at) => sampleUser({ username: `user-${at}` }));
      const turned = [...users].reverse();
      const [audits, copies] = await Promise.all([
        together(50, () => store.writeRecords("audit", records)),
        together(50, (at) => store.writeRecords("users", at % 2 === 0 ? users : turned)),
      ]);
      expect(countOf(audits.flat(), "written")).toBe(20);
      expect(countOf(copies.flat(), "written")).toBe(20);
      expect(countOf(copies.flat(), "there")).toBe(49 * 20);
      expect(await readAll(store, "audit")).toHaveLength(20);
    });

    it("proves that it keeps two writers apart, and leaves nothing of the proof behind", async () => {
      const store = current();
      await fill(store);
      const before = await store.statistics();
      await store.proveAtomicity();
      await Promise.all([store.proveAtomicity(), store.proveAtomicity()]);
      const { users, audit } = await store.statistics();
      expect({ users, audit }).toEqual({ users: before.users, audit: before.audit });
    });
  });
}
