import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WatchwordError } from "#dist/base/errors.js";
import { newId } from "#dist/base/ids.js";
import { type Courier, createCourier } from "#dist/mail/courier.js";
import { createCustomTransport } from "#dist/mail/custom.js";
import type { PreparedCode } from "#dist/mail/hand-over.js";
import { createMailService } from "#dist/mail/mail.js";
import { mailEvent } from "#dist/mail/notices.js";
import { readOwnTemplates } from "#dist/mail/own-templates.js";
import { createSmtpTransport } from "#dist/mail/smtp.js";
import type { Transport } from "#dist/mail/transport.js";
import { createWriter } from "#dist/mail/writing.js";
import type { MailEvent, MailRecord, Store } from "#dist/store/contract.js";
import { makeCertificate } from "../helpers/certificate.js";
import { type TestClock, testClock } from "../helpers/clock.js";
import { newDatabase, openStoreOf, type TestDatabase } from "../helpers/database.js";
import { type SmtpServerOptions, type SmtpTestServer, startSmtp } from "../helpers/smtp.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const cleanups: (() => Promise<void>)[] = [];
let database: TestDatabase;
let clock: TestClock;
let store: Store;

beforeEach(async () => {
  database = await newDatabase();
  clock = testClock();
  store = await openStore();
  await store.migrate();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await database.drop();
});

async function openStore(): Promise<Store> {
  const opened = await openStoreOf(database);
  cleanups.push(() => opened.close());
  return opened;
}

async function mailServer(options: SmtpServerOptions = {}): Promise<SmtpTestServer> {
  const server = await startSmtp(options);
  cleanups.push(() => server.close());
  return server;
}

function smtpTo(server: SmtpTestServer): Transport {
  const transport = createSmtpTransport({ url: server.url, ca: server.ca, timeout: 2000 });
  cleanups.push(() => transport.close());
  return transport;
}

interface Office {
  readonly courier: Courier;
  /** Every code that was made, in order. */
  readonly codes: string[];
  readonly log: { readonly level: string; readonly message: string; readonly fields: object }[];
}

/** A courier whose codes are made as a space makes them: fresh at each hand-over, `gone` once the record is. */
function open(
  transport: Transport,
  overrides: { store?: Store; prepareCode?: (mail: MailRecord) => Promise<PreparedCode> } = {},
): Office {
  const codes: string[] = [];
  const log: Office["log"] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void log.push({ level, message, fields });
  const used = overrides.store ?? store;
  const courier = createCourier({
    store: used,
    transport,
    clock,
    owner: newId(clock.now()),
    from: "Shop <hello@shop.example>",
    siteName: "Shop",
    baseUrl: "https://shop.example",
    write: createWriter(readOwnTemplates(undefined)),
    isWanted: () => true,
    logger: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") },
    prepareCode:
      overrides.prepareCode ??
      (async (mail) => {
        const code = `CODE${codes.push(`CODE${codes.length + 1}`)}`;
        const now = clock.now();
        const secrets = {
          shortHash: `hash of ${code}`,
          linkHash: `hash of link ${code}`,
          shortExpiresAt: now + 10 * MINUTE,
          linkExpiresAt: now + HOUR,
          triesLeft: 5,
        };
        if ((await used.fillCode(mail.codeId ?? "", secrets)) === null) return { status: "gone" };
        return {
          status: "ready",
          code,
          link: `https://shop.example/verify?link=${mail.codeId}.token-${code}`,
          linkText: `${mail.codeId}.token-${code}`,
          codeExpiresAt: secrets.shortExpiresAt,
          linkExpiresAt: secrets.linkExpiresAt,
        };
      }),
  });
  cleanups.push(() => courier.stop());
  return { courier, codes, log };
}

function notice(to: string): MailEvent {
  return mailEvent({ now: clock.now(), template: "password-changed", to, userId: null, locale: null });
}

/** Queues a mail with a code, together with its record, as a sign-up does. */
async function queueCode(to: string): Promise<{ codeId: string }> {
  const now = clock.now();
  const codeId = newId(now);
  await store.putCode(
    {
      id: codeId,
      userId: newId(now),
      slot: "verify-email",
      purposes: ["verify-email"],
      address: to,
      ticketHash: `ticket ${codeId}`,
      shortHash: null,
      linkHash: null,
      shortExpiresAt: null,
      linkExpiresAt: null,
      triesLeft: 5,
      createdAt: now,
      endsAt: now + 96 * HOUR,
      payload: "{}",
      usedAt: null,
    },
    [
      mailEvent({
        now,
        template: "verify-email",
        to,
        userId: null,
        locale: "en",
        codeId,
        payload: { name: "ada" },
      }),
    ],
  );
  return { codeId };
}

