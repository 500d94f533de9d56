import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Worker } from "node:worker_threads";
import { hash as bareHash } from "@node-rs/argon2";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createHasher, defaultSlots, type Hasher, type HasherOptions } from "#dist/passwords/hasher.js";

const CHEAP = { memory: 64, passes: 1, lanes: 1, slots: 2 };
const made: Hasher[] = [];
let workers: Worker[] = [];
const onWorker = (worker: Worker) => workers.push(worker);

function hasher(options: Partial<HasherOptions> = {}): Hasher {
  const hasher = createHasher({ ...CHEAP, ...options });
  made.push(hasher);
  return hasher;
}

beforeEach(() => {
  workers = [];
  process.on("worker", onWorker);
});

afterEach(async () => {
  process.off("worker", onWorker);
  await Promise.all(made.splice(0).map((each) => each.close()));
});

describe("a hash", () => {
  it("is an argon2id PHC string with the configured costs, a salt of 16 bytes and a tag of 32", async () => {
    const { hash } = hasher({ memory: 128, passes: 3, lanes: 2 });
    const first = await hash("correct horse battery staple");
    expect(first).toMatch(/^\$argon2id\$v=19\$m=128,t=3,p=2\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await hash("correct horse battery staple")).not.toBe(first);
  });

  it("fits its own password and no other", async () => {
    const { hash, verify } = hasher();
    const stored = await hash("correct horse battery staple");
    expect(await verify(stored, "correct horse battery staple")).toBe(true);
    expect(await verify(stored, "Correct horse battery staple")).toBe(false);
    expect(await verify(stored, "")).toBe(false);
  });

  it("made by any argon2 library is understood", async () => {
    const stored = await bareHash("correct horse", { memoryCost: 256, timeCost: 2, parallelism: 4 });
    expect(await hasher().verify(stored, "correct horse")).toBe(true);
  });

  it("counts every byte: 72, 73, 200 and 4096", async () => {
    const { hash, verify } = hasher();
    const text = "a".repeat(4096);
    const stored = await hash(text);
    expect(await verify(stored, text)).toBe(true);
    for (const byte of [1, 72, 73, 200, 255, 256, 4096])
      expect(await verify(stored, `${text.slice(0, byte - 1)}b${text.slice(byte)}`), `byte ${byte}`).toBe(
        false,
      );
    expect(await verify(stored, text.slice(1))).toBe(false);
  });

  it.each(["zero\0one", "\0", "\u{1F511}\u{1F468}\u200D\u{1F469}", "e\u0301", " space "])(
    "of %j is not cut",
    async (text) => {
      const { hash, verify } = hasher();
      const stored = await hash(text);
      expect(await verify(stored, text)).toBe(true);
      expect(await verify(stored, text.normalize("NFKC").slice(0, -1))).toBe(false);
      expect(await verify(stored, `${text}\0`)).toBe(false);
    },
  );
});

describe("a stored hash that cannot be checked", () => {
  it.each([
    "",
    "plain",
    "$2b$10$abcdefghijklmnopqrstuv",
    "$argon2id$v=19$m=2147483648,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=64,t=4294967295,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
  ])("%j is refused before any work is done for it", async (stored) => {
    const one = hasher();
    await expect(one.verify(stored, "x")).rejects.toEqual(expect.objectContaining({ code: "invalid-input" }));
    expect(one.statistics).toEqual({ running: 0, waiting: 0, done: 0, refused: 0 });
    expect(workers).toHaveLength(0);
    expect(one.needsUpgrade(stored)).toBe(true);
  });
});

it("a hash needs an upgrade once the costs are raised", async () => {
  const stored = await hasher().hash("x");
  expect(hasher().needsUpgrade(stored)).toBe(false);
  expect(hasher({ memory: 32 }).needsUpgrade(stored)).toBe(false);
  expect(hasher({ memory: 65 }).needsUpgrade(stored)).toBe(true);
  expect(hasher({ passes: 2 }).needsUpgrade(stored)).toBe(true);
});

it("an unknown user costs the one hash that a known one costs", async () => {
  const one = hasher();
  const stored = await one.hash("x");
  const before = one.statistics.done;
  expect(await one.verify(stored, "wrong")).toBe(false);
  expect(one.statistics.done - before).toBe(1);
  expect(await one.verifyNothing("wrong")).toBe(false);
  expect(one.statistics.done - before).toBe(2);
});

