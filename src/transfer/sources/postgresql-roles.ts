import type { Fields, Value } from "../../base/values.js";
import type { Row, Tables } from "../readers/rows.js";
import type { ImportedPassword, ImportSource, SourceItem, SourceOptions } from "../source.js";
import { findTable } from "./finding.js";
import { collect, person, readable } from "./person.js";
import { placeOf, Reading, textOf } from "./reading.js";
import { unknown } from "./schemes.js";
import { SideRows } from "./side-rows.js";

const SCRAM = /^SCRAM-SHA-256\$\d+:[A-Za-z0-9+/]+={0,2}\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$/;
const MD5 = /^md5[0-9a-f]{32}$/;
/** The superuser that initdb makes. */
const BOOTSTRAP_OID = "10";
const BOOTSTRAP_NAME = "postgres";
const RIGHTS = ["rolsuper", "rolinherit", "rolcreaterole", "rolcreatedb", "rolreplication", "rolbypassrls"];
const MEMBERSHIPS = "pg_auth_members";

/** People who have roles of their own in PostgreSQL. */
export const postgresqlRoles: ImportSource = {
  name: "postgresql-roles",
  title: "PostgreSQL roles",
  reads: ["postgres", "sql", "csv"],
  takes: "what pg_dumpall --roles-only writes, pg_authid as CSV with a header row, or the URL of a superuser",
  needs: [],
  async *read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
    const roles = await findTable(
      input,
      "PostgreSQL",
      [options.table ?? "pg_authid"],
      ["rolname", "rolpassword", "rolcanlogin"],
    );
    const names = new Map<string, string>();
    const side = SideRows.create();
    try {
      for await (const { values } of input.rows([roles.table])) {
        const oid = textOf(values.get("oid") ?? null);
        if (oid !== null) names.set(oid, textOf(values.get("rolname") ?? null) ?? "");
      }
      yield* collect(input.rows([MEMBERSHIPS]), async (row) => {
        const member = textOf(row.values.get("member") ?? null) ?? "";
        await side.add(MEMBERSHIPS, names.get(member) ?? member, row.values);
      });
      yield* readable(input.rows([roles.table]), (row) => {
        const name = textOf(row.values.get("rolname") ?? null) ?? "";
        const granted = side
          .of(MEMBERSHIPS, name)
          .map((fields) => textOf(fields.get("roleid") ?? null) ?? "");
        return toUser(
          row,
          options,
          granted.map((role) => names.get(role) ?? role),
        );
      });
    } finally {
      await side.close();
    }
  },
};

function toUser(row: Row, options: SourceOptions, roles: readonly string[]): SourceItem | null {
  const reading = new Reading(row, options);
  const oid = reading.text("oid");
  const name = reading.text("rolname") ?? "";
  // Names that begin so are reserved (PostgreSQL, "Predefined Roles").
  if (name.startsWith("pg_")) return null;
  if (oid === BOOTSTRAP_OID || name === BOOTSTRAP_NAME)
    return {
      kind: "note",
      where: placeOf(row),
      code: "account-left",
      message: `${name} is the database's own superuser and not a person's account; it is left behind.`,
    };
  const until = reading.time("rolvaliduntil");
  const isOver = until !== null && until <= options.now;
  reading.keep("rolvaliduntil");
  const stored = passwordsOf(reading.text("rolpassword"), name);
  if (isOver)
    reading.note(
      "password-none",
      "has a password that was valid until a time now past; it does not come along.",
    );
  else if (until !== null)
    reading.note(
      "account-expires",
      "has a password that was to end at rolvaliduntil. Watchword ends no password by itself.",
    );
  const user = {
    origin: { system: "postgresql-roles", id: name },
    username: name,
    email: null,
    passwords: isOver ? [] : stored,
    active: reading.flag("rolcanlogin", false),
    roles: [...new Set(roles)],
  };
  return person(reading, { ...user, data: rightsOf(reading) });
}

/** Rights in a database are none in the application: they stay what they are, in the data. */
function rightsOf(reading: Reading): Fields {
  const rights = new Map<string, Value>();
  for (const right of RIGHTS) if (reading.has(right)) rights.set(right, reading.flag(right, false));
  rights.set("rolconnlimit", reading.integer("rolconnlimit"));
  return new Map([...rights, ...reading.rest(false)]);
}

function passwordsOf(stored: string | null, user: string): readonly ImportedPassword[] {
  if (!stored) return [];
  if (SCRAM.test(stored)) return [{ kind: "hash", scheme: "postgres_scram_sha_256", hash: stored }];
  if (MD5.test(stored)) return [{ kind: "hash", scheme: "postgres_md5", hash: stored, context: { user } }];
  if (/^(?:md5|SCRAM-)/.test(stored))
    return [unknown(stored, "it begins like a hash of PostgreSQL and is none.")];
  // Versions before 10 kept the password itself where they were told to.
  return [{ kind: "clear", text: stored }];
}
