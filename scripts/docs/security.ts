import { existsSync, readFileSync } from "node:fs";
import type { Expression } from "oxc-parser";
import { parseSync, Visitor } from "oxc-parser";
import { textOf } from "../sources.js";
import { type Drift, ROOT, readPage, tableRows } from "./markdown.js";

const PAGE = "docs/security.md";
/** What must hold (1–64), and bug classes of other systems (B1–B30). */
const ITEMS = [
  ...Array.from({ length: 64 }, (_, index) => String(index + 1)),
  ...Array.from({ length: 30 }, (_, index) => `B${index + 1}`),
];

/**
 * docs/security.md has one row for each item: `| item | what must hold | how it is met | tests |`. The last cell names
 * tests as `file › title`, one a line break, or the row says "Not applicable yet" with the reason.
 */
export function checkSecurity(): Drift[] {
  const drift: Drift[] = [];
  const rows = tableRows(readPage(PAGE)).filter((cells) => /^B?\d+$/.test(cells[0] ?? ""));
  const seen = new Set<string>();
  for (const [item = "", what = "", how = "", tests = ""] of rows) {
    const tell = (text: string) => drift.push({ where: PAGE, what: `item ${item} ${text}` });
    if (!ITEMS.includes(item)) tell("is none of the list");
    if (seen.has(item)) tell("has two rows");
    seen.add(item);
    if (what === "" || how === "") tell("does not tell what must hold and how it is met");
    if (/^Not applicable yet/i.test(how)) {
      if (!/^Not applicable yet: .{10,}/i.test(how)) tell("is not applicable, and tells no reason");
      continue;
    }
    const named = [...tests.matchAll(/`([^`]+?) › ([^`]+)`/g)];
    if (named.length === 0) tell("names no test (`file › title`)");
    for (const [, file = "", title = ""] of named) {
      const titles = titlesOf(file);
      if (titles === null) tell(`names the test file ${file}, which does not exist`);
      else if (!titles.has(title)) tell(`names the test "${title}", which is not in ${file}`);
    }
  }
  for (const item of ITEMS) if (!seen.has(item)) drift.push({ where: PAGE, what: `lacks item ${item}` });
  return drift;
}

const read = new Map<string, ReadonlySet<string> | null>();

/** The titles of the tests in a file that really run; null: there is no such file. */
function titlesOf(path: string): ReadonlySet<string> | null {
  const known = read.get(path);
  if (known !== undefined) return known;
  if (!existsSync(ROOT + path)) {
    read.set(path, null);
    return null;
  }
  const titles = new Set<string>();
  new Visitor({
    CallExpression(node) {
      const [title] = node.arguments;
      if (title === undefined || title.type === "SpreadElement" || !runs(node.callee)) return;
      const text = textOf(title) ?? (title.type === "TemplateLiteral" ? rawTemplate(title.quasis) : null);
      if (text !== null) titles.add(text);
    },
  }).visit(parseSync(path, readFileSync(ROOT + path, "utf8")).program);
  read.set(path, titles);
  return titles;
}

/** What may stand behind `it.` where the test still runs. */
const MODIFIERS = new Set(["each", "for", "skipIf", "runIf", "concurrent", "sequential"]);

/** `it(…)`, `test(…)`, `it.each(…)(…)`, `it.skipIf(…)(…)`; not `it.skip` and `it.todo`, which prove nothing. */
function runs(callee: Expression): boolean {
  if (callee.type === "Identifier") return callee.name === "it" || callee.name === "test";
  if (callee.type === "CallExpression" || callee.type === "TaggedTemplateExpression")
    return runs(callee.type === "CallExpression" ? callee.callee : callee.tag);
  if (callee.type !== "MemberExpression" || callee.computed) return false;
  return MODIFIERS.has(callee.property.name) && runs(callee.object);
}

/** The words of a title with holes, each hole as `…`. */
function rawTemplate(parts: readonly { readonly value: { readonly raw: string } }[]): string {
  return parts.map((part) => part.value.raw).join("…");
}
