import { statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { WatchwordError } from "../../base/errors.js";
import type {
  CleanupLimits,
  LimitRecord,
  NewUser,
  SessionCheck,
  SettingsRecord,
  Store,
  StoreStatistics,
} from "../contract.js";
import { findBlocks } from "../sql/blocks.js";
import { findCode } from "../sql/codes.js";
import { readLimit } from "../sql/limits.js";
import { nextMailAt } from "../sql/mails.js";
import { userWriter } from "../sql/new-users.js";
import type { Operation } from "../sql/operation.js";
import { LATEST_VERSION, readVersion } from "../sql/schema.js";
import { readSettings } from "../sql/settings.js";
import { findSignIn, findUser } from "../sql/users.js";
import type { Given, Scans, Taken, Writes } from "./calls.js";
import type { Connection } from "./connection.js";
import { explain, isBusy } from "./errors.js";
import { proveLocks } from "./lock-proof.js";
import { SessionLookUp } from "./session-check.js";
import { closed, type Thread } from "./thread.js";

/** Real milliseconds between two looks at a lock that another process holds. */
const RETRY_EVERY = 20;

export interface SqliteStoreParts {
  readonly file: string;
  /** The main thread's connection: single look-ups, nothing that waits. */
  readonly connection: Connection;
  readonly writer: Thread<Writes>;
  readonly reader: Thread<Scans>;
  readonly busyTimeout: number;
}

/**
 * SQLite under the contract of `store/contract.ts`. Single look-ups run here and now, on the main thread's connection;
 * whatever writes goes to the writer's thread; whatever may look at many rows goes to the reader's.
 */
export function createSqliteStore(parts: SqliteStoreParts): Store {
  const { file, connection, writer, reader } = parts;
  const sessions = new SessionLookUp(connection);
  const writeUsers = userWriter(
    (cells) => writer.call("layUsers", cells),
    (users) => writer.call("writeRecords", "users", users),
  );
  const inode = statSync(file).ino;
  let isClosed = false;
  let closing: Promise<void> | undefined;

  function read<T>(look: () => T): Promise<T> {
    if (isClosed) return Promise.reject(closed(file));
    try {
      return Promise.resolve(look());
    } catch (error) {
      return readAgain(look, error);
    }
  }

  /** The connection itself never waits for a lock: it would hold up the whole process. */
  async function readAgain<T>(look: () => T, first: unknown): Promise<T> {
    const deadline = performance.now() + parts.busyTimeout;
    let error = first;
    while (isBusy(error) && performance.now() < deadline) {
      await sleep(RETRY_EVERY);
      if (isClosed) throw closed(file);
      try {
        return look();
      } catch (next) {
        error = next;
      }
    }
    throw explain(error, file, "work");
  }

  function run<T>(operation: () => Operation<T>): Promise<T> {
    return read(() => connection.run(operation()));
  }

  function hasTable(name: string): boolean {
    return (
      connection.value("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?", name) === 1
    );
  }

  /** A file that was moved away goes on answering, and what is written to it is lost to whoever opens the name next. */
  function requireSameFile(): void {
    if (statSync(file, { throwIfNoEntry: false })?.ino === inode) return;
    throw new WatchwordError(
      "store-unavailable",
      `The database ${file} was moved away or replaced while it was open. Put the file back, or restart what uses it.`,
    );
  }

  type Write = <N extends keyof Writes>(name: N) => (...args: Taken<Writes[N]>) => Promise<Given<Writes[N]>>;
  type Scan = <N extends keyof Scans>(name: N) => (...args: Taken<Scans[N]>) => Promise<Given<Scans[N]>>;
  const write: Write =
    (name) =>
    (...args) =>
      writer.call(name, ...args);
  const scan: Scan =
    (name) =>
    (...args) =>
      reader.call(name, ...args);

  async function statistics(): Promise<StoreStatistics> {
    const [counts, bytes] = await Promise.all([reader.call("countTables"), reader.call("fileStatistics")]);
    const { dataBytes, indexBytes, ...raw } = bytes;
    const walBytes = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    return {
      ...counts,
      dataBytes,
      indexBytes,
      storageBytes: bytes.pages * bytes.pageSize + walBytes,
      raw: { ...raw, walBytes },
    };
  }

  /** The reader goes first: the last connection to close writes the log back into the file, and must be able to. */
  async function close(): Promise<void> {
    await reader.close();
    isClosed = true;
    connection.close();
    await writer.close();
  }

  return {
    kind: "sqlite",
    location: file,

    schema: () =>
      read(() => ({
        version: hasTable("watchword_schema") ? connection.run(readVersion()) : 0,
        latest: LATEST_VERSION,
      })),
    migrate: write("migrate"),
    readSettings: () =>
      read((): SettingsRecord | null =>
        hasTable("watchword_settings") ? connection.run(readSettings()) : null,
      ),
    writeSettings: write("writeSettings"),
    now: () => Promise.resolve(Date.now()),
    ping: () =>
      read(() => {
        requireSameFile();
        connection.value("SELECT count(*) FROM sqlite_schema");
      }),
    statistics,
    dropPart: write("dropPart"),
    createPart: write("createPart"),
    proveAtomicity: () => (isClosed ? Promise.reject(closed(file)) : proveLocks(file)),
    // What a kind's operation gives is that kind's; the names of calls between threads cannot say so.
    readRecords: (kind, after, size) => reader.call("readRecords", kind, after, size) as Promise<never>,
    writeRecords: (kind, records) =>
      // What a kind takes is that kind's; a comparison of its name does not tell the compiler so.
      kind === "users"
        ? writeUsers(records as readonly NewUser[])
        : writer.call("writeRecords", kind, records),
    close: () => (closing ??= close()),

    createUser: write("createUser"),
    findUser: (keys, options) => run(() => findUser(keys, options)),
    findSignIn: (keys) => run(() => findSignIn(keys)),
    updateUser: write("updateUser"),
    deleteUser: write("deleteUser"),
    listUsers: scan("listUsers"),
    countUsers: scan("countUsers"),

    nextNumber: write("nextNumber"),
    raiseSequence: write("raiseSequence"),

    replacePassword: write("replacePassword"),

    createSession: write("createSession"),
    checkSession(tokenHash, options): Promise<SessionCheck | null> {
      return read(() => sessions.find(tokenHash, options.data));
    },
    touchSessions: write("touchSessions"),
    listSessions: scan("listSessions"),
    endSessions: write("endSessions"),

    putCode: write("putCode"),
    findCode: (lookup) => run(() => findCode(lookup)),
    fillCode: write("fillCode"),
    redeemCode: write("redeemCode"),
    discardCodes: write("discardCodes"),

    hitLimits: write("hitLimits"),
    settleLimits: (keys) => writer.call("settleLimits", keys),
    readLimit: (key): Promise<LimitRecord | null> => run(() => readLimit(key)),

    putBlock: write("putBlock"),
    removeBlock: write("removeBlock"),
    findBlocks: (keys) => run(() => findBlocks(keys)),
    listBlocks: scan("listBlocks"),

    addEvents: write("addEvents"),
    listAudit: scan("listAudit"),
    nextMailAt: () => run(nextMailAt),
    claimMail: write("claimMail"),
    settleMail: write("settleMail"),
    reviseMail: write("reviseMail"),
    listMail: scan("listMail"),

    takeTurn: write("takeTurn"),
    async cleanup(limits: CleanupLimits) {
      const over = await reader.call("sessionsToRemove", limits);
      return writer.call("cleanup", limits, over);
    },
  };
}