async function queued(): Promise<readonly MailRecord[]> {
  return store.listMail({ after: null, size: 1000 });
}

describe("a queued mail", () => {
  it("arrives with a code that is made when it leaves", async () => {
    const server = await mailServer();
    const { courier, codes, log } = open(smtpTo(server));
    const { codeId } = await queueCode("ada@example.com");
    expect((await store.findCode({ id: codeId }))?.shortHash).toBeNull();
    expect(JSON.stringify(await queued())).not.toContain("CODE");

    clock.advance(HOUR);
    expect(await courier.deliver()).toEqual({ sent: 1, retried: 0, failed: 0 });
    const [mail] = await server.waitFor(1);
    expect(mail?.text).toContain("CODE1");
    expect(mail?.text).toContain(`https://shop.example/verify?link=${codeId}.token-CODE1`);
    expect(mail?.text).toContain("for 10 minutes (until 2 March 2026, 10:10 UTC)");
    expect((await store.findCode({ id: codeId }))?.shortHash).toBe("hash of CODE1");
    expect(await queued()).toEqual([]);
    expect(await courier.deliver()).toEqual({ sent: 0, retried: 0, failed: 0 });

    expect(codes).toEqual(["CODE1"]);
    expect(JSON.stringify(log)).toContain("a…@example.com");
    expect(JSON.stringify(log)).not.toMatch(/CODE1|ada@/);
  });

  it("without a code asks for none", async () => {
    const server = await mailServer();
    const { courier, codes } = open(smtpTo(server));
    await store.addEvents([notice("ada@example.com")]);
    await courier.deliver();
    expect((await server.waitFor(1))[0]?.subject).toBe("Your password for Shop was changed");
    expect(codes).toEqual([]);
  });

  it("is dropped when its code is not wanted any more", async () => {
    const server = await mailServer();
    const { courier } = open(smtpTo(server), { prepareCode: async () => ({ status: "gone" }) });
    await queueCode("ada@example.com");
    expect(await courier.deliver()).toEqual({ sent: 0, retried: 0, failed: 0 });
    expect(await queued()).toEqual([]);
    expect(server.mails).toEqual([]);
  });
});

describe("while the mail server is away", () => {
  it("mails wait longer and longer, and then arrive, each with a fresh code", async () => {
    const certificate = makeCertificate(["127.0.0.1"]);
    const first = await mailServer({ certificate });
    const transport = smtpTo(first);
    await first.close();
    const { courier, codes, log } = open(transport);
    await queueCode("ada@example.com");
    await queueCode("bob@example.com");

    for (const wait of [10 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 30 * MINUTE]) {
      expect(await courier.deliver()).toEqual({ sent: 0, retried: 2, failed: 0 });
      for (const mail of await queued()) {
        expect(mail.state).toBe("queued");
        expect(mail.lastError).toContain("ECONNREFUSED");
        expect(mail.dueAt - clock.now()).toBeGreaterThanOrEqual(wait * 0.9);
        expect(mail.dueAt - clock.now()).toBeLessThanOrEqual(wait * 1.1);
      }
      clock.advance(wait * 0.8);
      expect(await courier.deliver()).toEqual({ sent: 0, retried: 0, failed: 0 });
      clock.advance(wait * 0.4);
    }

    const again = await mailServer({ port: first.port, certificate });
    expect(await courier.deliver()).toEqual({ sent: 2, retried: 0, failed: 0 });
    const mails = await again.waitFor(2);
    expect(mails.flatMap((mail) => mail.envelopeTo).sort()).toEqual(["ada@example.com", "bob@example.com"]);
    expect(mails.map((mail) => /CODE\d+/.exec(mail.text ?? "")?.[0]).sort()).toEqual(["CODE13", "CODE14"]);
    expect(codes).toHaveLength(14);
    expect(log.filter((line) => line.level === "warn")).toHaveLength(12);
    expect(JSON.stringify(log)).not.toMatch(/CODE|ada@|bob@/);
  });

  it("a mail is given up after three days, with the reason", async () => {
    const server = await mailServer();
    await server.close();
    const { courier, log } = open(smtpTo(server));
    await store.addEvents([notice("ada@example.com")]);
    clock.advance(72 * HOUR - 1);
    expect(await courier.deliver()).toMatchObject({ retried: 1 });
    clock.advance(HOUR);
    expect(await courier.deliver()).toMatchObject({ failed: 1 });
    const [mail] = await queued();
    expect(mail?.state).toBe("failed");
    expect(mail?.lastError).toMatch(/Given up after three days.*ECONNREFUSED/);
    expect(log.at(-1)).toMatchObject({ level: "error", fields: { to: "a…@example.com" } });
  });
});

