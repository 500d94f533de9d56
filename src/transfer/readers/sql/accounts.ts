import type { Value } from "../../../base/values.js";
import type { Row } from "../rows.js";
import { identifier } from "./create-table.js";
import { isSign, isWord, type Lexer, type Token } from "./lexer.js";
import { rawText } from "./texts.js";

/** The accounts of a database server, which no dump keeps in a table, under the names of the tables they come from. */
export const ROLES = "pg_authid";
export const MEMBERS = "pg_auth_members";
export const ACCOUNTS = "create_user";

const OPTIONS: Readonly<Record<string, readonly [column: string, value: boolean]>> = {
  SUPERUSER: ["rolsuper", true],
  NOSUPERUSER: ["rolsuper", false],
  INHERIT: ["rolinherit", true],
  NOINHERIT: ["rolinherit", false],
  CREATEROLE: ["rolcreaterole", true],
  NOCREATEROLE: ["rolcreaterole", false],
  CREATEDB: ["rolcreatedb", true],
  NOCREATEDB: ["rolcreatedb", false],
  LOGIN: ["rolcanlogin", true],
  NOLOGIN: ["rolcanlogin", false],
  REPLICATION: ["rolreplication", true],
  NOREPLICATION: ["rolreplication", false],
  BYPASSRLS: ["rolbypassrls", true],
  NOBYPASSRLS: ["rolbypassrls", false],
};

/** What `CREATE ROLE` and `ALTER ROLE` of one role say together. */
export interface RoleFacts {
  readonly name: string;
  readonly line: number;
  readonly values: ReadonlyMap<string, Value>;
}

/** `CREATE ROLE name …` and `ALTER ROLE name WITH …`, from behind the word ROLE. */
export function roleFacts(lexer: Lexer, line: number): RoleFacts {
  const name = identifier(lexer, lexer.next());
  const values = new Map<string, Value>();
  for (;;) {
    const token = lexer.next();
    if (token.kind === "end" || isSign(token, ";")) return { name, line, values };
    const word = token.kind === "word" ? token.text.toUpperCase() : "";
    const option = OPTIONS[word];
    if (option !== undefined) values.set(...option);
    else if (word === "PASSWORD") values.set("rolpassword", textOrNull(lexer));
    else if (word === "VALID") {
      lexer.next();
      values.set("rolvaliduntil", textOrNull(lexer));
    } else if (word === "CONNECTION") {
      lexer.next();
      const sign = isSign(lexer.peek(), "-") ? lexer.next().text : "";
      values.set("rolconnlimit", Number(sign + lexer.next().text));
    } else if (word !== "WITH" && word !== "ENCRYPTED" && word !== "SYSID") {
      // SET, RENAME, IN DATABASE and the like tell nothing of the role itself.
      skipStatement(lexer);
      return { name, line, values };
    }
  }
}

function textOrNull(lexer: Lexer): Value {
  const token = lexer.next();
  return token.kind === "text" ? lexer.feed.decode(rawText(token, lexer.backslashes, lexer.feed)) : null;
}

/** What `CREATE ROLE` means without further words. */
const DEFAULTS: readonly (readonly [string, Value])[] = [
  ["rolsuper", false],
  ["rolinherit", true],
  ["rolcreaterole", false],
  ["rolcreatedb", false],
  ["rolcanlogin", false],
  ["rolreplication", false],
  ["rolbypassrls", false],
  ["rolconnlimit", -1],
  ["rolpassword", null],
  ["rolvaliduntil", null],
];

export function roleRow(facts: RoleFacts): Row {
  const values = new Map<string, Value>([["rolname", facts.name], ...DEFAULTS, ...facts.values]);
  return { schema: null, table: ROLES, values, line: facts.line };
}

/** `GRANT role, role TO role …`, from behind the word GRANT. Null: it grants something else. */
export function membership(lexer: Lexer, line: number): readonly Row[] | null {
  const roles: string[] = [];
  do {
    const token = lexer.next();
    if (token.kind !== "word" && token.kind !== "name") return null;
    roles.push(identifier(lexer, token));
  } while (isSign(lexer.peek(), ",") && lexer.next());
  if (!isWord(lexer.next(), "TO")) return null;
  const member = identifier(lexer, lexer.next());
  return roles.map((roleid) => ({
    schema: null,
    table: MEMBERS,
    values: new Map<string, Value>([
      ["roleid", roleid],
      ["member", member],
    ]),
    line,
  }));
}

/** `CREATE USER account definition, …` of MySQL and MariaDB, from behind the word USER to the end of the statement. */
export function accountRows(lexer: Lexer, line: number): readonly Row[] {
  if (isWord(lexer.peek(), "IF")) for (let words = 0; words < 3; words++) lexer.next();
  const rows: Row[] = [];
  for (let more = true; more; ) {
    const user = accountName(lexer, lexer.next());
    let host = "%";
    const at = lexer.peek();
    if (at.kind === "word" && at.text.startsWith("@")) {
      lexer.next();
      host = at.text.length > 1 ? lexer.feed.decode(at.text.slice(1)) : accountName(lexer, lexer.next());
    }
    lexer.skipSpace();
    const start = lexer.feed.at;
    const end = endOfDefinition(lexer);
    const definition = lexer.feed.decode(lexer.feed.text.slice(start, end.at).trim());
    more = end.more;
    rows.push({
      schema: null,
      table: ACCOUNTS,
      values: new Map<string, Value>([
        ["user", user],
        ["host", host],
        ["definition", definition],
      ]),
      line,
    });
  }
  return rows;
}

function accountName(lexer: Lexer, token: Token): string {
  if (token.kind === "text") return lexer.feed.decode(rawText(token, lexer.backslashes, lexer.feed));
  return identifier(lexer, token);
}

function endOfDefinition(lexer: Lexer): { readonly at: number; readonly more: boolean } {
  for (let depth = 0; ; ) {
    lexer.skipSpace();
    const { at } = lexer.feed;
    const token = lexer.next();
    if (token.kind === "end" || isSign(token, ";")) return { at, more: false };
    if (isSign(token, "(")) depth++;
    else if (isSign(token, ")")) depth--;
    else if (depth === 0 && isSign(token, ",")) return { at, more: true };
  }
}

/** To behind the semicolon. */
export function skipStatement(lexer: Lexer): void {
  for (let depth = 0; ; ) {
    const token = lexer.next();
    if (token.kind === "end") return;
    if (isSign(token, "(")) depth++;
    else if (isSign(token, ")")) depth--;
    else if (depth <= 0 && isSign(token, ";")) return;
  }
}
