import { describe, expect, it } from "vitest";
import { findUrl, placeOf, type UserSpaceOptions } from "./options.js";
import { BadCallError } from "./outcomes.js";

const url = (options: UserSpaceOptions, environment: Record<string, string> = {}) =>
  findUrl(options, environment);

describe("where a userspace lies", () => {
  it("is told by options", () => {
    expect(url({ dbname: "crm" })).toBe("postgres:///crm");
    expect(
      url({ dbname: "crm", user: "ann", password: "p@ss:w/rd", host: "db.example.com", port: 6432 }),
    ).toBe("postgres://ann:p%40ss%3Aw%2Frd@db.example.com:6432/crm");
    expect(url({ dbname: "a b", host: "/var/run/postgresql", password: "only" })).toBe(
      "postgres://:only@%2Fvar%2Frun%2Fpostgresql/a%20b",
    );
    expect(url({ dbname: "crm", host: "::1", port: "5433" })).toBe("postgres://[::1]:5433/crm");
    expect(url({ dbname: "crm", host: "a,b", port: "1,2" })).toBe("postgres://a:1,b:2/crm");
    expect(url({ dbname: "crm", host: "a,b", port: 7 })).toBe("postgres://a:7,b:7/crm");
    expect(url({ dbname: "crm", port: 7 })).toBe("postgres:///crm?port=7");
  });

  it("takes any other parameter of libpq along", () => {
    expect(
      url({ dbname: "crm", sslmode: "verify-full", sslrootcert: "/ca & co.pem", connect_timeout: 3 }),
    ).toBe("postgres:///crm?sslmode=verify-full&sslrootcert=%2Fca%20%26%20co.pem&connect_timeout=3");
    // What does not fit together is left to be told by whoever opens it.
    expect(url({ dbname: "crm", host: "a,b,c", port: "1,2" })).toBe(
      "postgres:///crm?host=a%2Cb%2Cc&port=1%2C2",
    );
  });

  it("may be told by a URL alone, which nothing beats", () => {
    const environment = { PGUSERS_USERSPACE: "crm", PGUSERS_HOST: "h" };
    expect(url({ url: "sqlite:crm.db", dbname: "other" }, environment)).toBe("sqlite:crm.db");
    expect(url({ url: "mongodb://h/crm" })).toBe("mongodb://h/crm");
  });

  it("is told by the environment: an option beats it, and it beats the connection string", () => {
    const environment = {
      PGUSERS_USERSPACE: "env-db",
      PGUSERS_ADMIN: "env-user",
      PGUSERS_PASSWORD: "env-pw",
      PGUSERS_HOST: "env-host",
      PGUSERS_PORT: "1111",
      PGUSERS_CONNECTION_STRING:
        "dbname=str-db user=str-user password=str-pw host=str-host port=2222 sslmode=require",
    };
    expect(url({}, environment)).toBe("postgres://env-user:env-pw@env-host:1111/env-db?sslmode=require");
    expect(
      url(
        { dbname: "o", user: "o-user", password: "o-pw", host: "o-host", port: 3, sslmode: "disable" },
        environment,
      ),
    ).toBe("postgres://o-user:o-pw@o-host:3/o?sslmode=disable");
    const { PGUSERS_CONNECTION_STRING } = environment;
    expect(url({ dbname: "crm" }, { PGUSERS_CONNECTION_STRING })).toBe(
      "postgres://str-user:str-pw@str-host:2222/crm?sslmode=require",
    );
    expect(url({ dbname: "crm" }, { PGUSERS_CONNECTION_STRING, PGUSERS_PORT: "", PGUSERS_HOST: "h" })).toBe(
      "postgres://str-user:str-pw@h:2222/crm?sslmode=require",
    );
  });

  it("must be named by option or variable, even where the connection string names a database", () => {
    for (const string of ["", "dbname=crm host=localhost", "postgres://localhost/crm"])
      expect(() => url({}, { PGUSERS_CONNECTION_STRING: string })).toThrow(
        "No name specified for UserSpace. Use 'dbname' param or 'PGUSERS_USERSPACE' environment variable.",
      );
    expect(() => url({ dbname: "" }, { PGUSERS_USERSPACE: "crm" })).toThrow(BadCallError);
    expect(() => url({}, { PGUSERS_USERSPACE: "" })).toThrow(BadCallError);
  });
});

