import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { newId } from "#dist/base/ids.js";
import { createOutbox } from "#dist/mail/outbox.js";
import { MailRefused } from "#dist/mail/transport.js";
import { testClock } from "../helpers/clock.js";

let parent = "";
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "watchword-outbox-"));
});
afterEach(async () => {
  await rm(parent, { recursive: true });
});

function start() {
  const clock = testClock();
  const folder = join(parent, "users.db.outbox");
  const outbox = createOutbox({ folder, clock });
  const send = (subject: string) =>
    outbox.send({
      id: newId(clock.now()),
      from: "Shop <hello@shop.example>",
      to: "ada@example.com",
      subject,
      text: "K7QW2M\n",
      html: "<p>K7QW2M</p>",
    });
  return { clock, folder, outbox, send };
}

it("is empty before the first mail, and makes no folder by being read", async () => {
  const { outbox } = start();
  expect(await outbox.list()).toEqual([]);
  expect(await readdir(parent)).toEqual([]);
});

it("lists what was sent, whole, the newest first", async () => {
  const { clock, outbox, send } = start();
  await send("one");
  clock.advance(1);
  await send("two");
  const mails = await outbox.list();
  expect(mails.map((mail) => mail.subject)).toEqual(["two", "one"]);
  expect(mails[0]).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    at: new Date(clock.now()),
    from: "Shop <hello@shop.example>",
    to: "ada@example.com",
    subject: "two",
    text: "K7QW2M\n",
    html: "<p>K7QW2M</p>",
  });
});

it("is readable by its owner only", async () => {
  const { folder, send } = start();
  await send("one");
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  const [name = ""] = await readdir(folder);
  expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
});

it("keeps the newest 200, and no draft", async () => {
  const { clock, folder, outbox, send } = start();
  for (let i = 0; i < 205; i++) {
    await send(`mail ${i}`);
    clock.advance(1000);
  }
  const mails = await outbox.list();
  expect(mails).toHaveLength(200);
  expect(mails.at(0)?.subject).toBe("mail 204");
  expect(mails.at(-1)?.subject).toBe("mail 5");
  expect(await readdir(folder)).toHaveLength(200);
});

it("names a damaged file instead of leaving it out", async () => {
  const { folder, outbox, send } = start();
  await send("one");
  const [name = ""] = await readdir(folder);
  await writeFile(join(folder, name), "{");
  await expect(outbox.list()).rejects.toMatchObject({
    code: "mail-failed",
    message: expect.stringContaining(name),
  });
});

it("leaves files of others alone", async () => {
  const { folder, outbox, send } = start();
  await send("one");
  await writeFile(join(folder, "notes.json"), "{");
  expect(await outbox.list()).toHaveLength(1);
});

it("refuses for now where it cannot write, and says where", async () => {
  const { folder, outbox, send } = start();
  await writeFile(folder, "a file where the folder belongs");
  await expect(send("one")).rejects.toThrow(MailRefused);
  await expect(send("one")).rejects.toMatchObject({
    lasting: false,
    message: expect.stringContaining(folder),
  });
  await expect(outbox.list()).rejects.toThrow();
  await chmod(folder, 0o600);
});

it("writes only under names of its own making", async () => {
  const { outbox, folder } = start();
  const mail = {
    id: "../../escape",
    from: "a@b.example",
    to: "c@d.example",
    subject: "",
    text: "",
    html: "",
  };
  await expect(outbox.send(mail)).rejects.toThrow("is no id");
  expect(await readdir(folder)).toEqual([]);
});
