// Writes for as long as it lives, from 16 callers, and prints each id once it is acknowledged.
import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { open } from "./store.mjs";

const store = await open();
await store.migrate();
async function write() {
  for (;;) {
    const id = randomUUID();
    await store.addEvents([
      {
        type: "audit",
        id,
        at: Date.now(),
        action: "test.acknowledged",
        userId: null,
        actor: "system",
        ip: null,
        userAgent: null,
        requestId: null,
        details: "{}",
      },
    ]);
    writeSync(1, `${id}\n`);
  }
}
await Promise.all(Array.from({ length: 16 }, write));
