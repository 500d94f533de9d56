import { expect, it } from "vitest";
import { forgetEmptyVariables } from "./environment.js";
import { oneLine, toJson } from "./output.js";

it("writes JSON that reads back as it was, with nothing in it that could steer a terminal", () => {
  const value = {
    agent: "a\u001B[31m\u009B2J\u202E\u2028\u200B",
    list: ["é", "😀", "\u{E0001}"],
    lone: "\uD800",
  };
  for (const text of [toJson(value), toJson(value, 0)]) {
    expect(JSON.parse(text)).toEqual(value);
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Cs}]/u);
  }
  expect(toJson(value, 0).trimEnd()).not.toContain("\n");
});

it("puts a message on one line", () => {
  expect(oneLine("unknown option '--x'\n(Did you mean --y?)")).toBe(
    "unknown option '--x' (Did you mean --y?)",
  );
  expect(oneLine("bell\u0007")).toBe("bell\\u{7}");
});

it("takes an empty variable for one that is not set, and touches no other program's", () => {
  const environment = { PORT: "", HOST: "::1", WATCHWORD_BASE_URL: "", EMPTY: "" };
  forgetEmptyVariables(environment);
  expect(environment).toEqual({ HOST: "::1", EMPTY: "" });
});
