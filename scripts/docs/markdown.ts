import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The repository's root, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Something that stands in code and not in docs, or the other way round. */
export interface Drift {
  /** The file to mend. */
  readonly where: string;
  readonly what: string;
}

export interface Heading {
  readonly level: number;
  readonly text: string;
}

/** A heading with what stands below it, up to the next heading of any level. */
export interface Section extends Heading {
  readonly body: string;
}

/** `README.md`, `CONTRIBUTING.md`, `CHANGELOG.md` and every page of docs/. */
export function pagesOfDocs(): string[] {
  const pages = readdirSync(`${ROOT}docs`, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".md"));
  return ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...pages.sort().map((name) => `docs/${name}`)];
}

/** The text of a page; empty where there is none, which `pages.ts` reports. */
export function readPage(path: string): string {
  try {
    return readFileSync(ROOT + path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

/** A page without its code blocks, whose contents are no prose, headings or links. */
export function withoutCodeBlocks(text: string): string {
  return text.replaceAll(/^```[^\n]*\n[\s\S]*?^```$/gm, "");
}

/** The cells of every table row below a head, code marks left in. A `\|` is a bar inside a cell. */
export function tableRows(text: string): string[][] {
  const lines = withoutCodeBlocks(text).split("\n");
  const isRow = (line: string | undefined) => line?.trimStart().startsWith("|") ?? false;
  const isRule = (line: string | undefined) => line !== undefined && /^\s*\|[\s:|-]+\|\s*$/.test(line);
  return lines
    .filter((line, index) => isRow(line) && !isRule(line) && !isRule(lines[index + 1]))
    .map((line) =>
      line
        .trim()
        .replaceAll(/^\||\|$/g, "")
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll("\\|", "|")),
    );
}

/** The first text in code marks; null: none. */
export function codeIn(cell: string | undefined): string | null {
  return cell?.match(/`([^`]+)`/)?.[1] ?? null;
}

export function sectionsOf(text: string): Section[] {
  const sections: (Heading & { lines: string[] })[] = [];
  let inCode = false;
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) inCode = !inCode;
    const heading = inCode ? null : /^(#{1,6}) (.+)$/.exec(line);
    const [, marks, title] = heading ?? [];
    if (marks !== undefined && title !== undefined)
      sections.push({ level: marks.length, text: title.trim(), lines: [] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections.map(({ level, text: title, lines }) => ({ level, text: title, body: lines.join("\n") }));
}

/** What stands on one side alone, told for each side. */
export function compare(
  inCode: ReadonlySet<string>,
  inDocs: ReadonlySet<string>,
  page: string,
  kind: string,
): Drift[] {
  return [
    ...[...inCode]
      .filter((name) => !inDocs.has(name))
      .map((name) => ({ where: page, what: `lacks the ${kind} \`${name}\`` })),
    ...[...inDocs]
      .filter((name) => !inCode.has(name))
      .map((name) => ({ where: page, what: `names the ${kind} \`${name}\`, which the code does not know` })),
  ];
}
