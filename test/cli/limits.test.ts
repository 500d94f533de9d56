import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Bench } from "./command-line.js";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
  await bench.run(["migrate"]);
});
afterAll(() => bench.close());

describe("limits of the application's own", () => {
  it("are asked, counted and reset", async () => {
    const rule = ["--max", "1", "--window", "3600"];
    expect(await bench.json(["limit", "time-since", "export"])).toEqual({ timeSince: null });
    expect((await bench.run(["limit", "check-and-hit", "export", ...rule])).stdout).toBe(
      "Allowed; 0 of 1 left.\n",
    );
    const refused = await bench.run(["limit", "check", "export", ...rule]);
    expect(refused).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^Refused; wait 3\d{3} seconds/),
    });
    expect(await bench.json(["limit", "hit", "export", ...rule])).toMatchObject({ allowed: false, max: 1 });
    expect(await bench.json(["limit", "time-since", "export"])).toEqual({ timeSince: expect.any(Number) });
    await bench.json(["limit", "reset", "export"]);
    expect(await bench.json(["limit", "check", "export", ...rule])).toMatchObject({ allowed: true });
  });

  it("take a person's name in any spelling, and a penalty in seconds", async () => {
    const rule = ["--identifier", "--cooldown", "1000", "--penalty", "500"];
    await bench.json(["limit", "check-and-hit", "Ada", ...rule]);
    const refused = await bench.run(["limit", "check-and-hit", "ada", ...rule, "--json"]);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({ allowed: false, retryAfter: 1_500_000 });
  });

  it("need one whole rule", async () => {
    for (const rule of [
      [],
      ["--max", "1", "--cooldown", "2"],
      ["--penalty", "2"],
      ["--max", "1", "--lock", "2"],
    ])
      expect((await bench.run(["limit", "check", "export", ...rule])).code).toBe(2);
  });
});
