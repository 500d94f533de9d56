import type { Client } from "pg";
import { WatchwordError } from "../../base/errors.js";
import type { Value } from "../../base/values.js";
import { Feed } from "./feed.js";
import { isWanted, type Row, type TableInfo, type Tables } from "./rows.js";
import { MEMBERS, ROLES } from "./sql/accounts.js";
import { cellOfText } from "./sql/cells.js";
import { type Column, columnOf } from "./sql/columns.js";

/** Rows that one trip brings. */
const PAGE = 2000;

const TABLES = `
SELECT n.nspname, c.relname, a.attname,
       pg_catalog.format_type(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, NULL)
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
 WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'
 ORDER BY n.nspname, c.relname, a.attnum`;

/** What a dump says in commands is asked for in the same words. Roles that every server has are left out, as there. */
const ACCOUNTS: readonly (Table & { readonly query: string })[] = [
  {
    schema: "pg_catalog",
    table: ROLES,
    columns: [
      ["rolname", "text"],
      ["rolsuper", "boolean"],
      ["rolinherit", "boolean"],
      ["rolcreaterole", "boolean"],
      ["rolcreatedb", "boolean"],
      ["rolcanlogin", "boolean"],
      ["rolreplication", "boolean"],
      ["rolbypassrls", "boolean"],
      ["rolconnlimit", "integer"],
      ["rolpassword", "text"],
      ["rolvaliduntil", "text"],
    ].map(([name = "", type = ""]) => columnOf(name, type, "postgres")),
    query: `SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls,
                   rolconnlimit, rolpassword, rolvaliduntil
              FROM pg_catalog.pg_authid WHERE rolname !~ '^pg_' ORDER BY oid`,
  },
  {
    schema: "pg_catalog",
    table: MEMBERS,
    columns: ["roleid", "member"].map((name) => columnOf(name, "text", "postgres")),
    query: `SELECT r.rolname, m.rolname FROM pg_catalog.pg_auth_members a
              JOIN pg_catalog.pg_roles r ON r.oid = a.roleid JOIN pg_catalog.pg_roles m ON m.oid = a.member
             WHERE m.rolname !~ '^pg_' ORDER BY r.oid, m.oid`,
  },
];

interface Table {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly Column[];
  readonly query: string;
}

/**
 * A PostgreSQL database, by its URL. All is read in one read-only transaction that sees one moment, row by row through
 * a cursor, and gives the same values as a dump does.
 *
 * @throws WatchwordError `package-missing` without `pg`; `store-unavailable` where the database cannot be reached.
 */
export async function postgresDatabase(url: string): Promise<Tables> {
  const title = withoutPassword(url);
  const client = await connected(url, title);
  const feed = new Feed(title);
  const ask = (query: string) => answers(client, title, query);
  try {
    await ask("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    // Texts as pg_dump has them, whatever the server or the role prefers.
    for (const [setting, value] of SETTINGS) await ask(`SET LOCAL ${setting} = ${value}`);
    const tables = tablesOf(await ask(TABLES));
    return {
      title,
      list: async () => tables.map(infoOf),
      rows: (wanted) => rowsOf([...tables, ...ACCOUNTS], wanted, ask, feed),
      close: () => client.end(),
    };
  } catch (error) {
    await client.end();
    throw error;
  }
}

const SETTINGS: readonly (readonly [string, string])[] = [
  ["datestyle", "'ISO'"],
  ["timezone", "'UTC'"],
  ["intervalstyle", "'postgres'"],
  ["bytea_output", "'hex'"],
  ["extra_float_digits", "3"],
  ["statement_timeout", "0"],
  ["idle_in_transaction_session_timeout", "0"],
];

type Ask = (query: string) => Promise<readonly (readonly (string | null)[])[]>;

async function connected(url: string, title: string): Promise<Client> {
  const { Client } = await loadDriver();
  const client = new Client({ connectionString: url, application_name: "watchword import" });
  // A connection that breaks between two queries is told by the next one.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WatchwordError("store-unavailable", `${title} cannot be opened to read from: ${reason}.`, {
      cause,
    });
  }
  return client;
}

async function loadDriver(): Promise<{ readonly Client: new (config: object) => Client }> {
  try {
    return (await import("pg")).default;
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND")) throw cause;
    throw new WatchwordError(
      "package-missing",
      "Reading from PostgreSQL needs the package pg, which is not installed. Run: npm install pg",
      { cause },
    );
  }
}

async function answers(client: Client, title: string, query: string) {
  try {
    const { rows } = await client.query<(string | null)[]>({
      text: query,
      rowMode: "array",
      types: { getTypeParser: () => (text: string) => text },
    });
    return rows;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const isForbidden = cause instanceof Error && "code" in cause && cause.code === "42501";
    throw new WatchwordError(
      isForbidden ? "not-allowed" : "store-unavailable",
      isForbidden
        ? `${title} does not let this role read: ${reason}. Use one that may, for passwords of roles a superuser.`
        : `${title} could not be read on: ${reason}.`,
      { cause },
    );
  }
}

function tablesOf(rows: readonly (readonly (string | null)[])[]): readonly Table[] {
  const tables = new Map<string, { schema: string; table: string; columns: Column[]; query: string }>();
  for (const [schema, table, column, type] of rows) {
    const key = JSON.stringify([schema, table]);
    const known = tables.get(key) ?? {
      schema: schema ?? "",
      table: table ?? "",
      columns: [],
      query: `SELECT * FROM ${quoted(schema ?? "")}.${quoted(table ?? "")}`,
    };
    known.columns.push(columnOf(column ?? "", type ?? "", "postgres"));
    tables.set(key, known);
  }
  return [...tables.values()];
}

function infoOf(table: Table): TableInfo {
  return { schema: table.schema, table: table.table, columns: table.columns.map((column) => column.name) };
}

async function* rowsOf(
  tables: readonly Table[],
  wanted: readonly string[],
  ask: Ask,
  feed: Feed,
): AsyncGenerator<Row> {
  for (const table of tables) {
    if (!isWanted(wanted, table.schema, table.table)) continue;
    // Each pass has a cursor of its own, so that one may be read while another is under way.
    const cursor = `watchword_${++cursors}`;
    await ask(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${table.query}`);
    try {
      for (let line = 1; ; ) {
        const page = await ask(`FETCH ${PAGE} FROM ${cursor}`);
        for (const cells of page)
          yield {
            schema: table.schema,
            table: table.table,
            values: valuesOf(cells, table, feed),
            line: line++,
          };
        if (page.length < PAGE) break;
      }
    } finally {
      await ask(`CLOSE ${cursor}`);
    }
  }
}

let cursors = 0;

function valuesOf(cells: readonly (string | null)[], table: Table, feed: Feed): ReadonlyMap<string, Value> {
  return new Map(
    table.columns.map((column, index) => {
      const text = cells[index] ?? null;
      return [column.name, text === null ? null : cellOfText(rawOf(text), column, feed)] as const;
    }),
  );
}

/** As the readers of dumps take texts: each byte of their UTF-8 one character. */
function rawOf(text: string): string {
  return /[^\0-\x7f]/.test(text) ? Buffer.from(text).toString("latin1") : text;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A URL as it may be shown. */
export function withoutPassword(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^@/]*@/i, "$1").replace(/\?.*$/, "");
}