describe("under a flood", () => {
  it("of 100 at once, two run, ten wait, and the other 88 are told to come back", async () => {
    const one = hasher({ queue: 10 });
    const stored = await one.hash("x");
    const calls = Promise.allSettled(Array.from({ length: 100 }, () => one.verify(stored, "x")));
    expect(one.statistics).toMatchObject({ running: 2, waiting: 10, refused: 88 });
    const results = await calls;
    expect(results.slice(0, 12)).toEqual(Array(12).fill({ status: "fulfilled", value: true }));
    for (const result of results.slice(12))
      expect(result).toMatchObject({
        status: "rejected",
        reason: { code: "busy", retryAfter: expect.any(Number) },
      });
    expect(one.statistics).toEqual({ running: 0, waiting: 0, done: 13, refused: 88 });
    expect(workers).toHaveLength(2);
  });

  it("from one address and for one account, the others are served", async () => {
    const one = hasher({ slots: 1, queue: 10 });
    const stored = await one.hash("x");
    const flood = Array.from({ length: 20 }, (_, i) =>
      one.verify(stored, "x", { account: `${i}`, address: "6.6.6.6" }),
    );
    const lockOut = Array.from({ length: 20 }, (_, i) =>
      one.verifyNothing("x", { account: "ada", address: `7.7.7.${i}` }),
    );
    const others = Array.from({ length: 5 }, (_, i) =>
      one.verify(stored, "x", { account: `b${i}`, address: `8.8.8.${i}` }),
    );
    const served = async (calls: Promise<unknown>[]) =>
      (await Promise.allSettled(calls)).filter((call) => call.status === "fulfilled").length;
    // The flood has the one slot and its two places.
    expect(await Promise.all([served(flood), served(lockOut), served(others)])).toEqual([3, 1, 5]);
  });
});

describe("a thread", () => {
  it("that dies takes its own call along and is replaced", async () => {
    const one = hasher({ queue: 50 });
    process.once("worker", (worker: Worker) => void worker.terminate());
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => one.hash("x")));
    const rejected = results.filter((result) => result.status === "rejected");
    expect(rejected).toEqual([
      {
        status: "rejected",
        reason: expect.objectContaining({ code: "internal", message: expect.stringContaining("Try again") }),
      },
    ]);
    expect(one.statistics).toEqual({ running: 0, waiting: 0, done: 49, refused: 0 });
    expect(workers).toHaveLength(3);
  });

  it("that dies while it rests is not used again", async () => {
    const one = hasher({ slots: 1 });
    await one.hash("x");
    await workers[0]?.terminate();
    expect(await one.hash("x")).toContain("$argon2id$");
    expect(workers).toHaveLength(2);
  });

  it("starts with the first call and ends when there was nothing to do for a while", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const one = hasher();
      expect(workers).toHaveLength(0);
      await Promise.all([one.hash("x"), one.hash("y")]);
      expect(workers).toHaveLength(2);
      vi.advanceTimersByTime(29_999);
      await one.hash("z");
      expect(workers).toHaveLength(2);

      const ended = workers.map((worker) => new Promise((resolve) => worker.once("exit", resolve)));
      vi.advanceTimersByTime(30_000);
      await Promise.all(ended);
      await one.hash("z");
      expect(workers).toHaveLength(3);
    } finally {
      vi.useRealTimers();
    }
  });

  it("does not keep a process alive that has nothing else to do", async () => {
    const script = `
      import { createHasher } from "#dist/passwords/hasher.js";
      const hasher = createHasher({ memory: 64, passes: 1, lanes: 1 });
      console.log(await hasher.verify(await hasher.hash("x"), "x"));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      timeout: 20_000,
    });
    expect(stdout).toBe("true\n");
  });

  it.runIf(process.platform === "linux")("steps back behind the main thread, alone", async () => {
    const before = new Set(readdirSync("/proc/self/task"));
    await hasher({ slots: 1 }).hash("x");
    const niceness = (thread: string) => {
      const stat = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
    };
    const threads = readdirSync("/proc/self/task");
    const usual = getPriority(process.pid);
    expect(threads.filter((thread) => before.has(thread) && niceness(thread) !== usual)).toEqual([]);
    expect(threads.filter((thread) => !before.has(thread)).map(niceness)).toContain(Math.min(19, usual + 5));
  });
});

it("closing finishes what was accepted, ends the threads and takes no more", async () => {
  const one = hasher();
  const calls = Array.from({ length: 20 }, () => one.hash("x"));
  const ended = new Promise((resolve) =>
    process.once("worker", (worker: Worker) => worker.once("exit", resolve)),
  );
  const closing = one.close();
  await expect(one.hash("y")).rejects.toEqual(expect.objectContaining({ code: "closed" }));
  await closing;
  expect(one.close()).toBe(closing);
  await ended;
  expect(await Promise.all(calls)).toHaveLength(20);
  expect(one.statistics).toEqual({ running: 0, waiting: 0, done: 20, refused: 0 });
});

describe("the options", () => {
  it("give a slot a core unless memory is short, and at least one", () => {
    expect(defaultSlots({ memory: 19456, passes: 2, lanes: 1 })).toBeGreaterThanOrEqual(1);
    expect(defaultSlots({ memory: 1024 * 1024, passes: 2, lanes: 64 })).toBe(1);
  });

  it.each([
    ["argon2.memory", { memory: 7 }],
    ["argon2.memory", { memory: 64, lanes: 9 }],
    ["argon2.memory", { memory: 2 ** 31 }],
    ["argon2.passes", { passes: 0 }],
    ["argon2.lanes", { lanes: 1.5 }],
    ["slots", { slots: 0 }],
    ["queue", { queue: -1 }],
  ])("name passwords.%s where it is impossible", (option, options) => {
    expect(() => hasher(options)).toThrow(
      expect.objectContaining({
        code: "invalid-option",
        message: expect.stringContaining(`passwords.${option} `),
      }),
    );
  });
});
