import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collect, fileOf } from "../../../../test/helpers/collect.js";
import { cpuTimer } from "../../../../test/helpers/cpu-time.js";
import { WatchwordError } from "../../../base/errors.js";
import { Tagged, toTagged, type Value } from "../../../base/values.js";
import { readUnits } from "../feed.js";
import { inputFile } from "../file.js";
import { sqlDump } from "./dump.js";
import type { Dialect } from "./lexer.js";
import { DumpParser } from "./parser.js";

const ORIGINALS = new URL("../../../../test/fixtures/originals/", import.meta.url).pathname;

async function rows(sql: string | Uint8Array, tables: readonly string[], dialect?: Dialect) {
  return collect(sqlDump(fileOf("dump.sql", sql), dialect).rows(tables));
}

async function values(sql: string | Uint8Array, dialect?: Dialect): Promise<Value[][]> {
  return (await rows(sql, ["t"], dialect)).map((row) => [...row.values.values()]);
}

describe("dumps of PostgreSQL", () => {
  it("reads rows by the names of their columns, whatever their order", async () => {
    const sql = `CREATE TABLE public.t (id integer NOT NULL, "Mixed Name" text DEFAULT 'a,b(', key character varying(32), n numeric(10,2));
INSERT INTO public.t VALUES (1, 'x', NULL, 12.50);
INSERT INTO public.t ("Mixed Name", id) VALUES ('it''s', 2), ('y', -3);`;
    expect(
      (await rows(sql, ["t"])).map((row) => [row.line, row.schema, Object.fromEntries(row.values)]),
    ).toEqual([
      [2, "public", { id: 1, "Mixed Name": "x", key: null, n: new Tagged("decimal", "12.50") }],
      [3, "public", { id: 2, "Mixed Name": "it's" }],
      [3, "public", { id: -3, "Mixed Name": "y" }],
    ]);
  });

  it("reads every escape of COPY", async () => {
    const sql = `CREATE TABLE t (a text, b text, c boolean, d bytea);
COPY t (a, b, c, d) FROM stdin;
tab\\there\\nline\\\\back\\b\\f\\r\\v\t\\N\tt\t\\\\x00ff
\\101\\x42\\q\t\t f\t\\\\001a\\\\\\\\
\\.
SELECT 1;`;
    expect(await values(sql)).toEqual([
      ["tab\there\nline\\back\b\f\r\v", null, true, new Uint8Array([0, 255])],
      ["ABq", "", " f", new Uint8Array([1, 97, 92])],
    ]);
  });

  it("types cells by their column", async () => {
    const sql = `CREATE TABLE t (a bigint, b real, c double precision, d boolean, e text[], f integer[], g jsonb, h timestamp with time zone, i public.mood);
COPY t (a, b, c, d, e, f, g, h, i) FROM stdin;
9007199254740993\t1.7962008e+09\tNaN\tf\t{a,"b c",NULL,"q\\\\"x"}\t{{1,2},{3,4}}\t{"a": 1.0}\t2024-02-29 12:00:00+00\tsad
1\t-1e-3\t-Infinity\tt\t{}\t[0:1]={5,6}\t[]\tinfinity\tok
\\.
`;
    expect(await values(sql)).toEqual([
      [
        9007199254740993n,
        1796200832,
        Number.NaN,
        false,
        ["a", "b c", null, 'q"x'],
        [
          [1, 2],
          [3, 4],
        ],
        '{"a": 1.0}',
        "2024-02-29 12:00:00+00",
        "sad",
      ],
      [1, Math.fround(-0.001), Number.NEGATIVE_INFINITY, true, [], [5, 6], "[]", "infinity", "ok"],
    ]);
  });

  it("reads E'' texts, dollar quotes, casts, U&'' and concatenated prefixes", async () => {
    const sql = String.raw`CREATE TABLE t (a text);
INSERT INTO t VALUES (E'a\n\x41\u00e9\'\\'), ($tag$it's $$ here$tag$), ('x'::character varying(10)), (U&'\0441\+01F989\\'), (CAST('y' AS text)), ('z' COLLATE "C"), (DEFAULT), (upper('no'));`;
    expect(await values(sql)).toEqual([
      ["a\nAé'\\"],
      ["it's $$ here"],
      ["x"],
      ["с🦉\\"],
      ["y"],
      ["z"],
      [],
      [new Tagged("unsupported", "upper('no')")],
    ]);
  });

  it("leaves what is no data alone: functions, rules, psql's commands, comments", async () => {
    const sql = `\\restrict abc
-- INSERT INTO t VALUES ('comment');
/* INSERT INTO t VALUES ('comment'); /* nested */ ; */
CREATE TABLE t (a text);
CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $_$ INSERT INTO t VALUES ('body'); $_$;
CREATE FUNCTION g() RETURNS void LANGUAGE sql BEGIN ATOMIC INSERT INTO t VALUES ('atomic'); SELECT CASE WHEN true THEN 1 END; END;
CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u VALUES ('rule'); INSERT INTO t VALUES ('rule'));
\\connect other
INSERT INTO t VALUES ('data') ON CONFLICT DO NOTHING;
\\unrestrict abc`;
    expect(await values(sql)).toEqual([["data"]]);
  });

  it("skips tables that nobody asked for, and those of other schemas", async () => {
    const sql = `CREATE TABLE a.t (x text);
CREATE TABLE b.t (y text);
COPY a.t (x) FROM stdin;
one
\\.
COPY b.t (y) FROM stdin;
\\.
COPY b.t (y) FROM stdin;
two
\\.
`;
    expect((await rows(sql, ["b.t"])).map((row) => Object.fromEntries(row.values))).toEqual([{ y: "two" }]);
    expect(await rows(sql, ["t"])).toHaveLength(2);
  });

  it("follows inherited and computed columns", async () => {
    const sql = `CREATE TABLE base (id integer, name text);
CREATE TABLE t (extra text, twice integer GENERATED ALWAYS AS ((id * 2)) STORED)
INHERITS (base);
INSERT INTO t VALUES (1, 'n', 'x', DEFAULT);
INSERT INTO t VALUES (2, 'm', 'y');`;
    expect((await rows(sql, ["t"])).map((row) => Object.fromEntries(row.values))).toEqual([
      { id: 1, name: "n", extra: "x" },
      { id: 2, name: "m", extra: "y" },
    ]);
  });

  it("gives roles one row each, and their memberships", async () => {
    const sql = `CREATE ROLE ada;
ALTER ROLE ada WITH NOSUPERUSER LOGIN PASSWORD 'md5x' VALID UNTIL '2030-01-02 03:04:05+00';
CREATE ROLE "Empty";
ALTER ROLE "Empty" SET search_path TO 'x';
CREATE ROLE bob WITH SUPERUSER CONNECTION LIMIT -1;
GRANT ada TO bob GRANTED BY postgres;
GRANT SELECT ON TABLE t TO bob;`;
    const found = await rows(sql, ["pg_authid", "pg_auth_members"]);
    const roles = found.filter((row) => row.table === "pg_authid");
    expect(
      roles.map((row) => [
        row.values.get("rolname"),
        row.values.get("rolcanlogin"),
        row.values.get("rolpassword"),
      ]),
    ).toEqual([
      ["ada", true, "md5x"],
      ["Empty", false, null],
      ["bob", false, null],
    ]);
    expect(
      found.filter((row) => row.table === "pg_auth_members").map((row) => Object.fromEntries(row.values)),
    ).toEqual([{ roleid: "ada", member: "bob" }]);
  });

  it("says what is wrong, and in which line", async () => {
    await expect(values("CREATE TABLE t (a text);\nINSERT INTO t VALUES ('a', 'b');")).rejects.toThrow(
      "dump.sql, line 2: A row of t has 2 values for 1 columns.",
    );
    await expect(values("INSERT INTO t VALUES ('a');")).rejects.toThrow(/name no columns/);
    await expect(values("CREATE TABLE t (a text);\nCOPY t (a) FROM stdin;\nx\n")).rejects.toThrow(/cut off/);
    await expect(values("CREATE TABLE t (a text);\nINSERT INTO t VALUES ('a")).rejects.toThrow(
      /line 2: .*cut off/,
    );
    await expect(values("SET client_encoding = 'LATIN1';")).rejects.toThrow(/pg_dump -E UTF8/);
    await expect(
      values(Buffer.from("CREATE TABLE t (a text);\nINSERT INTO t VALUES ('\xff');", "latin1")),
    ).rejects.toThrow(/line 2: .*UTF-8/);
    await expect(values("CREATE TABLE t (a text);INSERT INTO t SELECT 1;")).rejects.toThrow(
      /something else than VALUES/,
    );
  });
});

