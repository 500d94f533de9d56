import { existsSync } from "node:fs";
import { posix } from "node:path";
import { type Drift, pagesOfDocs, ROOT, readPage, sectionsOf, withoutCodeBlocks } from "./markdown.js";

const INDEX = "docs/README.md";
/** A folder of pages has an index of its own, which the index leads to. */
const INDEXES = [INDEX, "docs/compat/README.md"];
/** One page for each concern, besides those that a check of its own reads. */
const CONCERNS = [
  ...["users", "passwords", "sign-up", "sign-in", "sessions", "codes", "limits", "mail", "audit", "store"],
  ...["http", "pages", "cli", "architecture", "testing", "configuration", "errors", "security"],
];

/** Each concern has its page, the index leads to all of them, and every link between pages arrives. */
export function checkPages(): Drift[] {
  const drift: Drift[] = [];
  const all = pagesOfDocs();
  for (const page of [...CONCERNS.map((concern) => `docs/${concern}.md`), ...all, INDEX])
    if (readPage(page).trim() === "") drift.push({ where: page, what: "is missing or empty" });

  const listed = new Set(
    INDEXES.flatMap((index) =>
      linksOf(index).map((link) => posix.join(posix.dirname(index), link.split("#")[0] ?? "")),
    ),
  );
  for (const page of all)
    if (page.startsWith("docs/") && page !== INDEX && !listed.has(page))
      drift.push({
        where: INDEXES.findLast((index) => page.startsWith(posix.dirname(index))) ?? INDEX,
        what: `does not lead to ${page}`,
      });

  for (const page of all)
    for (const link of linksOf(page)) {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : posix.join(posix.dirname(page), path);
      if (!existsSync(ROOT + target))
        drift.push({ where: page, what: `links to ${link}, which does not exist` });
      else if (anchor !== undefined && !anchorsOf(target).has(anchor))
        drift.push({ where: page, what: `links to ${link}, a heading that does not exist` });
    }
  return drift;
}

/** Links that stay in the repository. */
function linksOf(page: string): string[] {
  return [...withoutCodeBlocks(readPage(page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? "")
    .filter((link) => !/^[a-z]+:/.test(link));
}

/** The anchors that GitHub gives to headings. */
function anchorsOf(page: string): Set<string> {
  return new Set(
    sectionsOf(readPage(page)).map(({ text }) =>
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(/\s/g, "-"),
    ),
  );
}
