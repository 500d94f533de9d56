import { randomInt } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Store } from "#dist/store/contract.js";
import { openStore, startChild, temporaryFolder } from "./processes.js";

it("keeps every acknowledged write of a process that is killed", async () => {
  const file = join(await temporaryFolder(), "users.db");
  const acknowledged: string[] = [];
  for (let round = 0; round < 3; round++) {
    const child = startChild("acknowledge.mjs", file);
    let output = "";
    child.stdout?.on("data", (chunk) => {
      output += String(chunk);
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    while (output === "" && child.exitCode === null) await sleep(10);
    await sleep(randomInt(20, 400));
    child.kill("SIGKILL");
    await ended;
    // The last line may have been cut off.
    acknowledged.push(...output.split("\n").slice(0, -1));
  }

  const store = await openStore(file);
  const kept = await everyId(store);
  expect(acknowledged.length).toBeGreaterThan(100);
  expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
});

async function everyId(store: Store): Promise<Set<string>> {
  const ids = new Set<string>();
  let before: string | null = null;
  for (;;) {
    const page: readonly { readonly id: string }[] = await store.listAudit({ before, size: 5000 });
    const last = page.at(-1);
    if (last === undefined) return ids;
    for (const { id } of page) ids.add(id);
    before = last.id;
  }
}
