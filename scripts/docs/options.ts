import type { Program, TSInterfaceDeclaration, TSSignature, TSType } from "oxc-parser";
import { Visitor } from "oxc-parser";
import { isTest, readSources, type SourceFile, textOf } from "../sources.js";
import { codeIn, compare, type Drift, pagesOfDocs, ROOT, readPage, tableRows } from "./markdown.js";

const PAGE = "docs/configuration.md";
/** Variables of the surroundings: they say what the machine is, not how Watchword shall behave. */
const NOT_OURS = new Set(["HOME", "APPDATA", "TERM", "CI"]);

/** docs/configuration.md has one row for each option and each environment variable. */
export function checkOptions(): Drift[] {
  const sources = readSources(`${ROOT}src`).filter((file) => !isTest(file.path));
  const rows = tableRows(readPage(PAGE));
  const documented = new Set(rows.map((cells) => codeIn(cells[0])).filter((name) => name !== null));
  const rowVariables = new Set(rows.map((cells) => codeIn(cells[1])).filter((name) => name !== null));
  const variables = variablesOf(sources);
  return [
    ...compare(optionsOf(sources), documented, PAGE, "option"),
    ...compare(variables, rowVariables, PAGE, "environment variable"),
    // Pages for people who work on Watchword name what the tests read.
    ...strayVariables(new Set([...variables, ...variablesOf(readSources(`${ROOT}test`))])),
  ];
}

/** Variables that some page tells people to set and that nothing reads. */
function strayVariables(known: ReadonlySet<string>): Drift[] {
  return pagesOfDocs()
    .filter((page) => page !== PAGE)
    .flatMap((page) =>
      [...new Set(readPage(page).match(/\bWATCHWORD_[A-Z0-9_]+/g) ?? [])]
        .filter((name) => !known.has(name))
        .map((name) => ({
          where: page,
          what: `names the environment variable \`${name}\`, which nothing reads`,
        })),
    );
}

/** Every field that `openUserSpace` takes, nested ones as `passwords.argon2.memory`. */
function optionsOf(sources: readonly SourceFile[]): Set<string> {
  const interfaces = new Map<string, TSInterfaceDeclaration>();
  for (const path of ["space/contract/passwords.ts", "space/contract/sessions.ts", "space/options.ts"]) {
    const file = sources.find((source) => source.path === path);
    if (file === undefined)
      throw new Error(`src/${path} is gone: tell scripts/docs/options.ts where options stand`);
    for (const found of interfacesOf(file.program)) interfaces.set(found.id.name, found);
  }
  const root = interfaces.get("OpenOptions");
  if (root === undefined) throw new Error("src/space/options.ts has no interface OpenOptions");

  const names = new Set<string>();
  const walk = (members: readonly TSSignature[], prefix: string): void => {
    for (const member of members) {
      if (member.type !== "TSPropertySignature" || member.key.type !== "Identifier") continue;
      const name = prefix + member.key.name;
      const inner = fieldsOf(member.typeAnnotation?.typeAnnotation);
      if (inner.length === 0) names.add(name);
      else walk(inner, `${name}.`);
    }
  };
  const fieldsOf = (type: TSType | undefined): readonly TSSignature[] => {
    if (type?.type === "TSTypeLiteral") return type.members;
    if (type?.type === "TSIntersectionType") return type.types.flatMap(fieldsOf);
    if (type?.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return [];
    const [first, second] = type.typeArguments?.params ?? [];
    if (type.typeName.name === "Partial") return fieldsOf(first);
    if (type.typeName.name === "Pick") return fieldsOf(first).filter((field) => isPicked(field, second));
    const members = interfaces.get(type.typeName.name)?.body.body ?? [];
    // Something with methods (a clock, a logger) is one value, not a group of options.
    return members.every((member) => member.type === "TSPropertySignature") ? members : [];
  };
  walk(root.body.body, "");
  return names;
}

/** Whether the second argument of `Pick` names a field. */
function isPicked(field: TSSignature, picked: TSType | undefined): boolean {
  const names = picked?.type === "TSUnionType" ? picked.types : picked === undefined ? [] : [picked];
  return names.some(
    (name) =>
      name.type === "TSLiteralType" &&
      name.literal.type === "Literal" &&
      field.type === "TSPropertySignature" &&
      field.key.type === "Identifier" &&
      name.literal.value === field.key.name,
  );
}

function interfacesOf(program: Program): TSInterfaceDeclaration[] {
  const found: TSInterfaceDeclaration[] = [];
  new Visitor({ TSInterfaceDeclaration: (node) => void found.push(node) }).visit(program);
  return found;
}

/**
 * Every environment variable that src reads: `env.NAME`, `env["NAME"]`, the command line's `option.env("NAME")`, and any
 * text that begins with `WATCHWORD_`.
 */
function variablesOf(sources: readonly SourceFile[]): Set<string> {
  const names = new Set<string>();
  for (const file of sources)
    new Visitor({
      MemberExpression(node) {
        const holder =
          node.object.type === "MemberExpression" && !node.object.computed
            ? node.object.property
            : node.object;
        if (holder.type !== "Identifier" || !/^env(ironment)?$/.test(holder.name)) return;
        const name = node.computed
          ? textOf(node.property)
          : "name" in node.property
            ? node.property.name
            : null;
        if (name !== null && /^[A-Z][A-Z0-9_]*$/.test(name)) names.add(name);
      },
      CallExpression(node) {
        const [argument] = node.arguments;
        const { callee } = node;
        if (callee.type !== "MemberExpression" || callee.computed || callee.property.name !== "env") return;
        const name = argument === undefined || argument.type === "SpreadElement" ? null : textOf(argument);
        if (name !== null) names.add(name);
      },
      Literal(node) {
        if (typeof node.value === "string" && /^WATCHWORD_[A-Z0-9_]+$/.test(node.value))
          names.add(node.value);
      },
    }).visit(file.program);
  return new Set([...names].filter((name) => !NOT_OURS.has(name)));
}