describe("a mail server that refuses", () => {
  it("for good ends the mail at once, with its reason; no secret and no address gets into the log", async () => {
    const server = await mailServer({
      refuse: (address) => ({ code: 550, message: `5.1.1 <${address}>: no such user, CODE1 token-CODE1` }),
    });
    const { courier, log } = open(smtpTo(server));
    await queueCode("nobody@example.com");
    expect(await courier.deliver()).toEqual({ sent: 0, retried: 0, failed: 1 });
    const [mail] = await queued();
    expect(mail).toMatchObject({ state: "failed", to: "nobody@example.com" });
    expect(mail?.lastError).toContain("no such user");
    expect(mail?.lastError).not.toContain("CODE1");
    expect(log.at(-1)?.level).toBe("error");
    expect(JSON.stringify(log)).toContain("no such user");
    expect(JSON.stringify(log)).not.toMatch(/CODE1|nobody@|hello@/);

    clock.advance(24 * HOUR);
    expect(await courier.deliver()).toEqual({ sent: 0, retried: 0, failed: 0 });
  });

  it("for now is asked again", async () => {
    let isGrey = true;
    const server = await mailServer({
      refuse: () => (isGrey ? { code: 451, message: "4.7.1 Greylisted, come back later" } : null),
    });
    const { courier } = open(smtpTo(server));
    await queueCode("ada@example.com");
    expect(await courier.deliver()).toEqual({ sent: 0, retried: 1, failed: 0 });
    expect((await queued())[0]?.lastError).toContain("Greylisted");
    isGrey = false;
    clock.advance(12 * SECOND);
    expect(await courier.deliver()).toEqual({ sent: 1, retried: 0, failed: 0 });
    expect((await server.waitFor(1))[0]?.text).toContain("CODE2");
  });
});

describe("several couriers over one store", () => {
  it("bring each of 100 mails exactly once", async () => {
    const server = await mailServer();
    const second = await openStore();
    const couriers = [open(smtpTo(server)), open(smtpTo(server), { store: second })];
    const addresses = Array.from({ length: 100 }, (_, i) => `user${i}@example.com`);
    await store.addEvents(addresses.map(notice));

    const counts = await Promise.all(couriers.map(({ courier }) => courier.deliver()));
    expect(counts.map((count) => count.sent).reduce((a, b) => a + b)).toBe(100);
    for (const count of counts) expect(count.sent).toBeGreaterThan(0);
    expect(server.mails.flatMap((mail) => mail.envelopeTo).sort()).toEqual([...addresses].sort());
    expect(await queued()).toEqual([]);
  });

  it("do not touch a mail that one of them holds, and take it over once that one must be dead", async () => {
    const server = await mailServer();
    await store.addEvents([notice("ada@example.com")]);
    const now = clock.now();
    await store.claimMail({ owner: "died in the act", now, leaseUntil: now + 2 * MINUTE, size: 1 });
    const { courier } = open(smtpTo(server));
    clock.advance(2 * MINUTE - 1);
    expect(await courier.deliver()).toMatchObject({ sent: 0 });
    clock.advance(1);
    expect(await courier.deliver()).toMatchObject({ sent: 1 });
    expect(server.mails).toHaveLength(1);
  });

  it("send a mail twice only if one outlives its lease, under one Message-ID, and say so", async () => {
    let takeOver: () => Promise<void> = async () => {};
    const server = await mailServer({ beforeAnswer: () => takeOver() });
    const slow = open(smtpTo(server));
    const quick = open(smtpTo(server), { store: await openStore() });
    await store.addEvents([notice("ada@example.com")]);
    takeOver = async () => {
      takeOver = async () => {};
      clock.advance(3 * MINUTE);
      await quick.courier.deliver();
    };
    await slow.courier.deliver();
    expect(server.mails.map((mail) => mail.messageId)).toEqual(Array(2).fill(server.mails[0]?.messageId));
    expect(slow.log.some((line) => line.message.includes("longer than its lease"))).toBe(true);
    expect(await queued()).toEqual([]);
  });

  it("do not begin to send what took too long to prepare", async () => {
    const server = await mailServer();
    const { courier } = open(smtpTo(server), {
      prepareCode: async () => {
        clock.advance(MINUTE);
        return {
          status: "ready",
          code: "C",
          link: "https://shop.example/verify?link=x",
          linkText: "x",
          codeExpiresAt: 0,
          linkExpiresAt: 0,
        };
      },
    });
    await queueCode("ada@example.com");
    expect(await courier.deliver()).toEqual({ sent: 0, retried: 1, failed: 0 });
    expect(server.mails).toEqual([]);
  });
});

