import { expect, it } from "vitest";
import { KeyQueue } from "./key-queue.js";

it("lets one after the other at the same keys, whatever their order, and others pass", async () => {
  const queue = new KeyQueue();
  const inside = new Set<string>();
  let most = 0;
  const run = (...keys: string[]) =>
    queue.run(keys, async () => {
      for (const key of keys) {
        expect(inside.has(key)).toBe(false);
        inside.add(key);
      }
      most = Math.max(most, inside.size);
      await new Promise((resolve) => setTimeout(resolve, 1));
      for (const key of keys) inside.delete(key);
    });
  await Promise.all(
    Array.from({ length: 60 }, (_, at) =>
      at % 3 === 0 ? run("a", "b") : at % 3 === 1 ? run("b", "a") : run("c"),
    ),
  );
  expect(most).toBe(3);
});

it("goes on behind a task that fails", async () => {
  const queue = new KeyQueue();
  const failing = queue.run(["a"], () => Promise.reject(new Error("no")));
  const next = queue.run(["a"], () => Promise.resolve("next"));
  await expect(failing).rejects.toThrow("no");
  expect(await next).toBe("next");
});