describe("dumps of MySQL and MariaDB", () => {
  it("reads backquotes, escapes, hexadecimal and binary values, and what stands in versioned comments", async () => {
    const sql = Buffer.concat([
      Buffer.from(`-- MySQL dump 10.13
/*M!999999\\- enable the sandbox mode */
/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS \`t\`;
/*!40101 SET character_set_client = utf8 */;
CREATE TABLE \`t\` (
  \`id\` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  \`name\` varchar(60) CHARACTER SET utf8mb4 NOT NULL DEFAULT 'a\\'b' COMMENT 'KEY, x',
  \`raw\` varbinary(8),
  \`flag\` tinyint(1),
  \`bits\` bit(2),
  PRIMARY KEY (\`id\`),
  KEY \`name\` (\`name\`(10)),
  CONSTRAINT \`c\` CHECK (json_valid(\`name\`))
) ENGINE=InnoDB;
LOCK TABLES \`t\` WRITE;
/*!40000 ALTER TABLE \`t\` DISABLE KEYS */;
INSERT INTO \`t\` VALUES (18446744073709551615,'it\\'s \\"q\\" ''d'' \\\\ \\n\\0\\Z\\%\\_\\x',_binary '`),
      Buffer.from([0xff, 0x5c, 0x30, 0xfe]),
      Buffer.from(`',1,b'10'),(2,"dou""ble",0x00FF,NULL,0x02),(3,_utf8mb4'ü',NULL,0,NULL);
/*!40000 ALTER TABLE \`t\` ENABLE KEYS */;
DELIMITER ;;
/*!50003 CREATE*/ /*!50003 TRIGGER x BEFORE INSERT ON t FOR EACH ROW BEGIN INSERT INTO t VALUES (9,'no',NULL,0,0); END */;;
DELIMITER ;
INSERT INTO \`t\` (\`name\`,\`id\`) VALUES ('last',4);`),
    ]);
    expect(await values(sql)).toEqual([
      [18446744073709551615n, "it's \"q\" 'd' \\ \n\0\x1a\\%\\_x", new Uint8Array([255, 0, 254]), 1, 2],
      [2, 'dou"ble', new Uint8Array([0, 255]), null, 2],
      [3, "ü", null, 0, null],
      ["last", 4],
    ]);
  });

  it("gives accounts with what stands behind their names", async () => {
    const sql = `-- MariaDB dump 10.19
CREATE USER \`a.b\`@\`%\` IDENTIFIED BY PASSWORD '*AB' ACCOUNT LOCK;
CREATE USER IF NOT EXISTS 'c''d'@'10.0.0.1' IDENTIFIED VIA ed25519 USING 'x' OR mysql_native_password USING 'y', 'e' IDENTIFIED WITH 'caching_sha2_password' AS '$A$005$\\'(';`;
    expect((await rows(sql, ["create_user"])).map((row) => [...row.values.values()])).toEqual([
      ["a.b", "%", "IDENTIFIED BY PASSWORD '*AB' ACCOUNT LOCK"],
      ["c'd", "10.0.0.1", "IDENTIFIED VIA ed25519 USING 'x' OR mysql_native_password USING 'y'"],
      ["e", "%", "IDENTIFIED WITH 'caching_sha2_password' AS '$A$005$\\'('"],
    ]);
  });
});

