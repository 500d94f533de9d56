import type { Fields, Value } from "../../base/values.js";
import type { Row, Tables } from "../readers/rows.js";
import type { ImportSource, SourceItem, SourceOptions } from "../source.js";
import { findTable, tableNamed } from "./finding.js";
import { collect, person, readable } from "./person.js";
import { Reading, textOf } from "./reading.js";
import { djangoPasswords } from "./schemes.js";
import { SideRows } from "./side-rows.js";

/** Django's `django.contrib.auth`, of any version, with groups. A user model of one's own: `--table`. */
export const django: ImportSource = {
  name: "django",
  title: "Django",
  reads: ["postgres", "sql", "sqlite"],
  takes:
    "the URL of the PostgreSQL database, a pg_dump or mysqldump as text, or the SQLite file; --table for a user model of your own",
  needs: [],
  read,
};

async function* read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
  const users = await findTable(
    input,
    "Django",
    [options.table ?? "auth_user"],
    ["id", "password", "is_active"],
  );
  const side = SideRows.create();
  try {
    const rights = await Rights.read(input, users.table);
    const memberships = `${users.table}_groups`;
    const grants = `${users.table}_user_permissions`;
    yield* collect(input.rows([memberships, grants]), async (row) => {
      const owner = ownerOf(row, users.table);
      if (owner !== null) await side.add(row.table, owner, row.values);
    });
    yield* readable(input.rows([users.table]), (row) => {
      const id = textOf(row.values.get("id") ?? null) ?? "";
      return toUser(row, options, rights, side.of(memberships, id), side.of(grants, id));
    });
    if ((await tableNamed(input, "django_session")) !== null)
      yield {
        kind: "note",
        where: "django_session",
        code: "sessions-left",
        message:
          "Django's sessions are sealed with the application's SECRET_KEY and do not come along: everybody signs in anew.",
      };
  } finally {
    await side.close();
  }
}

/** The column that leads to the user is named after the model: `user_id`, or `customuser_id` of a model of one's own. */
function ownerOf(row: Row, users: string): string | null {
  const model = users.slice(users.indexOf("_") + 1);
  for (const name of ["user_id", `${model}_id`]) {
    const owner = textOf(row.values.get(name) ?? null);
    if (owner !== null) return owner;
  }
  return null;
}

function toUser(
  row: Row,
  options: SourceOptions,
  rights: Rights,
  memberships: readonly Fields[],
  grants: readonly Fields[],
): SourceItem {
  const reading = new Reading(row, options);
  const id = reading.text("id") ?? "";
  const groups = idsOf(memberships, "group_id");
  const superuser = reading.flag("is_superuser", false);
  const staff = reading.flag("is_staff", false);
  return person(reading, {
    origin: { system: "django", id },
    username: reading.text("username"),
    email: reading.filled("email"),
    passwords: djangoPasswords(reading.text("password")),
    active: reading.flag("is_active", true),
    admin: staff && (superuser || rights.mayChangeUsers(groups, idsOf(grants, "permission_id"))),
    superuser,
    roles: groups.map((group) => rights.nameOf(group)),
    createdAt: reading.time("date_joined"),
    lastSignInAt: reading.time("last_login"),
    data: reading.rest().set("is_staff", staff),
  });
}

function idsOf(rows: readonly Fields[], column: string): readonly string[] {
  return rows.map((row) => textOf(row.get(column) ?? null)).filter((id) => id !== null);
}

/** Names of groups, and who may change users: staff alone may open Django's admin, and sees what permissions show. */
class Rights {
  readonly #groups = new Map<string, string>();
  readonly #changingGroups = new Set<string>();
  readonly #changing = new Set<string>();

  static async read(input: Tables, users: string): Promise<Rights> {
    const rights = new Rights();
    const model = users.slice(users.indexOf("_") + 1);
    for await (const { table, values } of input.rows(["auth_group", "auth_permission"])) {
      const id = idOf(values.get("id"));
      if (table === "auth_group") rights.#groups.set(id, idOf(values.get("name")));
      else if (values.get("codename") === `change_${model}`) rights.#changing.add(id);
    }
    for await (const { values } of input.rows(["auth_group_permissions"]))
      if (rights.#changing.has(idOf(values.get("permission_id"))))
        rights.#changingGroups.add(idOf(values.get("group_id")));
    return rights;
  }

  nameOf(group: string): string {
    return this.#groups.get(group) ?? group;
  }

  mayChangeUsers(groups: readonly string[], permissions: readonly string[]): boolean {
    return (
      groups.some((group) => this.#changingGroups.has(group)) ||
      permissions.some((id) => this.#changing.has(id))
    );
  }
}

function idOf(value: Value | undefined): string {
  return textOf(value ?? null) ?? "";
}
