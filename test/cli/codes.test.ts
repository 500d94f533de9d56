import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeIn, linkIn } from "../helpers/space.js";
import { Bench } from "./command-line.js";

const PASSWORD = "correct horse battery staple";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
  await bench.json(
    ["user", "create", "--username", "ada", "--email", "ada@example.com", "--password-stdin"],
    {
      input: PASSWORD,
    },
  );
});
afterAll(() => bench.close());

/** Delivers what waits, and gives the newest mail to an address. */
async function mailTo(address: string) {
  const space = await bench.openSpace();
  try {
    await space.mail.deliver();
    return (await space.mail.outbox()).find((mail) => mail.to.includes(address));
  } finally {
    await space.close();
  }
}

describe("codes on the command line", () => {
  it("prove an address, by whose the code is, once", async () => {
    expect(await bench.json(["code", "request", "verify-email", "ada"])).toMatchObject({ status: "sent" });
    const code = codeIn(await mailTo("ada@example.com"));
    const wrong = await bench.run(["code", "confirm", "verify-email", "ada", "--code", "000000"]);
    expect(wrong).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("wrong, used, late or replaced"),
    });
    const confirmed = ["code", "confirm", "verify-email", "ada", "--code", code];
    expect(await bench.run(confirmed)).toMatchObject({ code: 0, stdout: "Done: verified.\n" });
    expect((await bench.run(confirmed)).code).toBe(1);
    expect(await bench.json(["user", "show", "ada"])).toMatchObject({ emailVerifiedAt: expect.any(String) });
  });

  it("set a new password by ticket, and change the address by link with the password", async () => {
    const { ticket } = await bench.json<{ ticket: string }>(["code", "request", "reset-password", "ada"]);
    const code = codeIn(await mailTo("ada@example.com"));
    const next = "another long secret of hers";
    const reset = [
      "code",
      "confirm",
      "reset-password",
      "--ticket",
      ticket,
      "--code",
      code,
      "--password-stdin",
    ];
    expect(await bench.json(reset, { input: next })).toMatchObject({ status: "password-reset" });

    await bench.json(["code", "request", "change-email", "ada", "--new-email", "ada@example.org"]);
    const link = linkIn(await mailTo("ada@example.org"));
    const change = ["code", "confirm", "change-email", "--link", link];
    expect((await bench.run(change)).stderr).toContain("--password-stdin");
    const changed = await bench.json([...change, "--password-stdin"], { input: next });
    expect(changed).toMatchObject({ status: "email-changed", user: { email: "ada@example.org" } });
  });

  it("need a whole question", async () => {
    for (const rest of [
      ["confirm", "unlock", "ada"],
      ["confirm", "unlock", "--code", "000000"],
      ["confirm", "unlock", "ada", "--code", "000000", "--ticket", "text"],
      ["confirm", "unlock", "ada", "--code", "000000", "--link", "text"],
      ["request", "unlock", "ada", "--new-email", "ada@example.net"],
      ["request", "a-walk", "ada"],
    ])
      expect([rest, (await bench.run(["code", ...rest])).code]).toEqual([rest, 2]);
  });
});

describe("the whole of the data", () => {
  it("is replaced with one flag", async () => {
    await bench.json(["user", "update", "ada", "--data", "plan=free", "--data", "seats=2"]);
    const replaced = await bench.json(["user", "update", "ada", "--replace-data", '{"plan":"paid"}']);
    expect(replaced).toMatchObject({ data: { plan: "paid" } });
    expect(Object.keys((replaced as { data: object }).data)).toEqual(["plan"]);
    const both = ["user", "update", "ada", "--replace-data", "{}", "--data", "a=1"];
    expect((await bench.run(both)).code).toBe(2);
  });
});