describe("dumps of SQLite and H2", () => {
  it("reads .dump", async () => {
    const sql = `PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE t ("id" INTEGER PRIMARY KEY, [no] TEXT, flag BOOLEAN, key TEXT, twice AS (id * 2));
CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO t VALUES (9,9,9,9); END;
INSERT INTO t VALUES(1,'a''b',1,X'00ff');
INSERT INTO t VALUES(2,replace('x\\ny','\\n',char(10)),0,unistr('a\\u000ab'));
INSERT INTO t VALUES(3,1e999,-1.5,NULL);
COMMIT;`;
    expect(await values(sql.replace("[no]", '"no"'))).toEqual([
      [1, "a'b", 1, new Uint8Array([0, 255])],
      [2, "x\ny", 0, "a\nb"],
      [3, Number.POSITIVE_INFINITY, -1.5, null],
    ]);
  });

  it("reads SCRIPT of H2", async () => {
    const sql = `-- H2 2.3.232;
CREATE USER IF NOT EXISTS "SA" SALT 'aa' HASH 'bb' ADMIN;
CREATE CACHED TABLE "PUBLIC"."T"("ID" BIGINT GENERATED BY DEFAULT AS IDENTITY NOT NULL, "A" CHARACTER VARYING(50), "B" BOOLEAN, "C" BINARY VARYING(8), "D" TIMESTAMP);
-- 2 +/- SELECT COUNT(*) FROM PUBLIC.T;
INSERT INTO "PUBLIC"."T" VALUES
(1, U&'\\0643\\0644', TRUE, X'00ff', TIMESTAMP '2024-01-02 03:04:05'),
(2, STRINGDECODE('a\\u00fc\\n'), FALSE, NULL, NULL);
MERGE INTO T(ID, A) KEY(ID) VALUES (3, 'm');`;
    expect((await rows(sql, ["T"])).map((row) => [...row.values.values()])).toEqual([
      [1, "كل", true, new Uint8Array([0, 255]), "2024-01-02 03:04:05"],
      [2, "aü\n", false, null, null],
      [3, "m"],
    ]);
  });
});

