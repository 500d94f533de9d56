import type { Dialect } from "./lexer.js";

/** What the cells of a column are to become. `any`: the form in which a value stands tells. */
export type CellKind = "any" | "text" | "boolean" | "integer" | "float4" | "float" | "decimal" | "bytes";

export interface Column {
  readonly name: string;
  readonly kind: CellKind;
  readonly isArray: boolean;
  /** Computed by the database: an INSERT without a list of columns may leave it out. */
  readonly generated: boolean;
}

/** The kind of a declared type, as it is spelled: `character varying(20)`, `bigint(20) unsigned`, `text[]`. */
export function columnOf(name: string, type: string, dialect: Dialect, generated = false): Column {
  const isArray = dialect === "postgres" && /\]\s*$/.test(type);
  return { name, kind: kindOf(type.toLowerCase().trim(), dialect), isArray, generated };
}

function kindOf(type: string, dialect: Dialect): CellKind {
  // SQLite keeps a type with every value, and lets any value into any column.
  if (dialect === "sqlite") return "any";
  const name = /^"?[a-z_0-9]+/.exec(type)?.[0].replace('"', "") ?? "";
  switch (name) {
    case "bool":
    case "boolean":
      return "boolean";
    case "smallint":
    case "mediumint":
    case "tinyint":
    case "int":
    case "int2":
    case "int4":
    case "int8":
    case "integer":
    case "bigint":
    case "smallserial":
    case "serial":
    case "bigserial":
    case "year":
    case "oid":
      return "integer";
    case "real":
      return dialect === "mysql" ? "float" : "float4";
    case "float4":
      return "float4";
    case "float":
    case "float8":
    case "double":
      return "float";
    case "numeric":
    case "decimal":
    case "dec":
    case "decfloat":
      return "decimal";
    case "bytea":
    case "blob":
    case "tinyblob":
    case "mediumblob":
    case "longblob":
    case "binary":
    case "varbinary":
      return "bytes";
    // `bit(1)` stands as b'1' or a number.
    case "bit":
      return "any";
    default:
      return "text";
  }
}
