import { readFileSync } from "node:fs";
import type { PasswordFormat } from "../../src/passwords/formats/format.js";
import { FORMATS, formatNamed, formatsOf, SOURCES } from "../../src/passwords/formats/registry.js";
import { type Drift, ROOT, readPage } from "./markdown.js";

const PAGE = "docs/password-formats.md";
const VECTORS = "test/fixtures/password-hashes/vectors.json";

/** docs/password-formats.md is what {@link renderPasswordFormats} makes of the registry, but for the padding of its tables. */
export function checkPasswordFormats(): Drift[] {
  const told = bare(readPage(PAGE));
  const made = bare(renderPasswordFormats());
  const lost = made.filter((line) => !told.includes(line));
  const stale = told.filter((line) => !made.includes(line));
  const tell = (line: string) => `${line.slice(0, 80)}${line.length > 80 ? "…" : ""}`;
  return [
    ...lost.map((line) => ({
      where: PAGE,
      what: `lacks "${tell(line)}"; run scripts/make-password-formats.ts`,
    })),
    ...stale.map((line) => ({
      where: PAGE,
      what: `still has "${tell(line)}"; run scripts/make-password-formats.ts`,
    })),
  ];
}

/** The lines of a page that say something, without what a formatter adds to tables. */
function bare(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim().replaceAll(/ +/g, " "))
    .filter((line) => line !== "" && !/^\|[ :|-]+\|$/.test(line));
}

export function renderPasswordFormats(): string {
  const counts = countVectors();
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const formats = [...FORMATS].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    INTRODUCTION,
    "## By scheme",
    `${FORMATS.length} forms, ${total} test vectors; a form without vectors of its own is tested beside its code.`,
    table(
      ["scheme", "what it is", "strength", "needs", "vectors"],
      formats.map((format) => formatRow(format, counts.get(format) ?? 0)),
    ),
    "## By source",
    "What `source` takes, and the schemes that it chooses from.",
    SOURCES.map(
      (source) =>
        `- ${code(source)}: ${formatsOf(source)
          .map(({ name }) => code(name))
          .join(", ")}`,
    ).join("\n"),
    "## Recognisers",
    "The shape of each form, and the most work that a hash may ask for.",
    formats.map(shapeLine).join("\n"),
  ].join("\n\n");
}

const INTRODUCTION = `<!-- Made by scripts/make-password-formats.ts from src/passwords/formats/registry.ts; changes here are lost. -->

# Password hashes of other systems

Every stored form that Watchword checks passwords against. \`space.passwords.verifyHash\`, \`openHashVerifier\`, \`users.create\`
with a \`passwordHash\` and \`watchword password verify\` all take them; [passwords](passwords.md#hashes-from-other-systems) tells how.

- **scheme** is what \`scheme\` takes; names in brackets mean the same. Credentials in the database carry it.
- **strength** is the best that a hash of this form can be; \`identify\` judges one hash by its own parameters. _strong_ costs a guesser
  memory or tenths of a second for each try, _fair_ milliseconds, _weak_ is salted but quick, _broken_ falls to guessing for every
  password that people choose, _readable_ is the password itself, _locked_ fits nothing. Behind it stands what else is weak.
- **needs** is what the form cannot be checked without, as \`context\`; in brackets what it makes use of where it is there.
- A **recogniser** is the regular expression of the text, or the names of the fields where a system keeps several (\`?\`: may be left
  out). A form that is found _only by name_ stores the same text as another one, made in another way: its scheme or a source has to say
  that it is this one. Where more than one form fits, nothing is guessed: the refusal lists them.
- **Most work** is what a hash may ask for; one that asks for more is refused before anything is computed.`;

function formatRow(format: PasswordFormat, vectors: number): string[] {
  const { name, aliases, title, strength, flags, needs, accepts } = format;
  const inBrackets = (names: readonly string[]) =>
    names.length === 0 ? "" : ` (${names.map(code).join(", ")})`;
  return [
    code(name) + inBrackets(aliases),
    title,
    [strength, ...flags].join(", "),
    (needs.map(code).join(", ") + inBrackets(accepts)).trim() || "–",
    String(vectors),
  ];
}

function shapeLine({ name, shape, detectable, caps }: PasswordFormat): string {
  const notes = [
    ...(detectable ? [] : ["found _only by name_"]),
    ...(caps === "" ? [] : [`most work: ${caps}`]),
  ];
  return `- ${code(name)}: ${code(shape)}${notes.length === 0 ? "" : ` – ${notes.join("; ")}`}`;
}

function countVectors(): ReadonlyMap<PasswordFormat, number> {
  const { vectors }: { readonly vectors: readonly { readonly scheme: string }[] } = JSON.parse(
    readFileSync(ROOT + VECTORS, "utf8"),
  );
  const counts = new Map<PasswordFormat, number>();
  for (const { scheme } of vectors) {
    const format = formatNamed(scheme);
    if (format === undefined)
      throw new Error(`${VECTORS} names the scheme ${scheme}, which the registry does not know.`);
    counts.set(format, (counts.get(format) ?? 0) + 1);
  }
  return counts;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}
