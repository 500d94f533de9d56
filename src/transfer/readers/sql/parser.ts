import type { Value } from "../../../base/values.js";
import type { Feed, UnitParser } from "../feed.js";
import { isWanted, type Row } from "../rows.js";
import { accountRows, membership, type RoleFacts, roleFacts, roleRow, skipStatement } from "./accounts.js";
import type { Column } from "./columns.js";
import { copyCells, copyLine, skipCopy } from "./copy.js";
import { createTable, identifier, type TableName, type TableShape, tableName } from "./create-table.js";
import { ABSENT, readValue } from "./expressions.js";
import { type Dialect, isSign, isWord, Lexer, type Token } from "./lexer.js";
import { rawText } from "./texts.js";

/** What a dump says: which tables there are, and what lies in those asked for. */
export type DumpItem =
  | { readonly kind: "table"; readonly shape: TableShape }
  | { readonly kind: "row"; readonly row: Row };

type State =
  | { readonly in: "statements" }
  | { readonly in: "values" | "copy"; readonly target: Target }
  /** Between `DELIMITER ;;` and `DELIMITER ;` of MySQL: programs, not data. */
  | { readonly in: "programs" };

interface Target extends TableName {
  readonly wanted: boolean;
  readonly columns: readonly Column[] | null;
  /** Without a list of columns the computed ones may be left out. */
  readonly listed: boolean;
}

const STATEMENTS: State = { in: "statements" };

/**
 * Reads a dump statement by statement, and its data row by row. Statements are told apart, never run; all but those
 * that make tables and fill them are passed over.
 */
export class DumpParser implements UnitParser<DumpItem> {
  readonly #lexer: Lexer;
  readonly #shapes = new Map<string, TableShape>();
  /** Tables that only their rows tell of: the dump was made without definitions. */
  readonly #told = new Set<string>();
  #state: State = STATEMENTS;
  /** Rows that one statement gave together. */
  #waiting: DumpItem[] = [];
  #role: RoleFacts | null = null;

  constructor(
    readonly feed: Feed,
    dialect: Dialect,
    readonly wanted: readonly string[],
  ) {
    this.#lexer = new Lexer(feed, dialect);
  }

