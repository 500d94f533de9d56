import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { WatchwordError } from "../base/errors.js";

/** An SQLite file. */
export interface FileUrl {
  readonly kind: "sqlite";
  /** The absolute path of the file. */
  readonly file: string;
}

/** A database on a server. */
export interface ServerUrl {
  readonly kind: "postgres" | "mongodb";
  /** For the driver: without what is ours alone. Holds secrets. */
  readonly url: string;
  /** What `schema=` (PostgreSQL) or `prefix=` (MongoDB) in the URL says; null: nothing. */
  readonly part: string | null;
  /** Names the database within this process: hosts and database, and never what stands before the `@`. */
  readonly place: string;
  /** The name of the database, as far as the URL tells it; null: it is left to the server. */
  readonly database: string | null;
}

/** Which database a URL names. */
export type StoreUrl = FileUrl | ServerUrl;

const SERVERS: Readonly<Record<string, ServerUrl["kind"]>> = {
  postgres: "postgres",
  postgresql: "postgres",
  mongodb: "mongodb",
  "mongodb+srv": "mongodb",
};

const PARTS = { postgres: "schema", mongodb: "prefix" } as const;
const PORTS = { postgres: "5432", mongodb: "27017" } as const;

/**
 * Reads the URL of a user space: `sqlite:users.db`, `sqlite:/srv/users.db`, `sqlite:///srv/users.db`, `file:…`;
 * `postgres://…` or `postgresql://…`; `mongodb://…` or `mongodb+srv://…`. Several hosts stand with commas between.
 *
 * No message repeats the URL: it may hold a password, and one with an unescaped character is where parsers stumble.
 *
 * @throws WatchwordError `invalid-option`
 */
export function parseStoreUrl(url: string): StoreUrl {
  if (typeof url !== "string" || url === "") throw refuse("is missing.");
  const scheme = /^([a-z][a-z0-9+]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) throw refuse("names no kind of database.");
  const server = SERVERS[scheme];
  if (server !== undefined) return parseServerUrl(url, scheme, server);
  if (scheme === "file") return { kind: "sqlite", file: fileURLToPath(new URL(url)) };
  if (scheme !== "sqlite")
    throw refuse(`names a kind of database (${scheme}) that this version does not know.`);
  const path = decodePath(url.slice("sqlite:".length).replace(/^\/\/(?=\/)/, ""));
  if (path === "" || path.startsWith("//")) throw refuse("names no file.");
  if (path.includes(":memory:"))
    throw refuse(
      "asks for a database in memory, which two connections cannot share; name a file in a temporary folder.",
    );
  return { kind: "sqlite", file: resolve(path) };
}

function refuse(reason: string): WatchwordError {
  return new WatchwordError(
    "invalid-option",
    `The database URL ${reason} Use sqlite:<file>, such as sqlite:users.db, or postgres://user:password@host/database, or mongodb://user:password@host/database.`,
  );
}

/** `scheme://[user[:password]@][host[:port][,…]][/database][?parameters]`, as libpq and MongoDB's drivers have it. */
function parseServerUrl(url: string, scheme: string, kind: ServerUrl["kind"]): ServerUrl {
  const [, authority, path = "", query = ""] =
    /^[a-z+]+:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i.exec(url) ?? [];
  if (authority === undefined)
    throw refuse(
      "does not have the form scheme://user:password@host/database?parameters (in user and password, write / ? # @ and % as %2F %3F %23 %40 %25).",
    );
  const ours = PARTS[kind];
  const parameters = query.split("&").filter((parameter) => parameter !== "");
  const isOurs = (parameter: string) => parameter.split("=", 1)[0] === ours;
  const [part, second] = parameters.filter(isOurs).map((text) => text.slice(ours.length + 1));
  if (second !== undefined) throw refuse(`names its ${ours} twice.`);
  const rest = parameters.filter((parameter) => !isOurs(parameter));
  const user = authority.includes("@") ? authority.slice(0, authority.indexOf("@")).split(":", 1)[0] : "";
  const hosts = authority.slice(authority.lastIndexOf("@") + 1).toLowerCase();
  const database = path === "" ? null : decode(path);
  return {
    kind,
    url: `${url.slice(0, url.length - query.length)}${rest.join("&")}`.replace(/\?$/, ""),
    part: part === undefined || part === "" ? null : decode(part),
    place: placeOf({ scheme, kind, hosts, database, user: user ?? "", parameters: rest }),
    database,
  };
}

/** What tells one database from another; of the parameters those of libpq that say where it is. */
function placeOf(url: {
  readonly scheme: string;
  readonly kind: ServerUrl["kind"];
  readonly hosts: string;
  readonly database: string | null;
  readonly user: string;
  readonly parameters: readonly string[];
}): string {
  const withPort = (host: string) =>
    /:\d+$/.test(host) || url.scheme === "mongodb+srv" ? host : `${host}:${PORTS[url.kind]}`;
  const hosts = url.hosts.split(",").map(withPort).join(",");
  const where = url.parameters.filter((parameter) => /^(?:host|hostaddr|port|dbname|user)=/.test(parameter));
  // libpq's database is that of the user's name where none is named.
  const database = url.database ?? (url.kind === "postgres" ? `of ${url.user}` : "");
  return [`${url.kind}:`, hosts, "/", database, ...where.map((parameter) => `?${parameter}`)].join("");
}

function decodePath(text: string): string {
  if (text.includes("?")) throw refuse("has a query; options are given beside the URL, not in it.");
  return decode(text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refuse("holds a % that stands for nothing (write %25).");
  }
}
