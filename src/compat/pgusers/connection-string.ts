import { BadCallError } from "./outcomes.js";

/** Parameters of libpq by their names. */
export type Parameters = ReadonlyMap<string, string>;

/**
 * A connection string of libpq, in either of its two forms (PostgreSQL 18, §32.1.1): `host=localhost dbname='my db'` or
 * `postgres://user:password@host:5432/database?sslmode=require`.
 *
 * @throws BadCallError where it has neither form. It never repeats the string, which may hold a password.
 */
export function parseConnectionString(text: string): Parameters {
  return /^postgres(?:ql)?:\/\//i.test(text) ? parseUri(text) : parsePairs(text);
}

const PAIR = /\s*([^\s='\\]+)\s*=\s*(?:'((?:[^'\\]|\\[\s\S])*)'|((?:[^\s'\\]|\\[\s\S])*))(?=\s|$)/y;

function parsePairs(text: string): Parameters {
  const parameters = new Map<string, string>();
  const all = text.trimEnd();
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < all.length) {
    const [, name = "", quoted, plain = ""] = PAIR.exec(all) ?? refuse();
    parameters.set(name, (quoted ?? plain).replaceAll(/\\([\s\S])/g, "$1"));
  }
  return parameters;
}

function parseUri(text: string): Parameters {
  const [, authority = "", path = "", query = ""] =
    /^[a-z]+:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i.exec(text) ?? refuse();
  const parameters = new Map<string, string>();
  const put = (name: string, value: string) => {
    if (value !== "") parameters.set(decode(name), decode(value));
  };
  const at = authority.lastIndexOf("@");
  const [user = "", ...password] = authority.slice(0, Math.max(at, 0)).split(":");
  put("user", user);
  put("password", password.join(":"));
  const places = authority
    .slice(at + 1)
    .split(",")
    .map(splitPlace);
  put("host", places.map(({ host }) => host).join(","));
  if (places.some(({ port }) => port !== "")) put("port", places.map(({ port }) => port).join(","));
  put("dbname", path);
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    const [name = "", ...value] = pair.split("=");
    if (value.length === 0) refuse();
    put(name, value.join("="));
  }
  return parameters;
}

/** `host:5432`, `[::1]:5432`, or without the port. */
function splitPlace(place: string): { readonly host: string; readonly port: string } {
  const [, address, name = "", port = ""] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/.exec(place) ?? refuse();
  return { host: address ?? name, port };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse();
  }
}

function refuse(): never {
  throw new BadCallError(
    "PGUSERS_CONNECTION_STRING is no connection string of libpq: write host=localhost user=crm, with ' around values that hold spaces and \\ before a ' or \\, or postgres://user:password@host:5432/database.",
  );
}

/**
 * The URL that `openUserSpace` takes. What a URI has a place for stands there, so that the same database has the same URL
 * however it was named; the rest are its parameters.
 */
export function urlOf(parameters: Parameters): string {
  const rest = new Map([...parameters].filter(([, value]) => value !== ""));
  const take = (name: string): string => {
    const value = rest.get(name) ?? "";
    rest.delete(name);
    return encodeURIComponent(value);
  };
  const places = placesOf(rest.get("host"), rest.get("port"));
  if (places !== "") for (const name of ["host", "port"]) rest.delete(name);
  const [user, password, database] = [take("user"), take("password"), take("dbname")];
  const who = user === "" && password === "" ? "" : `${user}${password === "" ? "" : `:${password}`}@`;
  const query = Array.from(rest, (pair) => pair.map(encodeURIComponent).join("=")).join("&");
  return `postgres://${who}${places}/${database}${query === "" ? "" : `?${query}`}`;
}

/** Empty: no host is named, or hosts and ports do not fit each other, which whoever opens the URL says better. */
function placesOf(host: string | undefined, port: string | undefined): string {
  if (host === undefined) return "";
  const hosts = host.split(",");
  const ports = port?.split(",") ?? [];
  if (ports.length > 1 && ports.length !== hosts.length) return "";
  return hosts
    .map((name, index) => {
      const shown = name.includes(":") ? `[${name}]` : encodeURIComponent(name);
      const own = ports.length === 1 ? ports[0] : ports[index];
      return own === undefined || own === "" ? shown : `${shown}:${encodeURIComponent(own)}`;
    })
    .join(",");
}
