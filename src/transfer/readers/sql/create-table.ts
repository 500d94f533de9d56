import { type Column, columnOf } from "./columns.js";
import { isSign, isWord, type Lexer, type Token } from "./lexer.js";
import { unicodeEscapes } from "./texts.js";

export interface TableName {
  readonly schema: string | null;
  readonly table: string;
}

export interface TableShape extends TableName {
  readonly columns: readonly Column[];
}

/** What MySQL begins an index with, among the columns and without backquotes. */
const MYSQL_INDEX = new Set(["KEY", "INDEX", "FULLTEXT", "SPATIAL", "PERIOD"]);
const CONSTRAINT = new Set(["CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "LIKE"]);
/** Ends the type of a column. */
const AFTER_TYPE = new Set([
  "NOT",
  "NULL",
  "DEFAULT",
  "PRIMARY",
  "UNIQUE",
  "CHECK",
  "REFERENCES",
  "COLLATE",
  "GENERATED",
  "AS",
  "AUTO_INCREMENT",
  "COMMENT",
  "CONSTRAINT",
  "ON",
  "STORAGE",
  "COMPRESSION",
  "SELECTIVITY",
  "INVISIBLE",
  "AUTOINCREMENT",
]);

/** What a word or a quoted name spells. An unquoted one is folded as its database folds it. */
export function identifier(lexer: Lexer, token: Token): string {
  const { feed } = lexer;
  if (token.kind === "name") {
    const quote = token.prefix === "`" ? "`" : '"';
    const name = token.text.replaceAll(quote + quote, quote);
    return feed.decode(token.prefix === "u&" ? unicodeEscapes(name, "\\", feed) : name);
  }
  if (token.kind === "text") return feed.decode(token.text.replaceAll("''", "'"));
  if (token.kind !== "word" && token.kind !== "number")
    throw feed.error(`A name is missing; there stands ${JSON.stringify(token.text || "nothing")}.`);
  const name = feed.decode(token.text);
  if (lexer.dialect === "postgres") return name.toLowerCase();
  return lexer.dialect === "h2" ? name.toUpperCase() : name;
}

/** `users`, `public.users`, `"public"."users"`, `db.public.users`. */
export function tableName(lexer: Lexer): TableName {
  let schema: string | null = null;
  let table = identifier(lexer, lexer.next());
  while (isSign(lexer.peek(), ".")) {
    lexer.next();
    schema = table;
    table = identifier(lexer, lexer.next());
  }
  return { schema, table };
}

/**
 * A `CREATE TABLE`, from behind the word TABLE to the end of its columns. Null: it names none (`AS SELECT`,
 * `PARTITION OF`).
 */
export function createTable(
  lexer: Lexer,
  parentOf: (name: TableName) => TableShape | undefined,
): TableShape | null {
  if (isWord(lexer.peek(), "IF")) for (let words = 0; words < 3; words++) lexer.next();
  const name = tableName(lexer);
  if (!isSign(lexer.next(), "(")) return null;
  const columns: Column[] = [];
  if (isSign(lexer.peek(), ")")) lexer.next();
  else
    for (let more = true; more; ) {
      const item = tableItem(lexer);
      if (item.column !== null) columns.push(item.column);
      more = item.more;
    }
  return { ...name, columns: [...inherited(lexer, parentOf), ...columns].filter(firstOfName) };
}

/** One column or constraint, with the comma or parenthesis behind it. */
function tableItem(lexer: Lexer): { readonly column: Column | null; readonly more: boolean } {
  const first = lexer.next();
  const word = first.kind === "word" ? first.text.toUpperCase() : "";
  const isConstraint =
    CONSTRAINT.has(word) ||
    (lexer.dialect === "mysql" && MYSQL_INDEX.has(word)) ||
    (word === "EXCLUDE" && (isWord(lexer.peek(), "USING") || isSign(lexer.peek(), "(")));
  const name = isConstraint ? "" : identifier(lexer, first);
  let type = "";
  let typeEnded = isConstraint;
  let generated = false;
  let previous = first;
  for (let depth = 0; ; ) {
    const token = lexer.next();
    if (token.kind === "end") throw lexer.feed.error("A CREATE TABLE does not end.");
    if (isSign(token, "(")) {
      depth++;
      if (isWord(previous, "AS")) generated = true;
    }
    if (depth === 0 && (isSign(token, ",") || isSign(token, ")")))
      return {
        column: isConstraint ? null : columnOf(name, type.trim(), lexer.dialect, generated),
        more: token.text === ",",
      };
    if (isSign(token, ")")) depth--;
    if (depth === 0 && token.kind === "word" && AFTER_TYPE.has(token.text.toUpperCase())) typeEnded = true;
    if (!typeEnded && type.length < 200)
      type += token.kind === "word" || token.kind === "name" ? ` ${token.text}` : token.text;
    previous = token;
  }
}

/** `INHERITS (parent)`: the columns of the parents stand before the table's own. */
function inherited(lexer: Lexer, parentOf: (name: TableName) => TableShape | undefined): readonly Column[] {
  if (!isWord(lexer.peek(), "INHERITS")) return [];
  lexer.next();
  lexer.next();
  const columns: Column[] = [];
  do {
    columns.push(...(parentOf(tableName(lexer))?.columns ?? []));
  } while (isSign(lexer.next(), ","));
  return columns;
}

function firstOfName(column: Column, index: number, all: readonly Column[]): boolean {
  return all.findIndex((other) => other.name === column.name) === index;
}
