import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { type Expression, type Program, parseSync, Visitor } from "oxc-parser";

/** One TypeScript file, read and parsed. */
export interface SourceFile {
  /** Relative to the folder that was read, with `/` between the parts. */
  readonly path: string;
  readonly text: string;
  readonly program: Program;
}

/**
 * How one file uses another: `static` at load time, `type` erased by the compiler, `dynamic` by `import()`,
 * `url` by `new URL("./worker.js", import.meta.url)`, which is how worker threads are started.
 */
export type ImportKind = "static" | "type" | "dynamic" | "url";

export interface Import {
  readonly specifier: string;
  readonly kind: ImportKind;
  readonly line: number;
}

/** Every `.ts` and `.tsx` file below a folder, sorted by path. Throws where one does not parse. */
export function readSources(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.split(sep).join("/"))
    .filter((path) => /\.tsx?$/.test(path))
    .sort()
    .map((path) => {
      const text = readFileSync(join(folder, path), "utf8");
      const { program, errors } = parseSync(path, text);
      const [error] = errors;
      if (error) throw new Error(`${relative(".", join(folder, path))} does not parse: ${error.message}`);
      return { path, text, program };
    });
}

/** Every import and re-export in a file, type positions included. */
export function importsOf(file: SourceFile): Import[] {
  const found: Import[] = [];
  const add = (source: Expression, kind: ImportKind) => {
    const specifier = textOf(source);
    if (specifier !== null) found.push({ specifier, kind, line: lineOf(file, source.start) });
  };
  new Visitor({
    ImportDeclaration(node) {
      const named = node.specifiers;
      const typesOnly =
        node.importKind === "type" ||
        (named.length > 0 &&
          named.every((one) => one.type === "ImportSpecifier" && one.importKind === "type"));
      add(node.source, typesOnly ? "type" : "static");
    },
    ExportNamedDeclaration(node) {
      if (node.source === null) return;
      const typesOnly =
        node.exportKind === "type" ||
        (node.specifiers.length > 0 && node.specifiers.every((one) => one.exportKind === "type"));
      add(node.source, typesOnly ? "type" : "static");
    },
    ExportAllDeclaration(node) {
      add(node.source, node.exportKind === "type" ? "type" : "static");
    },
    ImportExpression(node) {
      add(node.source, "dynamic");
    },
    TSImportType(node) {
      add(node.source, "type");
    },
    NewExpression(node) {
      const [target] = node.arguments;
      if (node.callee.type !== "Identifier" || node.callee.name !== "URL") return;
      if (target === undefined || target.type === "SpreadElement") return;
      if (textOf(target)?.startsWith(".")) add(target, "url");
    },
  }).visit(file.program);
  return found;
}

/** The text of a string literal or of a template without holes; null for anything else. */
export function textOf(node: Expression): string | null {
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (node.type === "TemplateLiteral" && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? null;
  return null;
}

export function lineOf(file: SourceFile, offset: number): number {
  return file.text.slice(0, offset).split("\n").length;
}

export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path);
}