describe("stopping", () => {
  it("finishes the mails in hand and leaves the others queued", async () => {
    let letGo: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let inHand = 0;
    const server = await mailServer({
      beforeAnswer: () => {
        inHand++;
        return gate;
      },
    });
    const { courier } = open(smtpTo(server));
    await store.addEvents(Array.from({ length: 10 }, (_, i) => notice(`user${i}@example.com`)));
    const delivery = courier.deliver();
    await vi.waitFor(() => expect(inHand).toBe(4), { timeout: 10_000 });
    let isStopped = false;
    const stopping = courier.stop().then(() => {
      isStopped = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isStopped).toBe(false);
    letGo();
    await stopping;
    expect(await delivery).toEqual({ sent: 4, retried: 0, failed: 0 });
    expect(server.mails).toHaveLength(4);
    expect(await queued()).toHaveLength(6);
    await expect(courier.deliver()).rejects.toMatchObject({ code: "closed" });
  });
});

describe("a started courier", () => {
  it("delivers by itself what falls due", async () => {
    const server = await mailServer();
    const { courier } = open(smtpTo(server));
    courier.start();
    await store.addEvents([notice("one@example.com")]);
    await server.waitFor(1);
    await store.addEvents([notice("two@example.com")]);
    await server.waitFor(2);
    await store.addEvents([{ ...notice("three@example.com"), at: clock.now() + HOUR }]);
    clock.advance(HOUR);
    await server.waitFor(3);
  });

  it("does so at once when it is nudged, rather than a second later", async () => {
    const server = await mailServer();
    const { courier } = open(smtpTo(server));
    courier.start();
    const begun = Date.now();
    for (let i = 1; i <= 5; i++) {
      await store.addEvents([notice("ada@example.com")]);
      courier.nudge();
      await server.waitFor(i);
      // Not before the courier has gone back to sleep.
      await vi.waitFor(async () => expect(await queued()).toEqual([]));
      await courier.deliver();
    }
    expect(Date.now() - begun).toBeLessThan(3000);
  });

  it("goes on after an error of the store, and logs it", async () => {
    const server = await mailServer();
    const closed = await openStore();
    const { courier, log } = open(smtpTo(server), { store: closed });
    await closed.close();
    courier.start();
    await vi.waitFor(
      () =>
        expect(log.filter((line) => line.message === "The mail queue could not be worked off.")).toHaveLength(
          2,
        ),
      { timeout: 10_000 },
    );
    expect(log[0]?.level).toBe("error");
    await expect(courier.deliver()).rejects.toThrow();
  });
});

it("writes down that a mail was sent once the store answers again, instead of sending it twice", async () => {
  const server = await mailServer();
  let failures = 2;
  const faulty = new Proxy(store, {
    get(target, name) {
      if (name === "settleMail" && failures > 0) {
        failures--;
        return () => Promise.reject(new WatchwordError("store-unavailable", "The database went away."));
      }
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  const { courier, log } = open(smtpTo(server), { store: faulty });
  await store.addEvents([notice("ada@example.com")]);
  expect(await courier.deliver()).toEqual({ sent: 1, retried: 0, failed: 0 });
  expect(log.filter((line) => line.message.includes("could not be written down"))).toHaveLength(2);
  clock.advance(HOUR);
  await courier.deliver();
  expect(server.mails).toHaveLength(1);
  expect(await queued()).toEqual([]);
});

describe("a mail that this program cannot write", () => {
  it("for want of the template waits for a newer program", async () => {
    const server = await mailServer();
    const { courier } = open(smtpTo(server));
    await store.addEvents([{ ...notice("ada@example.com"), template: "from-the-future" }]);
    expect(await courier.deliver()).toEqual({ sent: 0, retried: 1, failed: 0 });
    expect((await queued())[0]?.lastError).toContain('"from-the-future"');
  });

  it("for a damaged payload fails", async () => {
    const server = await mailServer();
    const { courier } = open(smtpTo(server));
    await store.addEvents([{ ...notice("ada@example.com"), payload: "{" }]);
    expect(await courier.deliver()).toEqual({ sent: 0, retried: 0, failed: 1 });
  });

  it("because preparing fails is tried again, and the failure logged", async () => {
    const server = await mailServer();
    const { courier, log } = open(smtpTo(server), {
      prepareCode: () => Promise.reject(new TypeError("a bug")),
    });
    await queueCode("ada@example.com");
    expect(await courier.deliver()).toEqual({ sent: 0, retried: 1, failed: 0 });
    expect(log[0]).toMatchObject({ level: "error", message: "A mail could not be prepared." });
  });
});

describe("a function of the application", () => {
  it("gets the finished mail; what it rejects is tried again", async () => {
    const taken: object[] = [];
    let fails = true;
    const transport = createCustomTransport(async (mail) => {
      if (fails) throw new Error("the provider says no");
      taken.push(mail);
    });
    const { courier } = open(transport);
    await store.addEvents([notice("ada@example.com")]);
    expect(await courier.deliver()).toMatchObject({ retried: 1 });
    expect((await queued())[0]?.lastError).toBe("mail.send rejected: the provider says no");
    fails = false;
    clock.advance(12 * SECOND);
    expect(await courier.deliver()).toMatchObject({ sent: 1 });
    expect(taken).toMatchObject([{ to: "ada@example.com", from: "Shop <hello@shop.example>" }]);
  });

  it("that never ends is given up", async () => {
    const { courier } = open(createCustomTransport(() => new Promise(() => {}), { longest: 20 }));
    await store.addEvents([notice("ada@example.com")]);
    expect(await courier.deliver()).toMatchObject({ retried: 1 });
    expect((await queued())[0]?.lastError).toContain("within 20 ms");
  });
});

describe("the service", () => {
  it("lists the queue page by page, and delivers", async () => {
    const server = await mailServer({
      refuse: (address) => (address === "user1@example.com" ? { code: 550, message: "unknown" } : null),
    });
    const transport = smtpTo(server);
    const mail = createMailService({
      store,
      transport,
      courier: open(transport).courier,
      clock,
      from: "hello@shop.example",
      siteName: "Shop",
      baseUrl: "https://shop.example",
      linkUrl: (template, linkText) => `https://shop.example/${template}?link=${linkText}`,
      write: createWriter(readOwnTemplates(undefined)),
    });
    await store.addEvents(Array.from({ length: 5 }, (_, i) => notice(`user${i}@example.com`)));

    const first = await mail.list({ size: 3 });
    expect(first.items).toHaveLength(3);
    const second = await mail.list({ size: 3, ...(first.next === null ? {} : { after: first.next }) });
    expect(second.items).toHaveLength(2);
    expect(second.next).toBeNull();
    expect(new Set([...first.items, ...second.items].map((item) => item.id)).size).toBe(5);
    expect(first.items[0]).toMatchObject({
      template: "password-changed",
      createdAt: new Date(clock.now()),
      tries: 0,
    });
    await expect(mail.list({ size: 0 })).rejects.toMatchObject({ code: "invalid-input" });

    expect(mail.transport).toBe("smtp");
    expect(await mail.deliver()).toEqual({ sent: 4, retried: 0, failed: 1 });
    expect((await mail.list({ state: "queued" })).items).toEqual([]);
    expect((await mail.list({ state: "failed" })).items).toMatchObject([
      { to: "user1@example.com", state: "failed" },
    ]);
    expect(await mail.outbox()).toEqual([]);
  });
});

it("refuses a sender that is no address, at once", async () => {
  expect(() =>
    createCourier({
      store,
      transport: createCustomTransport(async () => {}),
      clock,
      owner: "me",
      from: "Shop",
      siteName: "Shop",
      baseUrl: "https://shop.example",
      write: createWriter(readOwnTemplates(undefined)),
      isWanted: () => true,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
      prepareCode: async () => ({ status: "gone" }),
    }),
  ).toThrowError(expect.objectContaining({ code: "invalid-option" }));
});
