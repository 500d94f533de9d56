import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startSmtp } from "../helpers/smtp.js";
import { Bench, errorOf } from "./command-line.js";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
  expect((await bench.run(["migrate"])).code).toBe(0);
});
afterEach(() => bench.close());

describe("mail preview", () => {
  it("prints what would be sent, from a file of templates too", async () => {
    const ours = await bench.run(["mail", "preview", "verify-email"]);
    expect(ours).toMatchObject({ code: 0, stderr: "" });
    expect(ours.stdout).toMatch(/^From: .+\nSubject: Confirm your email address.+\n\nHello Ada,\n/);
    const file = join(bench.folder, "mails.json");
    const texts = { de: { subject: "Gerät", html: "<p>{device} &amp; {ip}</p>" } };
    await writeFile(file, JSON.stringify({ "new-device": texts }));
    const call = ["mail", "preview", "new-device", "--locale", "de"];
    const env = { WATCHWORD_MAIL_TEMPLATES: file };
    expect((await bench.run([...call, "--text"], { env })).stdout).toBe("Firefox on Linux & 192.0.2.7\n");
    expect((await bench.run([...call, "--html", "--templates", file])).stdout).toBe(
      "<p>Firefox on Linux &amp; 192.0.2.7</p>",
    );
    expect(await bench.json(call, { env })).toMatchObject({ template: "new-device", subject: "Gerät" });
  });

  it("shows where links lead, from a file too", async () => {
    const file = join(bench.folder, "links.json");
    await writeFile(file, JSON.stringify({ "verify-email": "https://shop.example/welcome#{link}" }));
    const call = ["mail", "preview", "verify-email", "--text"];
    expect((await bench.run(call)).stdout).toContain("/verify?link=sample");
    for (const run of [
      bench.run([...call, "--links", file]),
      bench.run(call, { env: { WATCHWORD_MAIL_LINKS: file } }),
    ])
      expect((await run).stdout).toContain("\nhttps://shop.example/welcome#sample\n");
    await writeFile(file, JSON.stringify({ "new-device": "/x/{link}" }));
    const bad = await bench.run([...call.slice(0, 3), "--json", "--links", file]);
    expect(bad.code).toBe(1);
    expect(errorOf(bad)).toMatchObject({
      code: "invalid-option",
      message: expect.stringContaining("new-device"),
    });
    expect((await bench.run([...call, "--links", `${file}.none`])).code).toBe(2);
  });

  it("names what is wrong with a template", async () => {
    const unknown = await bench.run(["mail", "preview", "nothing", "--json"]);
    expect(errorOf(unknown).message).toContain("verify-email");
    const file = join(bench.folder, "mails.json");
    await writeFile(file, JSON.stringify({ "new-device": { subject: "{who}", text: "x" } }));
    const call = ["mail", "preview", "new-device", "--json", "--templates"];
    const bad = await bench.run([...call, file]);
    expect(bad.code).toBe(1);
    expect(errorOf(bad)).toMatchObject({ code: "invalid-option", message: expect.stringContaining("{who}") });
    expect((await bench.run([...call, `${file}.none`])).code).toBe(2);
  });
});

it("mail test says what the mail server said", async () => {
  const smtp = await startSmtp({
    tls: "none",
    refuse: (to, stage) =>
      stage === "rcpt" && to.startsWith("eve") ? { code: 550, message: "5.1.1 No such mailbox" } : null,
  });
  try {
    const space = await bench.openSpace();
    await space.close();
    expect(await bench.json(["mail", "test", "ada@example.com"])).toEqual({
      transport: "outbox",
      status: "sent",
    });
    // The command line asks for encryption, which this server does not offer: told as it is.
    const refused = await bench.run(["mail", "test", "eve@example.com", "--smtp-url", smtp.url]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("did not take the mail");
  } finally {
    await smtp.close();
  }
});

it("mail retry and mail drop revise a mail by its id", async () => {
  const space = await bench.openSpace();
  const user = await space.users.create({ username: "ada", email: "ada@example.com" });
  await space.users.changePermissions(user.id, { roles: ["editor"] });
  const id = (await space.mail.list()).items[0]?.id ?? "";
  await space.close();
  expect(await bench.json(["mail", "retry", id])).toEqual({ id, status: "queued" });
  expect(await bench.json(["mail", "drop", id])).toEqual({ id, status: "dropped" });
  const gone = await bench.run(["mail", "retry", id, "--json"]);
  expect(gone.code).toBe(1);
  expect(errorOf(gone).code).toBe("not-found");
});
