import { setImmediate } from "node:timers/promises";
import { type OpenOptions, type OutboxMail, openUserSpace, type UserSpace, WatchwordError } from "watchword";
import { type TestClock, testClock } from "./clock.js";
import { newDatabase, type TestDatabase } from "./database.js";

/** A user space on a real database of its own, with a clock that the test moves. */
export interface TestSpace {
  readonly space: UserSpace;
  readonly clock: TestClock;
  readonly url: string;
  readonly folder: string;
  readonly database: TestDatabase;
  /** Delivers what is due, and gives the mails to an address, the newest first. */
  mailsTo(address: string): Promise<readonly OutboxMail[]>;
  /** Closes and opens again, as a restart does. */
  reopen(options?: OpenOptions): Promise<UserSpace>;
  cleanup(): Promise<void>;
}

/** What goes wrong on purpose need not be told. */
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Hashes that cost next to nothing; a test of what they cost passes its own. */
const CHEAP = { memory: 64, passes: 1, lanes: 1 };

export async function openTestSpace(options: OpenOptions = {}): Promise<TestSpace> {
  const database = await newDatabase();
  const { url, folder } = database;
  const clock = testClock();
  const all: OpenOptions = {
    clock,
    logger: quiet,
    ...database.options,
    ...options,
    passwords: { argon2: CHEAP, ...options.passwords },
    mail: { courier: false, ...database.options.mail, ...options.mail },
    sqlite: { ...database.options.sqlite, ...options.sqlite },
  };
  let space = await openUserSpace(url, all);
  return {
    get space() {
      return space;
    },
    clock,
    url,
    folder,
    database,
    async mailsTo(address) {
      // A moment later than the last delivery, so that "newest first" has one answer.
      clock.advance(1);
      await space.mail.deliver();
      return (await space.mail.outbox()).filter((mail) => mail.to.includes(address));
    },
    async reopen(changed = {}) {
      await space.close();
      space = await openUserSpace(url, { ...all, ...changed });
      return space;
    },
    async cleanup() {
      await space.close();
      await database.drop();
    },
  };
}

/** The typed code in a mail. */
export function codeIn(mail: OutboxMail | undefined): string {
  const code = /^\s*([0-9A-Z]{6})\s*$/m.exec(mail?.text ?? "")?.[1];
  if (code === undefined) throw new Error(`no code in: ${mail?.subject ?? "no mail"}\n${mail?.text ?? ""}`);
  return code;
}

/** What stands behind `?link=` in a mail. */
export function linkIn(mail: OutboxMail | undefined): string {
  const link = /[?&]link=([\w.-]+)/.exec(mail?.text ?? "")?.[1];
  if (link === undefined) throw new Error(`no link in: ${mail?.subject ?? "no mail"}\n${mail?.text ?? ""}`);
  return link;
}

/** Comes again as long as the answer is "busy", as a client does that heeds Retry-After. */
export async function whenFree<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof WatchwordError) || error.code !== "busy") throw error;
      await setImmediate();
    }
  }
}