  next(): DumpItem | null | undefined {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) return waiting;
    const state = this.#state;
    switch (state.in) {
      case "statements":
        return this.#statement();
      case "values":
        return this.#tuple(state.target);
      case "copy":
        return this.#copied(state.target);
      case "programs":
        return this.#programs();
    }
  }

  #statement(): DumpItem | null | undefined {
    const lexer = this.#lexer;
    const { feed } = this;
    lexer.skipSpace();
    // What psql does by itself: \restrict, \connect.
    if (feed.text[feed.at] === "\\") {
      lexer.skipLine();
      return null;
    }
    const line = feed.line();
    const first = lexer.next();
    if (first.kind === "end") return this.#atEnd();
    if (first.kind !== "word") {
      if (!isSign(first, ";")) skipStatement(lexer);
      return null;
    }
    switch (first.text.toUpperCase()) {
      case "CREATE":
        return this.#create(line);
      case "ALTER":
        return this.#alter(line);
      case "INSERT":
      case "REPLACE":
      case "MERGE":
        return this.#insert();
      case "COPY":
        return this.#copy();
      case "SET":
        return this.#set();
      case "GRANT":
        return this.#grant(line);
      case "DELIMITER":
        lexer.skipLine();
        this.#state = { in: "programs" };
        return null;
      default:
        skipStatement(lexer);
        return null;
    }
  }

  #atEnd(): DumpItem | undefined {
    const role = this.#role;
    this.#role = null;
    return role === null ? undefined : { kind: "row", row: roleRow(role) };
  }

  #create(line: number): DumpItem | null {
    const lexer = this.#lexer;
    for (let words = 0; words < 12 && !isSign(lexer.peek(), "("); words++) {
      const token = lexer.next();
      const word = token.kind === "word" ? token.text.toUpperCase() : "";
      if (isSign(token, ";") || token.kind === "end") return null;
      if (word === "TABLE") {
        const shape = createTable(lexer, (name) => this.#shapeOf(name));
        skipStatement(lexer);
        if (shape === null) return null;
        this.#shapes.set(keyOf(shape), shape);
        return { kind: "table", shape };
      }
      if (word === "ROLE" && lexer.dialect === "postgres") return this.#roleMade(line);
      if (word === "USER" && lexer.dialect === "mysql") {
        this.#give(accountRows(lexer, line));
        return null;
      }
      if (word === "TRIGGER" || word === "FUNCTION" || word === "PROCEDURE" || word === "EVENT") {
        skipProgram(lexer);
        return null;
      }
    }
    skipStatement(lexer);
    return null;
  }

  #roleMade(line: number): DumpItem | null {
    const made = roleFacts(this.#lexer, line);
    const before = this.#role;
    this.#role = made;
    return before === null ? null : this.#ifWanted(roleRow(before));
  }

  #alter(line: number): DumpItem | null {
    const lexer = this.#lexer;
    if (!isWord(lexer.next(), "ROLE") || lexer.dialect !== "postgres") {
      skipStatement(lexer);
      return null;
    }
    const altered = roleFacts(lexer, line);
    const made = this.#role;
    if (altered.values.size === 0) return null;
    // The own role of a cluster may be altered without being made.
    if (made === null) return this.#ifWanted(roleRow(altered));
    if (made.name !== altered.name) {
      this.#role = altered;
      return this.#ifWanted(roleRow(made));
    }
    this.#role = null;
    return this.#ifWanted(roleRow({ ...made, values: new Map([...made.values, ...altered.values]) }));
  }

  #grant(line: number): DumpItem | null {
    const rows = this.#lexer.dialect === "postgres" ? membership(this.#lexer, line) : null;
    skipStatement(this.#lexer);
    if (rows !== null) this.#give(rows);
    return null;
  }

  #give(rows: readonly Row[]): void {
    for (const row of rows)
      if (isWanted(this.wanted, row.schema, row.table)) this.#waiting.push({ kind: "row", row });
  }

  #ifWanted(row: Row): DumpItem | null {
    return isWanted(this.wanted, row.schema, row.table) ? { kind: "row", row } : null;
  }

  #shapeOf(name: TableName): TableShape | undefined {
    const exact = this.#shapes.get(keyOf(name));
    if (exact !== undefined || name.schema !== null) return exact;
    for (const shape of this.#shapes.values()) if (shape.table === name.table) return shape;
    return undefined;
  }

  /** `INSERT INTO name (columns) VALUES`, up to the first row. */
  #insert(): null {
    const lexer = this.#lexer;
    for (let words = 0; ; words++) {
      const token = lexer.next();
      if (isWord(token, "INTO")) break;
      if (token.kind !== "word" || words > 4) {
        skipStatement(lexer);
        return null;
      }
    }
    const name = tableName(lexer);
    const list = isSign(lexer.peek(), "(") ? columnList(lexer) : null;
    const wanted = isWanted(this.wanted, name.schema, name.table);
    for (;;) {
      const token = lexer.next();
      if (isWord(token, "VALUES") || isWord(token, "VALUE")) break;
      // `OVERRIDING SYSTEM VALUE VALUES`, `KEY (id) VALUES`
      if (isWord(token, "OVERRIDING")) for (let words = 0; words < 2; words++) lexer.next();
      else if (isWord(token, "KEY")) columnList(lexer);
      else {
        if (wanted)
          throw this.feed.error(
            `The rows of ${name.table} are put in by something else than VALUES; dump its rows themselves.`,
          );
        skipStatement(lexer);
        return null;
      }
    }
    this.#state = { in: "values", target: this.#target(name, list, wanted) };
    return null;
  }

  #target(name: TableName, list: readonly string[] | null, wanted: boolean): Target {
    const shape = this.#shapeOf(name);
    if (list === null) {
      if (shape === undefined && wanted)
        throw this.feed.error(
          `The rows of ${name.table} name no columns, and no CREATE TABLE says which there are. Dump the table with its definition.`,
        );
      return { ...name, wanted, columns: shape?.columns ?? null, listed: false };
    }
    const columns = list.map(
      (column): Column =>
        shape?.columns.find((known) => known.name === column) ?? {
          name: column,
          kind: "any",
          isArray: false,
          generated: false,
        },
    );
    if (shape === undefined && !this.#told.has(keyOf(name))) {
      this.#told.add(keyOf(name));
      this.#waiting.push({ kind: "table", shape: { ...name, columns } });
    }
    return { ...name, wanted, columns, listed: true };
  }

  /** One row between parentheses, with the comma behind it; or what ends the statement. */
  #tuple(target: Target): DumpItem | null {
    const lexer = this.#lexer;
    lexer.skipSpace();
    const line = this.feed.line();
    const open = lexer.next();
    if (!isSign(open, "(")) {
      // ON CONFLICT …, ON DUPLICATE KEY …
      if (!isSign(open, ";") && open.kind !== "end") skipStatement(lexer);
      this.#state = STATEMENTS;
      return null;
    }
    if (!target.wanted) skipTuple(lexer);
    const values = target.wanted ? this.#values(target) : null;
    if (isSign(lexer.peek(), ",")) lexer.next();
    return values === null
      ? null
      : { kind: "row", row: { schema: target.schema, table: target.table, values, line } };
  }

  #values(target: Target): ReadonlyMap<string, Value> {
    const lexer = this.#lexer;
    const start = this.feed.at;
    let columns = target.columns ?? [];
    const values = new Map<string, Value>();
    let count = 0;
    for (let more = true; more; count++) {
      const column = columns[count];
      const value = readValue(lexer, column);
      if (column !== undefined && value !== ABSENT) values.set(column.name, value);
      more = isSign(lexer.next(), ",");
    }
    if (count === columns.length) return values;
    const stored = columns.filter((column) => !column.generated);
    if (target.listed || count !== stored.length || stored.length === columns.length)
      throw this.feed.error(`A row of ${target.table} has ${count} values for ${columns.length} columns.`);
    // Once more, now that it is known which columns they are of.
    columns = stored;
    this.feed.at = start;
    return this.#values({ ...target, columns, listed: true });
  }

  #copy(): null {
    const lexer = this.#lexer;
    const name = tableName(lexer);
    const list = isSign(lexer.peek(), "(") ? columnList(lexer) : null;
    const from = lexer.next();
    const stdin = lexer.next();
    if (!isWord(from, "FROM") || !isWord(stdin, "STDIN")) {
      skipStatement(lexer);
      return null;
    }
    const wanted = isWanted(this.wanted, name.schema, name.table);
    const end = lexer.next();
    if (!isSign(end, ";")) {
      if (wanted)
        throw this.feed.error(
          `The rows of ${name.table} are in another form than pg_dump writes; dump them anew.`,
        );
      skipStatement(lexer);
    }
    lexer.skipLine();
    this.#state = { in: "copy", target: this.#target(name, list, wanted) };
    return null;
  }

  #copied(target: Target): DumpItem | null {
    const { feed } = this;
    if (!target.wanted) {
      if (skipCopy(feed)) this.#state = STATEMENTS;
      return null;
    }
    const line = feed.line();
    const text = copyLine(feed);
    if (text === null) {
      this.#state = STATEMENTS;
      return null;
    }
    const columns = target.listed
      ? (target.columns ?? [])
      : (target.columns ?? []).filter((one) => !one.generated);
    const values = copyCells(text, columns, feed);
    return { kind: "row", row: { schema: target.schema, table: target.table, values, line } };
  }

  #programs(): null | undefined {
    const { feed } = this;
    if (feed.ended && feed.at >= feed.text.length) return undefined;
    const start = feed.at;
    this.#lexer.skipLine();
    if (/^DELIMITER\s+;\s*$/i.test(feed.text.slice(start, feed.at))) this.#state = STATEMENTS;
    return null;
  }

  /** `SET name = value`: what changes how texts are to be read. */
  #set(): null {
    const lexer = this.#lexer;
    const name = lexer.next();
    const value = lexer.next();
    const setting = isSign(value, "=") || isWord(value, "TO") ? lexer.next() : value;
    const text = settingText(lexer, setting).toLowerCase();
    if (isWord(name, "STANDARD_CONFORMING_STRINGS")) lexer.backslashes = text === "off";
    const isEncoding =
      isWord(name, "CLIENT_ENCODING") || (isWord(name, "NAMES") && lexer.dialect === "mysql");
    if (isEncoding && !/^(?:utf-?8(?:mb[34])?|unicode|sql_ascii|ascii|binary)$/.test(text))
      throw this.feed.error(
        `The dump is in the encoding ${text}. Write it anew in UTF-8 (pg_dump -E UTF8, mysqldump --default-character-set=utf8mb4).`,
      );
    if (!isSign(setting, ";") && setting.kind !== "end") skipStatement(lexer);
    return null;
  }
}

