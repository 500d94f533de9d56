import { afterEach, beforeEach, expect, it } from "vitest";
import { signedInProgram } from "../../test/helpers/api.js";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace();
});
afterEach(() => test.cleanup());

const PATH = "/api/admin/limits";

it("lets an administrator ask, count and reset the application's limits", async () => {
  const { program } = await signedInProgram(test.space, "boss", { admin: true });
  const asked = { key: { identifier: "Ada" }, rule: { cooldown: 10_000, penalty: 2_000 } };
  const passed = await program.call("POST", `${PATH}/check-and-hit`, asked);
  expect([passed.status, passed.body]).toEqual([200, { allowed: true, remaining: 0, max: 1, retryAfter: 0 }]);
  const again = await program.call("POST", `${PATH}/check-and-hit`, { ...asked, key: { identifier: "ada" } });
  expect(again.body).toMatchObject({ allowed: false, retryAfter: 12_000 });
  const { key } = asked;
  expect((await program.call("POST", `${PATH}/time-since`, { key })).body).toEqual({ timeSince: -2_000 });
  expect((await program.call("POST", `${PATH}/reset`, { key })).status).toBe(204);
  expect((await program.call("POST", `${PATH}/check`, asked)).body).toMatchObject({ allowed: true });
  expect((await program.call("POST", `${PATH}/time-since`, { key })).body).toEqual({ timeSince: null });

  const window = { key: "import", rule: { max: 1, window: null } };
  await program.call("POST", `${PATH}/hit`, window);
  expect((await program.call("POST", `${PATH}/hit`, window)).body).toMatchObject({ allowed: false });
  const mixed = { key: "import", rule: { max: 1, window: null, cooldown: 5 } };
  expect((await program.call("POST", `${PATH}/check`, mixed)).status).toBe(400);
});

it("tells nobody else", async () => {
  const { program } = await signedInProgram(test.space, "ada", {});
  for (const name of ["check", "hit", "check-and-hit", "time-since", "reset"])
    expect((await program.call("POST", `${PATH}/${name}`, { key: "export" })).status).toBe(403);
});
