import { describe, expect, it } from "vitest";
import { WaitingLine } from "./waiting-line.js";

/** Tasks that end when the test says so; `started` holds their names in the order of their start. */
function tasks() {
  const ends = new Map<string, () => void>();
  const started: string[] = [];
  return {
    started,
    task: (name: string) => () => {
      started.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    },
    end: async (name: string) => {
      ends.get(name)?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe("a waiting line", () => {
  it("runs as many as there are slots, then lets them wait in order", async () => {
    const line = new WaitingLine({ slots: 2, queue: 3 });
    const { started, task, end } = tasks();
    const calls = ["a", "b", "c", "d"].map((name) => line.run({}, task(name)));
    expect([started, line.running, line.waiting]).toEqual([["a", "b"], 2, 2]);
    await end("b");
    expect([started, line.running, line.waiting]).toEqual([["a", "b", "c"], 2, 1]);
    await end("a");
    await end("c");
    await end("d");
    expect(await Promise.all(calls)).toEqual(["a", "b", "c", "d"]);
    expect([line.running, line.waiting]).toEqual([0, 0]);
  });

  it("refuses whoever finds the line full, and nobody else", async () => {
    const line = new WaitingLine({ slots: 2, queue: 10 });
    const { started, task, end } = tasks();
    const names = Array.from({ length: 100 }, (_, i) => String(i));
    const calls = Promise.allSettled(names.map((name) => line.run({}, task(name))));
    expect(line.refused).toBe(88);
    for (const name of names) await end(name);
    const served = (await calls).flatMap((call, i) => (call.status === "fulfilled" ? [i] : []));
    expect(served).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(started).toHaveLength(12);
  });

  it("keeps one place for an account and two for an address, and gives them back", async () => {
    const line = new WaitingLine({ slots: 1, queue: 100 });
    const { task, end } = tasks();
    const busy = (reason: string) => expect.objectContaining({ code: "busy", details: { reason } });
    const calls = [
      line.run({ account: "ada", address: "1.1.1.1" }, task("runs")),
      line.run({ account: "ada", address: "1.1.1.1" }, task("waits")),
    ];
    await expect(line.run({ account: "ada", address: "2.2.2.2" }, task("x"))).rejects.toEqual(
      busy("account-waiting"),
    );
    calls.push(line.run({ account: "eve", address: "1.1.1.1" }, task("waits too")));
    await expect(line.run({ account: "bob", address: "1.1.1.1" }, task("x"))).rejects.toEqual(
      busy("address-waiting"),
    );
    calls.push(line.run({ account: "bob", address: "3.3.3.3" }, task("from elsewhere")));

    await end("runs");
    calls.push(line.run({ account: "ada", address: "1.1.1.1" }, task("again")));
    for (const name of ["waits", "waits too", "from elsewhere", "again"]) await end(name);
    expect(await Promise.all(calls)).toEqual(["runs", "waits", "waits too", "from elsewhere", "again"]);
    expect(line.refused).toBe(2);
  });

  it("does not let a newcomer take the slot of the next in line", async () => {
    const line = new WaitingLine({ slots: 1, queue: 2 });
    const { started, task, end } = tasks();
    const first = line.run({}, task("first"));
    const second = line.run({}, task("second"));
    const third = first.then(() => line.run({}, task("third")));
    for (const name of ["first", "second", "third"]) await end(name);
    await Promise.all([second, third]);
    expect(started).toEqual(["first", "second", "third"]);
  });

  it("goes on when a task fails", async () => {
    const line = new WaitingLine({ slots: 1, queue: 1 });
    const failing = line.run({}, () => Promise.reject(new Error("the thread ended")));
    const next = line.run({}, async () => "served");
    await expect(failing).rejects.toThrow("the thread ended");
    expect(await next).toBe("served");
    expect(line.running).toBe(0);
  });

  it("tells the refused when the line will be empty, from how long turns take", async () => {
    let now = 0;
    const line = new WaitingLine({ slots: 2, queue: 2, now: () => now });
    const { task, end } = tasks();
    const measured = line.run({}, task("measured"));
    now += 300;
    await end("measured");
    await measured;
    const calls = ["a", "b", "c", "d"].map((name) => line.run({}, task(name)));
    // Four before it, two at once, 300 ms each.
    await expect(line.run({}, task("x"))).rejects.toEqual(
      expect.objectContaining({ status: 503, retryAfter: 600 }),
    );
    for (const name of ["a", "b", "c", "d"]) await end(name);
    await Promise.all(calls);
  });

  it("says when it is empty", async () => {
    const line = new WaitingLine({ slots: 1, queue: 1 });
    await line.empty();
    const { task, end } = tasks();
    const calls = ["a", "b"].map((name) => line.run({}, task(name)));
    let empty = false;
    const waiting = line.empty().then(() => {
      empty = true;
    });
    await end("a");
    expect(empty).toBe(false);
    await end("b");
    await waiting;
    await Promise.all(calls);
  });
});
