import pg from "pg";
import { describe, expect, it } from "vitest";
import { toTagged } from "../../src/base/values.js";
import { inputFile } from "../../src/transfer/readers/file.js";
import { postgresDatabase } from "../../src/transfer/readers/postgres.js";
import { sqlDump } from "../../src/transfer/readers/sql/dump.js";
import { collect } from "../helpers/collect.js";
import { restoredPostgres } from "../helpers/restored.js";
import { postgresServer } from "../servers/postgres.js";

const ORIGINALS = new URL("../fixtures/originals/", import.meta.url).pathname;

describe("a live PostgreSQL", () => {
  it.each(["pgusers/dump.sql", "piccolo/dump.sql", "django/postgres.sql", "better-auth/postgres.sql"])(
    "gives exactly what its dump gives: %s",
    async (path) => {
      const database = await restoredPostgres(path);
      const live = await postgresDatabase(database.url);
      try {
        const dump = sqlDump(inputFile(`${ORIGINALS}${path}`));
        const tables = await dump.list();
        expect(new Set((await live.list()).map((info) => JSON.stringify(info)))).toEqual(
          new Set(tables.map((info) => JSON.stringify(info))),
        );
        for (const { table } of tables) {
          const read = async (from: typeof dump) =>
            (await collect(from.rows([table]))).map((row) => toTagged(row.values));
          expect(await read(live)).toEqual(await read(dump));
        }
        // Two passes at once, as a join makes them.
        const [first, second] = await Promise.all([
          collect(live.rows(["public.users"])),
          collect(live.rows(["users"])),
        ]);
        expect(first).toEqual(second);
        expect(live.title).not.toContain("password");
      } finally {
        await live.close();
        await database.drop();
      }
    },
  );

  it("gives roles as their dump does", async () => {
    const { url } = await postgresServer();
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    await admin.query(
      `CREATE ROLE "live.Ada" LOGIN CREATEDB PASSWORD 'md5${"0".repeat(32)}' VALID UNTIL '2030-01-02 03:04:05+00'; CREATE ROLE live_group; GRANT live_group TO "live.Ada"`,
    );
    const live = await postgresDatabase(url);
    try {
      const rows = await collect(live.rows(["pg_authid", "pg_auth_members"]));
      const ada = rows.find((row) => row.values.get("rolname") === "live.Ada");
      expect(Object.fromEntries(ada?.values ?? [])).toEqual({
        rolname: "live.Ada",
        rolsuper: false,
        rolinherit: true,
        rolcreaterole: false,
        rolcreatedb: true,
        rolcanlogin: true,
        rolreplication: false,
        rolbypassrls: false,
        rolconnlimit: -1,
        rolpassword: `md5${"0".repeat(32)}`,
        rolvaliduntil: "2030-01-02 03:04:05+00",
      });
      expect(rows.map((row) => Object.fromEntries(row.values))).toContainEqual({
        roleid: "live_group",
        member: "live.Ada",
      });
    } finally {
      await live.close();
      await admin.query('DROP ROLE "live.Ada"; DROP ROLE live_group');
      await admin.end();
    }
  });

  it("only reads, and says what it cannot reach", async () => {
    const { url } = await postgresServer();
    const live = await postgresDatabase(url);
    await live.close();
    await expect(postgresDatabase("postgres://nobody:secret@127.0.0.1:1/none")).rejects.toThrow(
      /^(?!.*secret).*127\.0\.0\.1:1\/none cannot be opened to read from/,
    );
  });
});
