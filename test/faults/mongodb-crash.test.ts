import type { ChildProcess } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { Store, StoreEvent } from "#dist/store/contract.js";
import {
  NOW,
  sampleAudit,
  sampleCode,
  sampleMail,
  samplePassword,
  sampleSession,
  sampleUser,
} from "../contract/samples.js";
import { leftBehind, type TestPlace, testPlace } from "./mongodb.js";
import { tapMongodb } from "./mongodb-tap.js";
import { startChild } from "./processes.js";

type Call = readonly [method: keyof Store, ...parameters: unknown[]];

/** A change with events, ready to be made, and what shows that it was. */
interface Change {
  readonly call: Call;
  wasMade(store: Store): Promise<unknown>;
}

const SESSION = { recordSignIn: true, keep: 2, settle: [] };

const CHANGES: Readonly<Record<string, (store: Store, events: readonly StoreEvent[]) => Promise<Change>>> = {
  async createUser(_, events) {
    const ada = sampleUser({ username: "ada" });
    return {
      call: ["createUser", ada, 0, events],
      wasMade: async (store) => (await store.findUser(["u:ada"])) !== null,
    };
  },
  async updateUser(store, events) {
    const ada = sampleUser({ username: "ada" });
    await store.createUser(ada, 0, []);
    return {
      call: ["updateUser", ada.user.id, 1, { locale: "fr" }, NOW, 0, events],
      wasMade: async (after) => (await after.findUser(["u:ada"]))?.locale === "fr",
    };
  },
  async replacePassword(store, events) {
    const ada = sampleUser({ username: "ada" });
    await store.createUser(ada, 0, []);
    const next = samplePassword("next");
    return {
      call: ["replacePassword", ada.user.id, null, next, { raiseEpoch: true, now: NOW }, events],
      wasMade: async (after) => (await after.findSignIn(["u:ada"]))?.password?.hash === "next",
    };
  },
  async deleteUser(store, events) {
    const ada = sampleUser({ username: "ada" });
    const session = sampleSession(ada.user.id);
    await store.createUser(ada, 0, []);
    await store.createSession(session, SESSION, []);
    await store.putCode(sampleCode({ userId: ada.user.id }), []);
    return {
      call: ["deleteUser", ada.user.id, events],
      async wasMade(after) {
        const { users, sessions, codes } = await after.statistics();
        return (
          users + sessions + codes === 0 &&
          (await after.checkSession(session.tokenHash, { data: false })) === null &&
          (await after.createUser(sampleUser({ username: "ada" }), 0, [])).status === "created"
        );
      },
    };
  },
  async createSession(store, events) {
    const ada = sampleUser({ username: "ada" });
    await store.createUser(ada, 0, []);
    const session = sampleSession(ada.user.id);
    return {
      call: ["createSession", session, SESSION, events],
      wasMade: async (after) => (await after.checkSession(session.tokenHash, { data: false })) !== null,
    };
  },
  async endSessions(store, events) {
    const ada = sampleUser({ username: "ada" });
    await store.createUser(ada, 0, []);
    for (let count = 0; count < 2; count++)
      await store.createSession(sampleSession(ada.user.id), SESSION, []);
    return {
      call: ["endSessions", { userId: ada.user.id }, events],
      wasMade: async (after) => (await after.statistics()).sessions === 0,
    };
  },
  async putCode(_, events) {
    const code = sampleCode();
    return {
      call: ["putCode", code, events],
      wasMade: async (after) => (await after.findCode({ id: code.id })) !== null,
    };
  },
  async putBlock(_, events) {
    return {
      call: ["putBlock", { key: "u:eve", value: "eve", since: NOW, until: null, reason: null }, events],
      wasMade: async (after) => (await after.findBlocks(["u:eve"])).length === 1,
    };
  },
  async removeBlock(store, events) {
    await store.putBlock({ key: "u:eve", value: "eve", since: NOW, until: null, reason: null }, []);
    return {
      call: ["removeBlock", "u:eve", events],
      wasMade: async (after) => (await after.findBlocks(["u:eve"])).length === 0,
    };
  },
  async reviseMail(store, events) {
    const mail = sampleMail({ template: "dropped" });
    await store.addEvents([mail]);
    return {
      call: ["reviseMail", mail.id, "drop", NOW, events],
      wasMade: async (after) => (await after.listMail({ id: mail.id, after: null, size: 1 })).length === 0,
    };
  },
};

/** Makes the change in a process of its own, which is killed in the moment that `at` names. */
async function killAt(
  place: TestPlace,
  call: Call,
  at: "before the events are moved on" | "before they are taken out",
): Promise<void> {
  let child: ChildProcess | undefined;
  let moved = false;
  const url = await tapMongodb(place.url, ({ name, target }) => {
    if (child?.killed === true) return "hold";
    const isEvent =
      name === "insert" && (target === `${place.prefix}audit` || target === `${place.prefix}mails`);
    const isTaking = moved && (name === "update" || name === "delete");
    if (at === "before the events are moved on" ? isEvent : isTaking) {
      child?.kill("SIGKILL");
      return "hold";
    }
    moved ||= isEvent;
    return "pass";
  });
  child = startChild("mongodb-call.mjs", url, place.prefix, JSON.stringify(call));
  const ended = await new Promise((resolve) => child?.on("exit", (_, signal) => resolve(signal)));
  expect(ended).toBe("SIGKILL");
}

describe.each(["before the events are moved on", "before they are taken out"] as const)(
  "a process that is killed after its change, %s",
  (moment) => {
    it.each(Object.keys(CHANGES))("%s: the next opening moves them on, each once", async (name) => {
      const place = await testPlace();
      const first = await place.open();
      await first.migrate();
      const audit = sampleAudit({ action: "test.told" });
      const mail = sampleMail({ template: "told" });
      const change = await CHANGES[name]?.(first, [audit, mail]);
      if (change === undefined) throw new Error(`There is no change ${name}.`);
      await killAt(place, change.call, moment);
      expect(await leftBehind(place)).not.toEqual([]);

      // A courier that is quicker than the sweep: the mail is gone before its event is moved on once more.
      const sent = await first.claimMail({ owner: "one", now: NOW, leaseUntil: NOW + 9, size: 5 });
      for (const { id } of sent) await first.settleMail(id, "one", { status: "sent" }, NOW);
      expect(sent.filter(({ id }) => id === mail.id)).toHaveLength(moment.startsWith("before the e") ? 0 : 1);

      const [second] = await Promise.all([place.open(), place.open(), place.open()]);
      expect(await second.listAudit({ action: "test.told", before: null, size: 5 })).toEqual([audit]);
      const late = await second.listMail({ after: null, size: 5 });
      expect(late.map(({ id }) => id)).toEqual(moment.startsWith("before the e") ? [mail.id] : []);
      expect(await leftBehind(place)).toEqual([]);
      expect(await change.wasMade(second)).toBe(true);
    });
  },
);
