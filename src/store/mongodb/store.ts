import { setTimeout as sleep } from "node:timers/promises";
import type { MongoClient } from "mongodb";
import { WatchwordError } from "../../base/errors.js";
import type { Store } from "../contract.js";
import { listAudit } from "./audit.js";
import { findBlocks, listBlocks, putBlock, removeBlock } from "./blocks.js";
import { discardCodes, fillCode, findCode, putCode, redeemCode } from "./codes.js";
import type { Database } from "./database.js";
import { closed, explain, isNotServed } from "./errors.js";
import { insertEvents } from "./events.js";
import { cleanup, takeTurn } from "./housekeeping.js";
import { Limits } from "./limits.js";
import { claimMail, listMail, nextMailAt, reviseMail, settleMail } from "./mails.js";
import { LATEST_VERSION } from "./migrations.js";
import { createPart, dropPart } from "./parts.js";
import { replacePassword } from "./passwords.js";
import { proveAtomicity } from "./proof.js";
import { readRecords, writeRecords } from "./records.js";
import { migrate, readVersion } from "./schema.js";
import { nextNumber, raiseSequence } from "./sequences.js";
import { checkSession, createSession, endSessions, listSessions, touchSessions } from "./sessions.js";
import { readSettings, writeSettings } from "./settings.js";
import { statistics } from "./statistics.js";
import { countUsers, listUsers } from "./user-lists.js";
import { createUser, deleteUser, findSignIn, findUser, updateUser } from "./users.js";

export interface MongodbStoreParts {
  readonly client: MongoClient;
  readonly database: Database;
  readonly location: string;
}

/** MongoDB under the contract of `store/contract.ts`. */
export function createMongodbStore({ client, database, location }: MongodbStoreParts): Store {
  const limits = new Limits(database);
  const running = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  /** Lets nothing begin after the close, and says in plain words what failed. */
  async function run<T>(work: () => Promise<T>): Promise<T> {
    if (closing !== undefined) throw closed(location);
    const done = work();
    running.add(done);
    try {
      return await done;
    } catch (error) {
      throw explain(error, location, "work");
    } finally {
      running.delete(done);
    }
  }

  /** What a request waits for: answered in time, or `store-unavailable`, whatever the server does. */
  function soon<T>(work: () => Promise<T>): Promise<T> {
    return run(() => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(overdue(location, database.timeout)), database.timeout);
      });
      return Promise.race([work(), late]).finally(() => clearTimeout(timer));
    });
  }

  type Operation<A extends unknown[], T> = (database: Database, ...args: A) => Promise<T>;
  const quick =
    <A extends unknown[], T>(operation: Operation<A, T>) =>
    (...args: A): Promise<T> =>
      soon(() => operation(database, ...args));
  /** What may look at everything takes as long as it takes. */
  const long =
    <A extends unknown[], T>(operation: Operation<A, T>) =>
    (...args: A): Promise<T> =>
      run(() => operation(database, ...args));

  async function close(): Promise<void> {
    await Promise.allSettled(running);
    // Takes leave of the server, which may be gone: then what is left is cut off.
    await Promise.race([client.close(), sleep(database.timeout, undefined, { ref: false })]);
  }

  return {
    kind: "mongodb",
    location,

    schema: quick(async () => ({ version: await readVersion(database), latest: LATEST_VERSION })),
    migrate: long(migrate),
    readSettings: quick(readSettings),
    writeSettings: quick(writeSettings),
    now: quick(serverTime),
    ping: quick(async () => {
      await database.db.command({ ping: 1 });
    }),
    statistics: long(statistics),
    dropPart: long(dropPart),
    createPart: long(createPart),
    proveAtomicity: long(() => proveAtomicity(database, location)),
    readRecords: (kind, after, size) => run(() => readRecords(database, kind, after, size)),
    writeRecords: (kind, records) => run(() => writeRecords(database, kind, records)),
    close: () => (closing ??= close()),

    createUser: quick(createUser),
    findUser: quick(findUser),
    findSignIn: quick(findSignIn),
    updateUser: quick(updateUser),
    deleteUser: quick(deleteUser),
    listUsers: quick(listUsers),
    countUsers: quick(countUsers),

    nextNumber: quick(nextNumber),
    raiseSequence: quick(raiseSequence),

    replacePassword: quick(replacePassword),

    createSession: (session, options, events) =>
      soon(() => createSession(database, limits, session, options, events)),
    checkSession: quick(checkSession),
    touchSessions: quick(touchSessions),
    listSessions: quick(listSessions),
    endSessions: quick(endSessions),

    putCode: quick(putCode),
    findCode: quick(findCode),
    fillCode: quick(fillCode),
    redeemCode: quick(redeemCode),
    discardCodes: quick(discardCodes),

    hitLimits: (hits, now) => soon(() => limits.hit(hits, now)),
    settleLimits: (settlements, now) => soon(() => limits.settle(settlements, now)),
    readLimit: (key) => soon(() => limits.read(key)),

    putBlock: quick(putBlock),
    removeBlock: quick(removeBlock),
    findBlocks: quick(findBlocks),
    listBlocks: quick(listBlocks),

    addEvents: quick(insertEvents),
    listAudit: quick(listAudit),
    nextMailAt: quick(nextMailAt),
    claimMail: quick(claimMail),
    settleMail: quick(settleMail),
    reviseMail: quick(reviseMail),
    listMail: quick(listMail),

    takeTurn: quick(takeTurn),
    cleanup: long(cleanup),
  };
}

async function serverTime({ db }: Database): Promise<number> {
  const { localTime } = await db.command({ hello: 1 }).catch((error: unknown) => {
    if (!isNotServed(error)) throw error;
    return db.command({ isMaster: 1 });
  });
  if (localTime instanceof Date) return localTime.getTime();
  throw new WatchwordError(
    "store-refused",
    "The server does not tell its time in answer to hello, as MongoDB does. Use MongoDB 4.4 or later.",
  );
}

function overdue(location: string, timeout: number): WatchwordError {
  return new WatchwordError(
    "store-unavailable",
    `MongoDB at ${location} did not answer within ${timeout} ms. A write may or may not have happened: look before you repeat it, and see whether the server is hung, or far too busy.`,
    { retryAfter: 1000 },
  );
}