const DUMPS: readonly (readonly [string, Dialect, number])[] = [
  ["pgusers/dump.sql", "postgres", 34],
  ["pgusers/dump-copy.sql", "postgres", 34],
  ["piccolo/dump.sql", "postgres", 0],
  ["piccolo/dump-copy.sql", "postgres", 0],
  ["django/postgres.sql", "postgres", 68],
  ["django/postgres-copy.sql", "postgres", 68],
  ["django-3.2/postgres.sql", "postgres", 0],
  ["better-auth/postgres.sql", "postgres", 41],
  ["postgresql-roles/pg_dumpall-roles.sql", "postgres", 15],
  ["wordpress-6.1/wp_users.sql", "mysql", 0],
  ["wordpress-6.8/wp_users.sql", "mysql", 257],
  ["mariadb-users/global_priv.sql", "mysql", 16],
  ["mariadb-users/system-users.sql", "mysql", 16],
  ["spring-security/h2-script.sql", "h2", 36],
];

describe("dumps that real systems wrote", () => {
  it.each(DUMPS)("%s reads the same however it is cut into pieces", async (path, dialect, count) => {
    const file = inputFile(`${ORIGINALS}${path}`);
    const dump = sqlDump(file);
    const tables = (await dump.list()).map((info) => info.table);
    const whole = (await collect(dump.rows(tables))).map((row) => toTagged(row.values));
    const inserts = readFileSync(`${ORIGINALS}${path}`, "utf8").match(/^INSERT INTO/gm)?.length ?? 0;
    expect(whole.length).toBeGreaterThan(10);
    if (count > 0) expect(whole).toHaveLength(count);
    if (inserts > 0) expect(whole).toHaveLength(inserts);
    for (const piece of [1, 7, 333]) {
      const bytes = readFileSync(`${ORIGINALS}${path}`);
      const pieces = async function* () {
        for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
      };
      const cut: unknown[] = [];
      for await (const item of readUnits(
        pieces(),
        path,
        (feed) => new DumpParser(feed, dialect, tables),
        piece,
      ))
        if (item.kind === "row") cut.push(toTagged(item.row.values));
      expect(cut).toEqual(whole);
    }
  });

  it("has the same people in INSERT and in COPY", async () => {
    for (const [one, other] of [
      ["pgusers/dump.sql", "pgusers/dump-copy.sql"],
      ["piccolo/dump.sql", "piccolo/dump-copy.sql"],
    ] as const) {
      const read = async (path: string) => {
        const dump = sqlDump(inputFile(`${ORIGINALS}${path}`));
        const tables = (await dump.list()).map((info) => info.table);
        return (await collect(dump.rows(tables))).map((row) => [row.table, toTagged(row.values)]);
      };
      expect(await read(one)).toEqual(await read(other));
    }
  });
});

