/**
 * The import: brings the people of a file over as an application does, and tells how long that took, how much processor time
 * (of all threads), and how much memory it held at the most. Plain JavaScript in a process of its own, so that nothing but
 * the import is in that memory. Reads its orders as JSON from the command line: {url, input, mapping}.
 */
import { readFile } from "node:fs/promises";
import { openUserSpace } from "watchword";

const { url, input, mapping } = JSON.parse(process.argv[2] ?? "{}");
const space = await openUserSpace(url, {
  secret: "the secret of the bench, 32 characters and more",
  mail: { courier: false },
});

/** The highest resident memory that is not a mapped file: programs and SQLite map theirs, which the system may take back at any time. */
let anonymous = 0;
const look = async () => {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  anonymous = Math.max(anonymous, Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1] ?? 0));
};
const watch = setInterval(look, 250);

const used = process.cpuUsage();
const start = process.hrtime.bigint();
const report = await space.transfer.import({ from: "ndjson", input: [input], mapping });
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const { user, system } = process.cpuUsage(used);
clearInterval(watch);
await look();
await space.close();
const { maxRSS } = process.resourceUsage();
console.log(
  JSON.stringify({
    written: report.written,
    seconds,
    processor: (user + system) / 1e6,
    anonymous: anonymous / 1024,
    resident: maxRSS / 1024,
  }),
);
