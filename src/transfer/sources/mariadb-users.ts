import { WatchwordError } from "../../base/errors.js";
import { type Fields, isFields, type Value } from "../../base/values.js";
import type { Row, Tables } from "../readers/rows.js";
import type { ImportedPassword, ImportSource, SourceItem, SourceOptions } from "../source.js";
import { tableNamed } from "./finding.js";
import { accountOptions, type Method } from "./mariadb-account.js";
import { person, readable } from "./person.js";
import { fieldsOf, flagOf, placeOf, Reading, textOf } from "./reading.js";
import { unknown } from "./schemes.js";

/** Accounts that the server makes for itself. */
const OWN = new Set([
  "",
  "root",
  "mysql",
  "mariadb.sys",
  "mysql.sys",
  "mysql.session",
  "mysql.infoschema",
  "debian-sys-maint",
  "PUBLIC",
]);

/** What all three forms say of an account. */
interface Account {
  readonly name: string;
  readonly host: string;
  readonly methods: readonly Method[];
  readonly locked: boolean;
  readonly expired: boolean;
  readonly isRole: boolean;
}

/** People who have accounts of their own in MariaDB or MySQL. */
export const mariadbUsers: ImportSource = {
  name: "mariadb-users",
  title: "MariaDB and MySQL accounts",
  reads: ["sql", "csv"],
  takes:
    "what mariadb-dump --system=users writes, a dump of mysql.global_priv (MariaDB) or mysql.user (MySQL), or a selection from mysql.user as TSV with a header row",
  needs: [],
  async *read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
    const table = await findForm(input, options);
    const [info] = (await input.list()).filter((one) => one.table === table);
    if (info?.columns?.includes("plugin") === true && !info.columns.includes("account_locked"))
      yield {
        kind: "note",
        where: table,
        code: "value-unclear",
        message:
          "It has no column account_locked, so nobody is known to be locked. mariadb-dump --system=users tells it.",
      };
    yield* readable(input.rows([table]), (row) => toUser(row, options));
  },
};

async function findForm(input: Tables, options: SourceOptions): Promise<string> {
  if (options.table !== undefined) return options.table;
  const forms: readonly (readonly [string, readonly string[]])[] = [
    ["global_priv", ["Host", "User", "Priv"]],
    ["create_user", ["user", "host", "definition"]],
    ["user", ["User", "Host", "plugin"]],
  ];
  for (const [name, columns] of forms) {
    const table = await tableNamed(input, name, columns);
    if (table !== null) return table;
  }
  // A selection from mysql.user bears the name of its file.
  const [, , [, columns]] = forms as readonly [unknown, unknown, readonly [string, readonly string[]]];
  for (const { table } of await input.list())
    if ((await tableNamed(input, table, columns)) !== null) return table;
  throw new WatchwordError(
    "invalid-input",
    `${input.title} holds neither mysql.global_priv nor mysql.user nor CREATE USER statements. Make a dump with mariadb-dump --system=users.`,
  );
}

function toUser(row: Row, options: SourceOptions): SourceItem | null {
  const reading = new Reading(row, options);
  const account = accountOf(reading);
  if (account.isRole) return null;
  if (OWN.has(account.name))
    return {
      kind: "note",
      where: placeOf(row),
      code: "account-left",
      message: `${JSON.stringify(account.name)}@${account.host} is an account of the server itself and not a person's; it is left behind.`,
    };
  if (account.expired)
    reading.note(
      "value-unclear",
      "was to choose a new password at the next sign-in (PASSWORD EXPIRE). Send them a reset.",
    );
  const data = new Map<string, Value>([["host", account.host]]);
  if (account.expired) data.set("password_expired", true);
  return person(reading, {
    origin: { system: "mariadb-users", id: `${account.name}@${account.host}` },
    username: account.name,
    email: null,
    passwords: account.methods.flatMap(passwordOf),
    active: !account.locked,
    data,
  });
}

function accountOf(reading: Reading): Account {
  const name = reading.text("User") ?? "";
  const host = reading.text("Host") ?? "";
  const definition = reading.text("definition");
  if (definition !== null) return { name, host, isRole: false, ...accountOptions(definition) };
  const priv = fieldsOf(reading.value("Priv"));
  if (priv !== null) return { name, host, ...privileges(reading, priv) };
  const methods = [
    { plugin: reading.text("plugin") ?? "", text: reading.text("authentication_string") ?? "" },
  ];
  const old = reading.filled("Password");
  return {
    name,
    host,
    methods:
      methods[0]?.text === "" && old !== null ? [{ plugin: "mysql_native_password", text: old }] : methods,
    locked: reading.flag("account_locked", false),
    expired: reading.flag("password_expired", false),
    isRole: reading.flag("is_role", false),
  };
}

/** `mysql.global_priv` keeps JSON; several methods lie in `auth_or`, where the empty one stands for the outer. */
function privileges(reading: Reading, priv: Fields): Omit<Account, "name" | "host"> {
  const outer = methodOf(priv);
  const either = priv.get("auth_or");
  const methods = Array.isArray(either)
    ? either.filter(isFields).map((fields) => (fields.has("plugin") ? methodOf(fields) : outer))
    : [outer];
  const changed = priv.get("password_last_changed");
  if (!priv.has("plugin") && !Array.isArray(either) && priv.get("is_role") !== true)
    reading.note("value-unclear", "has no plugin in Priv.");
  return {
    methods,
    locked: flagOf(priv.get("account_locked") ?? false) ?? false,
    expired: changed === 0,
    isRole: flagOf(priv.get("is_role") ?? false) ?? false,
  };
}

function methodOf(fields: Fields): Method {
  return {
    plugin: textOf(fields.get("plugin") ?? null) ?? "",
    text: textOf(fields.get("authentication_string") ?? null) ?? "",
  };
}

const PLUGINS: ReadonlyMap<string, readonly (readonly [RegExp, string])[]> = new Map([
  [
    "mysql_native_password",
    [
      [/^\*[0-9A-F]{40}$/i, "mysql41"],
      [/^[0-9a-f]{16}$/i, "mysql323"],
    ],
  ],
  [
    "mysql_old_password",
    [
      [/^[0-9a-f]{16}$/i, "mysql323"],
      [/^\*[0-9A-F]{40}$/i, "mysql41"],
    ],
  ],
  ["ed25519", [[/^[A-Za-z0-9+/]{43}$/, "mariadb_ed25519"]]],
  ["caching_sha2_password", [[/^\$A\$[0-9A-Fa-f]{3}\$[\s\S]{20}[./A-Za-z0-9]{43}$/, "mysql_caching_sha2"]]],
  ["sha256_password", [[/^\$5\$[\s\S]{20}\$[./A-Za-z0-9]{43}$/, "sha256_crypt"]]],
]);

/** Those that ask the machine, another server or nobody. */
const ELSEWHERE = new Set([
  "unix_socket",
  "auth_socket",
  "pam",
  "gssapi",
  "named_pipe",
  "mysql_no_login",
  "auth_pam",
  "authentication_ldap_sasl",
  "authentication_ldap_simple",
]);

function passwordOf({ plugin, text }: Method): readonly ImportedPassword[] {
  if (text === "" || text === "invalid" || ELSEWHERE.has(plugin)) return [];
  const forms = PLUGINS.get(plugin === "" ? "mysql_native_password" : plugin);
  const scheme = forms?.find(([shape]) => shape.test(text))?.[1];
  if (scheme !== undefined) return [{ kind: "hash", scheme, hash: text }];
  return [
    unknown(text, forms === undefined ? `its plugin ${plugin} is not known.` : `it is no hash of ${plugin}.`),
  ];
}
