import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deriveKey } from "#dist/base/crypto.js";
import { seal } from "#dist/base/seal.js";
import type { NewUser, Store } from "#dist/store/contract.js";
import { openSqliteStore } from "#dist/store/sqlite/open.js";
import type { ImportDeps } from "#dist/transfer/import.js";
import type { PasswordIntake } from "#dist/transfer/passwords.js";
import type { ImportedUser } from "#dist/transfer/source.js";
import { sampleSettings } from "../contract/samples.js";
import { DUMPED } from "./import-source.js";

export const FACTOR_KEY = deriveKey("the secret of these tests, long enough", "factors");

/** Keeps hashes under the names that the sources give them; what is clear is marked, not hashed: these tests sign nobody in. */
export const keepsHashes: PasswordIntake = {
  async take(passwords, now) {
    const [first] = passwords.filter((one) => one.kind !== "unknown");
    const record =
      first === undefined
        ? null
        : {
            hash: first.kind === "hash" ? first.hash : `hash of ${first.text}`,
            scheme: first.kind === "hash" ? (first.scheme ?? "unknown") : "argon2id",
            normalization: "none" as const,
            pepperId: null,
            flags: [],
            changedAt: now,
          };
    return {
      record,
      schemes: record === null ? [] : [{ scheme: record.scheme, strength: null }],
      unusable: [],
    };
  },
};

export interface ImportBench {
  readonly store: Store;
  readonly folder: string;
  readonly deps: ImportDeps;
  /** All that the store keeps of all users. */
  users(): Promise<readonly NewUser[]>;
  cleanup(): Promise<void>;
}

/** An empty SQLite store of its own, and a folder beside it. */
export async function openBench(mode: "folded" | "exact" = "folded"): Promise<ImportBench> {
  const folder = await mkdtemp(join(tmpdir(), "watchword-import-"));
  const file = join(folder, "users.db");
  const store = await openSqliteStore({ file, create: true, synchronous: "normal", busyTimeout: 5000 });
  await store.migrate();
  await store.writeSettings(null, sampleSettings({ identifiers: mode }));
  let time = DUMPED;
  return {
    store,
    folder,
    deps: {
      store,
      clock: { now: () => time++ },
      spaceId: "space",
      mode,
      sessionPolicy: { idle: 864_000_000, absolute: 2_592_000_000 },
      passwords: keepsHashes,
      seal: (text, about) => seal(FACTOR_KEY, text, about),
    },
    users: async () => {
      const all: NewUser[] = [];
      for (let after: string | null = null; ; ) {
        const page: readonly NewUser[] = await store.readRecords("users", after, 1000);
        all.push(...page);
        const last = page.at(-1);
        if (last === undefined || page.length < 1000) return all;
        after = last.user.id;
      }
    },
    async cleanup() {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Somebody, known by an id. */
export function someone(id: string, more: Partial<ImportedUser> = {}): ImportedUser {
  return {
    kind: "user",
    where: `row ${id}`,
    origin: { system: "test", id },
    number: null,
    username: null,
    email: null,
    emailVerified: false,
    emailVerifiedAt: null,
    passwords: [],
    active: true,
    admin: false,
    superuser: false,
    roles: [],
    blocked: null,
    locale: null,
    data: new Map(),
    createdAt: null,
    updatedAt: null,
    lastSignInAt: null,
    factors: [],
    sessions: [],
    notes: [],
    ...more,
  };
}

export async function* stream<T>(
  items: readonly T[],
  failAfter = Number.POSITIVE_INFINITY,
): AsyncGenerator<T> {
  for (const [index, item] of items.entries()) {
    if (index >= failAfter) throw new Error("the power went out");
    yield item;
  }
}