describe("a connection string", () => {
  const read = (text: string) => url({ dbname: "d" }, { PGUSERS_CONNECTION_STRING: text });

  it.each([
    ["host=h", "postgres://h/d"],
    ["  host = h   port= 1\n user =u ", "postgres://u@h:1/d"],
    ["host='h' password='a b\\'c\\\\d' user=''", "postgres://:a%20b'c%5Cd@h/d"],
    ["password=a\\ b\\'c host=h", "postgres://:a%20b'c@h/d"],
    ["options='-c geqo=off' host=h", "postgres://h/d?options=-c%20geqo%3Doff"],
    ["", "postgres:///d"],
    ["postgres://u:p@h:1/x", "postgres://u:p@h:1/d"],
    ["postgresql://u%40x:p%2F%3A@h/x?sslmode=require", "postgres://u%40x:p%2F%3A@h/d?sslmode=require"],
    [
      "postgres://a:1,b/x?target_session_attrs=read-write",
      "postgres://a:1,b/d?target_session_attrs=read-write",
    ],
    ["postgres://[::1]:5433/x", "postgres://[::1]:5433/d"],
    ["postgres://%2Fvar%2Frun/x", "postgres://%2Fvar%2Frun/d"],
    ["postgres:///x?host=/var/run&port=7", "postgres://%2Fvar%2Frun:7/d"],
    ["POSTGRES://h", "postgres://h/d"],
    ["postgres://u:a=b@h/x?options=-c%20a%3Db", "postgres://u:a%3Db@h/d?options=-c%20a%3Db"],
  ])("%s", (text, wanted) => {
    expect(read(text)).toBe(wanted);
  });

  it.each([
    "host",
    "host=h port",
    "=h",
    "host='h",
    "host='h'port=1",
    "host=it's",
    "just words",
    "postgres://h/%zz",
    "postgres://h/d?sslmode",
    "postgres://h/d#x",
    "postgres://::1/d",
  ])("is refused, and not repeated: %s", (text) => {
    expect(() => read(`${text}`)).toThrow(BadCallError);
    expect(() => read(`password=hidden ${text}`)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("hidden") }),
    );
  });

  it("is read in a time that grows with its length", () => {
    const begun = performance.now();
    for (const piece of ["a='", "\\", "a=\\", " ", "a=b ", "a='b'", "'"])
      try {
        read(piece.repeat(50_000));
      } catch (error) {
        expect(error).toBeInstanceOf(BadCallError);
      }
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

describe("the same userspace", () => {
  it("is known by where it lies, not by who opens it and how", () => {
    const crm = placeOf("postgres://h:1/crm");
    expect(placeOf("postgres://ann:secret@h:1/crm?application_name=shop")).toBe(crm);
    expect(placeOf("postgres://h:1/crm", { siteName: "Shop", postgres: { poolSize: 3 } })).toBe(crm);
    for (const other of [
      "postgres://h/crm",
      "postgres://h:1/other",
      "postgres://h:1/crm?schema=b",
      "sqlite:crm",
    ])
      expect(placeOf(other)).not.toBe(crm);
    expect(placeOf("postgres://h:1/crm", { postgres: { schema: "b" } })).not.toBe(crm);
    expect(placeOf("postgres:///crm?host=a")).not.toBe(placeOf("postgres:///crm?host=b"));
    expect(placeOf("mongodb://ann:secret@h/crm?x=1")).toBe(placeOf("mongodb://h/crm"));
    expect(placeOf("mongodb://h/crm?prefix=a_")).not.toBe(placeOf("mongodb://h/crm"));
    expect(placeOf("mongodb://h/crm", { mongodb: { prefix: "a_" } })).not.toBe(placeOf("mongodb://h/crm"));
    expect(placeOf("sqlite:a@b.db")).not.toBe(placeOf("sqlite:b.db"));
  });
});
