import { describe, expect, it } from "vitest";
import { readConnection } from "./connection.js";
import type { OpenOptions } from "./options.js";
import { parseStoreUrl, type ServerUrl } from "./url.js";

function read(url: string, options: OpenOptions = {}, environment: Record<string, string> = {}) {
  return readConnection(parseStoreUrl(url) as ServerUrl, options, environment);
}

describe("how to reach a server", () => {
  it("has a default for each", () => {
    expect(read("postgres://h/app")).toMatchObject({
      part: "watchword",
      poolSize: 10,
      preparedStatements: true,
      attempts: 6,
      delay: 1000,
      timeout: 10_000,
      caFile: null,
    });
    expect(read("mongodb://h/app").part).toBe("watchword_");
  });

  it("takes the option before the variable, and that before the URL, and says which it was", () => {
    const url = "postgres://h/app?schema=from_url";
    const variable = { WATCHWORD_POSTGRES_SCHEMA: "from_variable" };
    const origin = (connection: ReturnType<typeof read>) =>
      connection.entries.find(({ name }) => name === "postgres.schema")?.origin;
    const given = read(url, { postgres: { schema: "from_option" } }, variable);
    expect([given.part, origin(given)]).toEqual(["from_option", "option"]);
    const set = read(url, {}, variable);
    expect([set.part, origin(set)]).toEqual(["from_variable", "environment"]);
    const named = read(url, {}, { WATCHWORD_POSTGRES_SCHEMA: "" });
    expect([named.part, origin(named)]).toEqual(["from_url", "url"]);
    const none = read("postgres://h/app");
    expect(origin(none)).toBe("default");
  });

  it("reads numbers and switches from variables", () => {
    const environment = {
      WATCHWORD_POSTGRES_POOL_SIZE: "3",
      WATCHWORD_POSTGRES_PREPARED_STATEMENTS: "false",
      WATCHWORD_CONNECT_ATTEMPTS: "1",
      WATCHWORD_CONNECT_DELAY: "0",
      WATCHWORD_CONNECT_TIMEOUT: "250",
      WATCHWORD_CONNECT_CA_FILE: "/etc/ca.pem",
    };
    expect(read("postgres://h/app", {}, environment)).toMatchObject({
      poolSize: 3,
      preparedStatements: false,
      attempts: 1,
      delay: 0,
      timeout: 250,
      caFile: "/etc/ca.pem",
    });
  });

  it.each([
    ["postgres://h/app?schema=a%00b", {}, {}, "schema"],
    ["postgres://h/app", { postgres: { schema: "x".repeat(64) } }, {}, "postgres.schema"],
    ["postgres://h/app", { postgres: { schema: "" } }, {}, "postgres.schema"],
    ["postgres://h/app", { postgres: { poolSize: 0 } }, {}, "postgres.poolSize"],
    ["postgres://h/app", { postgres: { preparedStatements: "yes" } }, {}, "postgres.preparedStatements"],
    ["postgres://h/app", {}, { WATCHWORD_POSTGRES_POOL_SIZE: "many" }, "WATCHWORD_POSTGRES_POOL_SIZE"],
    ["postgres://h/app", {}, { WATCHWORD_CONNECT_TIMEOUT: "0" }, "WATCHWORD_CONNECT_TIMEOUT"],
    ["postgres://h/app", { connect: { delay: 1.5 } }, {}, "connect.delay"],
    ["postgres://h/app", { connect: { caFile: "" } }, {}, "connect.caFile"],
    ["mongodb://h/app", { mongodb: { prefix: "a$b" } }, {}, "mongodb.prefix"],
    ["mongodb://h/app?prefix=system.x", {}, {}, "mongodb.prefix"],
  ])("%s with %j and %j is refused by name", (url, options, environment, name) => {
    expect(() => read(url, options as OpenOptions, environment)).toThrow(
      expect.objectContaining({ code: "invalid-option", message: expect.stringContaining(name) }),
    );
  });
});