describe("any text", () => {
  const anyText = fc.string({
    unit: fc.oneof(
      fc.constantFrom("'", "\\", "\n", "\t", '"', "$", ";", "é", "🦉", "N", "."),
      fc.string({ unit: "grapheme", maxLength: 1 }),
    ),
  });
  const noNul = anyText.map((one) => one.replaceAll("\0", ""));

  it("comes back as it was put into quotes, COPY and MySQL's escapes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(noNul, { minLength: 1, maxLength: 4 }), async (texts) => {
        const plain = texts.map((one) => `('${one.replaceAll("'", "''")}')`).join(",\n");
        const escaped = texts
          .map((one) => `(E'${one.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}')`)
          .join(",");
        const copied = texts
          .map((one) =>
            one
              .replaceAll("\\", "\\\\")
              .replaceAll("\n", "\\n")
              .replaceAll("\t", "\\t")
              .replaceAll("\r", "\\r"),
          )
          .join("\n");
        const mysql = texts
          .map((one) => `('${one.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n")}')`)
          .join(",");
        const wanted = texts.map((one) => [one]);
        expect(await values(`CREATE TABLE t (a text);INSERT INTO t VALUES ${plain};`, "postgres")).toEqual(
          wanted,
        );
        expect(await values(`CREATE TABLE t (a text);INSERT INTO t VALUES ${escaped};`, "postgres")).toEqual(
          wanted,
        );
        expect(
          await values(`CREATE TABLE t (a text);\nCOPY t (a) FROM stdin;\n${copied}\n\\.\n`, "postgres"),
        ).toEqual(wanted);
        expect(
          await values(`CREATE TABLE \`t\` (\`a\` text);INSERT INTO \`t\` VALUES ${mysql};`, "mysql"),
        ).toEqual(wanted);
      }),
      { numRuns: 300 },
    );
  });

  it("that is no dump gives rows or a WatchwordError, never anything else, and soon", async () => {
    const piece = fc.constantFrom(
      "CREATE TABLE t (",
      "a text",
      ");",
      "INSERT INTO t VALUES (",
      "COPY t (a) FROM stdin;\n",
      "\\.\n",
      "'",
      '"',
      "$$",
      "/*",
      "*/",
      "--",
      "(",
      ")",
      ",",
      "E'\\",
      "U&'\\",
      "X'",
      "0x",
      "DELIMITER ;;\n",
      "CREATE ROLE ",
      "ALTER ROLE a WITH PASSWORD ",
      "GRANT ",
      "CREATE USER ",
      "\n",
      ";",
      "::",
      "1e",
      "-",
      "\\",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 40 }),
        fc.constantFrom<Dialect>("postgres", "mysql", "sqlite", "h2"),
        async (parts, dialect) => {
          const used = cpuTimer();
          try {
            await rows(parts.join(" "), ["t", "pg_authid", "create_user"], dialect);
          } catch (error) {
            expect(error).toBeInstanceOf(WatchwordError);
          }
          expect(used()).toBeLessThan(1000);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("of 8 MiB in one value is read in linear time", async () => {
    const long = "x".repeat(8 * 1024 * 1024);
    const bytes = Buffer.from(`CREATE TABLE t (a text);INSERT INTO t VALUES ('${long}');`);
    const pieces = async function* () {
      for (let at = 0; at < bytes.length; at += 16_384) yield bytes.subarray(at, at + 16_384);
    };
    const used = cpuTimer();
    const found = await collect(sqlDump({ name: "long.sql", open: pieces }).rows(["t"]));
    expect(String(found[0]?.values.get("a")).length).toBe(long.length);
    expect(used()).toBeLessThan(3000);
  });
});
