/**
 * The import: lays the people of a dump into a store, and tells how long that took and how much memory it held at the
 * most. Plain JavaScript in a process of its own, so that nothing but the import is in that memory.
 * Reads its orders as JSON from the command line: {url, from, input}.
 */
import { readFile } from "node:fs/promises";
import { openStore } from "#dist/space/open-store.js";
import { findPlace } from "#dist/space/place.js";
import { createTransfer } from "#dist/transfer/transfer.js";

const { url, from, input } = JSON.parse(process.argv[2] ?? "{}");
const store = await openStore(findPlace(url, {}), {}, console);
await store.migrate();

/** The highest resident memory that is not a mapped file: SQLite maps its own, which the system may take back at any time. */
let anonymous = 0;
const look = async () => {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  anonymous = Math.max(anonymous, Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1] ?? 0));
};
const watch = setInterval(look, 250);

/** Hashes are laid down as they are: what they cost is another part's business. */
const passwords = {
  take: async ([password], now) => ({
    record:
      password === undefined
        ? null
        : {
            hash: password.hash,
            scheme: password.scheme,
            normalization: "none",
            pepperId: null,
            flags: [],
            changedAt: now,
          },
    schemes: password === undefined ? [] : [{ scheme: password.scheme, strength: null }],
    unusable: [],
  }),
};
const transfer = createTransfer({
  store,
  clock: { now: Date.now },
  spaceId: "bench",
  mode: "folded",
  sessionPolicy: { idle: 864_000_000, absolute: null },
  passwords,
  seal: (text) => text,
});
const start = process.hrtime.bigint();
const report = await transfer.import({ from, input: [input] });
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
clearInterval(watch);
await look();
await store.close();
const { maxRSS } = process.resourceUsage();
console.log(
  JSON.stringify({ written: report.written, seconds, anonymous: anonymous / 1024, resident: maxRSS / 1024 }),
);
