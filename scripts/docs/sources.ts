import { SOURCES } from "../../src/transfer/sources/index.js";
import { codeIn, compare, type Drift, readPage, sectionsOf } from "./markdown.js";

const PAGE = "docs/import-sources.md";

/** docs/import-sources.md has one section for each source, which names all that the source needs. */
export function checkSources(): Drift[] {
  const sections = new Map(sectionsOf(readPage(PAGE)).map(({ text, body }) => [codeIn(text), body] as const));
  sections.delete(null);
  const documented = new Set([...sections.keys()].filter((name) => name !== null));
  const drift = compare(new Set(SOURCES.map(({ name }) => name)), documented, PAGE, "import source");
  for (const { name, needs } of SOURCES)
    for (const need of needs)
      if (!sections.get(name)?.includes(`\`${need.name}\``))
        drift.push({ where: PAGE, what: `does not say that \`${name}\` needs \`${need.name}\`` });
  return drift;
}
