import type { CleanupLimits, LimitRecord, LimitResult, NewUser, SettingsRecord, Store } from "../contract.js";
import { listAudit } from "../sql/audit.js";
import { findBlocks, listBlocks, putBlock, removeBlock } from "../sql/blocks.js";
import { discardCodes, fillCode, findCode, putCode, redeemCode } from "../sql/codes.js";
import type { Dialect } from "../sql/dialect.js";
import { insertEvents } from "../sql/events.js";
import { cleanup, countTables, sessionsToRemove, takeTurn } from "../sql/housekeeping.js";
import { countTogether, type LimitCall, readLimit } from "../sql/limits.js";
import { claimMail, listMail, nextMailAt, reviseMail, settleMail } from "../sql/mails.js";
import { layUsers, userWriter } from "../sql/new-users.js";
import { first, type Operation } from "../sql/operation.js";
import { createPart, dropPart } from "../sql/parts.js";
import { replacePassword } from "../sql/passwords.js";
import { readRecords, writeRecords } from "../sql/records.js";
import { LATEST_VERSION, readVersion } from "../sql/schema.js";
import { nextNumber, raiseSequence } from "../sql/sequences.js";
import { type CheckRow, readSessionCheck, sessionCheckSql } from "../sql/session-check.js";
import { createSession, endSessions, listSessions, touchSessions } from "../sql/sessions.js";
import { readSettings, writeSettings } from "../sql/settings.js";
import { countUsers, listUsers } from "../sql/user-lists.js";
import { createUser, deleteUser, findSignIn, findUser, updateUser } from "../sql/users.js";
import { isMissingTable } from "./errors.js";
import { LimitLane } from "./lane.js";
import { migrateInTurn } from "./migrate.js";
import { proveAtomicity } from "./proof.js";
import type { Runner, Way } from "./runner.js";
import { schemaStatistics } from "./statistics.js";

export interface PostgresStoreParts {
  readonly runner: Runner;
  readonly dialect: Dialect;
  readonly schema: string;
  readonly location: string;
}

const CHECK = sessionCheckSql("''");
const CHECK_WITH_DATA = sessionCheckSql("u.data");
const NOW = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) AS now";

/**
 * PostgreSQL under the contract of `store/contract.ts`. Each method names the way that its operation of `store/sql` is
 * run; an operation that is new here and takes no locks of its own runs as "alone".
 */
export function createPostgresStore({ runner, dialect, schema, location }: PostgresStoreParts): Store {
  const writeUsers = userWriter(
    (cells) => runner.run("locks", () => layUsers(cells), true),
    (users) => runner.run("alone", () => writeRecords("users", users), true),
  );
  const lane = new LimitLane((calls) => runner.repeat("locks", () => countTogether(dialect, calls)));
  let closing: Promise<void> | undefined;

  /** The method that runs the operation, made anew with the same arguments for each try. */
  function by<A extends unknown[], T>(
    way: Way,
    operation: (...args: A) => Operation<T>,
    options: { readonly isLong?: boolean } = {},
  ): (...args: A) => Promise<T> {
    return (...args) => runner.run(way, () => operation(...args), options.isLong);
  }

  /** As {@link by}, for an operation that is told the dialect. */
  function spoken<A extends unknown[], T>(
    way: Way,
    operation: (dialect: Dialect, ...args: A) => Operation<T>,
    options: { readonly isLong?: boolean } = {},
  ): (...args: A) => Promise<T> {
    return by(way, (...args: A) => operation(dialect, ...args), options);
  }

  function count(call: LimitCall): Promise<readonly LimitResult[]> {
    return runner.accept(() => lane.call(call));
  }

  /** What a table that is not there yet stands for. */
  async function orNothing<T>(work: Promise<T>, nothing: T): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof Error && isMissingTable(error.cause)) return nothing;
      throw error;
    }
  }

  return {
    kind: "postgres",
    location,

    schema: async () => ({
      version: await orNothing(runner.run("look", readVersion), 0),
      latest: LATEST_VERSION,
    }),
    migrate: () => migrateInTurn(runner, dialect),
    readSettings: (): Promise<SettingsRecord | null> => orNothing(runner.run("look", readSettings), null),
    writeSettings: by("write", writeSettings),
    now: async () => (await runner.run("look", () => first<{ now: number }>(NOW)))?.now ?? 0,
    ping: async () => {
      await runner.run("look", () => first("SELECT 1 AS one"));
    },
    async statistics() {
      const counts = await runner.run("view", countTables, true);
      return { ...counts, ...(await runner.run("view", () => schemaStatistics(schema), true)) };
    },
    dropPart: by("locks", dropPart, { isLong: true }),
    async createPart(part) {
      if (part === "all") await migrateInTurn(runner, dialect);
      else await runner.run("locks", () => createPart(dialect, part), true);
    },
    proveAtomicity: () => proveAtomicity(runner, location),
    readRecords: (kind, after, size) => runner.run("view", () => readRecords(kind, after, size), true),
    writeRecords: (kind, records) =>
      // What a kind takes is that kind's; a comparison of its name does not tell the compiler so.
      kind === "users"
        ? writeUsers(records as readonly NewUser[])
        : runner.run("alone", () => writeRecords(kind, records), true),
    close: () => (closing ??= runner.close()),

    createUser: spoken("locks", createUser),
    findUser: by("look", findUser),
    findSignIn: by("look", findSignIn),
    updateUser: spoken("locks", updateUser),
    deleteUser: spoken("locks", deleteUser),
    listUsers: spoken("look", listUsers),
    countUsers: spoken("look", countUsers),

    nextNumber: by("look", nextNumber),
    raiseSequence: by("look", raiseSequence),

    replacePassword: spoken("locks", replacePassword),

    createSession: spoken("locks", createSession),
    checkSession: (tokenHash, { data }) =>
      runner.look(async (connection) => {
        const row = await connection.row(data ? CHECK_WITH_DATA : CHECK, tokenHash);
        return row === null ? null : readSessionCheck(tokenHash, row as unknown as CheckRow);
      }),
    touchSessions: by("locks", touchSessions),
    listSessions: by("look", listSessions),
    endSessions: by("locks", endSessions),

    putCode: by("locks", putCode),
    findCode: by("look", findCode),
    fillCode: by("write", fillCode),
    redeemCode: spoken("locks", redeemCode),
    discardCodes: by("locks", discardCodes),

    hitLimits: (hits, now) => count({ hits, now }),
    async settleLimits(settle) {
      await count({ settle });
    },
    readLimit: (key): Promise<LimitRecord | null> => runner.run("look", () => readLimit(key)),

    putBlock: by("locks", putBlock),
    removeBlock: by("locks", removeBlock),
    findBlocks: by("look", findBlocks),
    listBlocks: by("look", listBlocks),

    addEvents: by("locks", insertEvents),
    listAudit: by("look", listAudit),
    nextMailAt: by("look", nextMailAt),
    claimMail: spoken("locks", claimMail),
    settleMail: by("write", settleMail),
    reviseMail: by("locks", reviseMail),
    listMail: by("look", listMail),

    takeTurn: by("write", takeTurn),
    async cleanup(limits: CleanupLimits) {
      const over = await runner.run("view", () => sessionsToRemove(limits), true);
      return runner.run("locks", () => cleanup(dialect, limits, over), true);
    },
  };
}
