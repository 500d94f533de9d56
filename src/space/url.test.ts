import { describe, expect, it } from "vitest";
import { parseStoreUrl, type ServerUrl } from "./url.js";

function server(url: string): ServerUrl {
  const parsed = parseStoreUrl(url);
  if (parsed.kind === "sqlite") throw new Error("a file");
  return parsed;
}

describe("the URL of a database on a server", () => {
  it.each([
    ["postgres://db.example.com/app", "postgres"],
    ["postgresql://ada:secret@db.example.com:5433/app?sslmode=verify-full", "postgres"],
    ["POSTGRES://db/app", "postgres"],
    ["mongodb://a,b:27018/app?replicaSet=rs0", "mongodb"],
    ["mongodb+srv://cluster.example.com/app", "mongodb"],
  ])("%s is %s, and the driver gets it as it is", (url, kind) => {
    expect(server(url)).toMatchObject({ kind, url, part: null, database: "app" });
  });

  it("may carry the schema or the prefix, which the driver does not see", () => {
    expect(server("postgres://h/app?schema=shop")).toMatchObject({ part: "shop", url: "postgres://h/app" });
    expect(server("postgres://h/app?sslmode=require&schema=my%20shop&x=1")).toMatchObject({
      part: "my shop",
      url: "postgres://h/app?sslmode=require&x=1",
    });
    expect(server("mongodb://h/app?prefix=shop_&w=1")).toMatchObject({
      part: "shop_",
      url: "mongodb://h/app?w=1",
    });
    expect(server("mongodb://h/?schema=shop").part).toBeNull();
  });

  it.each([
    ["postgres://h/app", "postgresql://ada:secret@H:5432/app?application_name=x"],
    ["postgres://ada@h", "postgres://ada:secret@h/"],
    ["mongodb://h/app", "mongodb://eve:secret@h:27017/app?w=1"],
  ])("names the same database as %s: %s", (one, other) => {
    expect(server(one).place).toBe(server(other).place);
  });

  it.each([
    ["postgres://h/app", "postgres://h/shop"],
    ["postgres://h/app", "postgres://h:5433/app"],
    ["postgres://ada@h", "postgres://eve@h"],
    ["postgres:///app?host=/run/a", "postgres:///app?host=/run/b"],
    ["mongodb://a,b/app", "mongodb://a/app"],
  ])("tells %s from %s", (one, other) => {
    expect(server(one).place).not.toBe(server(other).place);
  });

  it("never names the user's password", () => {
    for (const url of [
      "postgres://ada:hunter2@h/app",
      "postgres://ada:hun@ter2@h/app",
      "mongodb://x:hunter2@h",
    ])
      expect(server(url).place).not.toMatch(/hun|ter2/);
    for (const url of ["postgres://ada:hunter2#@h/app", "postgres://ada:hunter2@h/%zz"])
      expect(() => parseStoreUrl(url)).toThrow(
        expect.objectContaining({ code: "invalid-option", message: expect.not.stringContaining("hunter2") }),
      );
  });
});

it.each([
  "",
  "users.db",
  "redis://localhost",
  "sqlite:",
  "sqlite::memory:",
  "sqlite:a.db?mode=ro",
  "sqlite:%zz",
  "postgres:app",
  "postgres://h/app?schema=a&schema=b",
])("the URL %j is refused, with those that there are", (url) => {
  expect(() => parseStoreUrl(url)).toThrow(
    expect.objectContaining({
      code: "invalid-option",
      message: expect.stringMatching(/sqlite:users\.db.*postgres:\/\/.*mongodb:\/\//),
    }),
  );
});