function settingText(lexer: Lexer, token: Token): string {
  return token.kind === "text" ? rawText(token, false, lexer.feed) : token.text;
}

function keyOf(name: TableName): string {
  return JSON.stringify([name.schema, name.table]);
}

function columnList(lexer: Lexer): readonly string[] {
  lexer.next();
  const names: string[] = [];
  for (let more = true; more; ) {
    names.push(identifier(lexer, lexer.next()));
    const next = lexer.next();
    if (!isSign(next, ",") && !isSign(next, ")")) throw lexer.feed.error("A list of columns does not end.");
    more = next.text === ",";
  }
  return names;
}

function skipTuple(lexer: Lexer): void {
  for (let depth = 1; depth > 0; ) {
    const token = lexer.next();
    if (token.kind === "end") throw lexer.feed.error("A row does not end.");
    if (isSign(token, "(")) depth++;
    else if (isSign(token, ")")) depth--;
  }
}

/** A trigger or function: its body, between BEGIN and END, may hold statements with semicolons of their own. */
function skipProgram(lexer: Lexer): void {
  for (let depth = 0; ; ) {
    const token = lexer.next();
    if (token.kind === "end" || (depth <= 0 && isSign(token, ";"))) return;
    if (isWord(token, "BEGIN") || (depth > 0 && isWord(token, "CASE"))) depth++;
    else if (isWord(token, "END")) depth--;
  }
}
