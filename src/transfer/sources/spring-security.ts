import type { Fields } from "../../base/values.js";
import type { Row, Tables } from "../readers/rows.js";
import type { ImportedPassword, ImportSource, SourceItem, SourceOptions } from "../source.js";
import { findTable, tableNamed } from "./finding.js";
import { collect, person, readable } from "./person.js";
import { Reading, textOf } from "./reading.js";
import { BCRYPT, unknown } from "./schemes.js";
import { SideRows } from "./side-rows.js";

/** The tables of Spring Security's `JdbcDaoImpl`: `users`, `authorities`, and groups where they are used. */
export const springSecurity: ImportSource = {
  name: "spring-security",
  title: "Spring Security",
  reads: ["postgres", "sql", "csv"],
  takes:
    "H2's SCRIPT, a pg_dump or mysqldump as text, the URL of the PostgreSQL database, or users.csv and authorities.csv with header rows",
  needs: [],
  read,
};

const MEMBERS = "group_members";
const GRANTS = "group_authorities";

async function* read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
  const users = await findTable(
    input,
    "Spring Security",
    [options.table ?? "users"],
    ["username", "password", "enabled"],
  );
  const names = {
    authorities: (await tableNamed(input, "authorities")) ?? "authorities",
    members: (await tableNamed(input, MEMBERS)) ?? MEMBERS,
    grants: (await tableNamed(input, GRANTS)) ?? GRANTS,
  };
  const groups = new Map<string, string[]>();
  for await (const { values } of input.rows([names.grants])) {
    const group = cell(values, "group_id");
    groups.set(group, [...(groups.get(group) ?? []), cell(values, "authority")]);
  }
  const side = SideRows.create();
  try {
    yield* collect(input.rows([names.authorities, names.members]), async (row) => {
      await side.add(row.table, cell(row.values, "username"), row.values);
    });
    yield* readable(input.rows([users.table]), (row) => {
      const username = cell(row.values, "username");
      const own = side.of(names.authorities, username).map((fields) => cell(fields, "authority"));
      const byGroup = side
        .of(names.members, username)
        .flatMap((fields) => groups.get(cell(fields, "group_id")) ?? []);
      return toUser(row, options, [...new Set([...own, ...byGroup])]);
    });
    for (const { owner } of side.orphans(names.authorities))
      yield {
        kind: "note",
        where: names.authorities,
        code: "orphan",
        message: `${names.authorities} has rows of ${JSON.stringify(owner)}, who is not there. They are left behind.`,
      };
  } finally {
    await side.close();
  }
}

/** H2 writes names in capitals where the tables were made without quotes. */
function cell(fields: Fields, name: string): string {
  return textOf(fields.get(name) ?? fields.get(name.toUpperCase()) ?? null) ?? "";
}

function toUser(row: Row, options: SourceOptions, roles: readonly string[]): SourceItem {
  const reading = new Reading(row, options);
  const username = reading.text("username") ?? "";
  const user = {
    origin: { system: "spring-security", id: username },
    username,
    email: reading.filled("email"),
    passwords: passwordsOf(reading.text("password")),
    active: reading.flag("enabled", true),
    roles,
  };
  return person(reading, { ...user, data: reading.rest(false) });
}

/** By the id in braces that the delegating encoder puts in front. */
const SCHEMES: ReadonlyMap<string, string> = new Map([
  ["bcrypt", "spring_bcrypt"],
  ["argon2", "spring_argon2"],
  ["argon2@SpringSecurity_v5_8", "spring_argon2"],
  ["pbkdf2", "spring_pbkdf2_5_5"],
  ["pbkdf2@SpringSecurity_v5_8", "spring_pbkdf2_5_8"],
  ["scrypt", "spring_scrypt"],
  ["scrypt@SpringSecurity_v5_8", "spring_scrypt_5_8"],
  ["sha256", "spring_sha256"],
  ["SHA-256", "spring_sha_256"],
  ["SHA-1", "spring_sha_1"],
  ["MD5", "spring_md5"],
  ["MD4", "spring_md4"],
  ["ldap", "spring_ldap"],
]);

function passwordsOf(stored: string | null): readonly ImportedPassword[] {
  if (!stored) return [];
  const [, id, rest = ""] = /^\{([A-Za-z0-9@_-]{1,64})\}([\s\S]*)$/.exec(stored) ?? [];
  if (id === "noop") return [{ kind: "clear", text: rest }];
  const scheme = SCHEMES.get(id ?? "");
  if (scheme !== undefined && rest !== "") return [{ kind: "hash", scheme, hash: stored }];
  // An application with one BCryptPasswordEncoder of its own writes no id.
  if (BCRYPT.test(stored)) return [{ kind: "hash", scheme: "bcrypt", hash: stored }];
  return [
    unknown(
      stored,
      id === undefined
        ? "it names no encoder in braces."
        : `its encoder {${id}} is none of Spring Security's own.`,
    ),
  ];
}
