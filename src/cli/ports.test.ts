import { expect, it } from "vitest";
import { isUnencrypted, loopbackOrigin } from "./ports.js";

it.each([
  ["http://accounts.example.com", true],
  ["http://192.0.2.7:3000", true],
  ["http://localhost.example.com", true],
  ["https://accounts.example.com", false],
  ["http://localhost:3000", false],
  ["http://127.0.0.2:3000", false],
  ["http://[::1]:3000", false],
])("isUnencrypted(%j) is %j", (url, expected) => {
  expect(isUnencrypted(url)).toBe(expected);
});

it.each([
  ["127.0.0.1", "http://localhost:3000"],
  ["localhost", "http://localhost:3000"],
  ["0.0.0.0", "http://localhost:3000"],
  ["::", "http://localhost:3000"],
  ["::1", "http://[::1]:3000"],
  ["127.0.0.2", null],
  ["192.0.2.7", null],
  ["accounts.example.com", null],
])("loopbackOrigin(%j) is %j", (host, expected) => {
  expect(loopbackOrigin(host, 3000)).toBe(expected);
});
