import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStoreOf } from "../../test/helpers/database.js";
import { codeIn, linkIn, openTestSpace, type TestSpace, whenFree } from "../../test/helpers/space.js";

const GOOD = "correct horse battery staple";
const WRONG = "not the password";
const OLD = "ada@example.com";
const NEW = "lovelace@example.com";
let test: TestSpace;
let userId: string;
beforeEach(async () => {
  test = await openTestSpace();
  const ada = { username: "ada", email: OLD, emailVerified: true, password: GOOD };
  userId = (await test.space.users.create(ada)).id;
});
afterEach(() => test.cleanup());

type Proof = { readonly code: string } | { readonly link: string };
type More = { readonly password?: string; readonly ip?: string; readonly codeFirst?: boolean };

/** The two things for which the code may be looked at first, and what they answer when they are done. */
const DEEDS: {
  readonly [D in "change-email" | "delete-account"]: {
    readonly done: string;
    confirm(proof: Proof, more: More): Promise<{ readonly status: string }>;
  };
} = {
  "change-email": {
    done: "email-changed",
    confirm: (proof: Proof, more: More) => {
      const own = { ...proof, newEmail: NEW, atOnce: true, codeFirst: true, ...more };
      return test.space.codes.confirm("change-email", "link" in own ? own : { userId, ...own });
    },
  },
  "delete-account": {
    done: "account-deleted",
    confirm: (proof: Proof, more: More) => {
      const own = { ...proof, codeFirst: true, ...more };
      return test.space.codes.confirm("delete-account", "link" in own ? own : { userId, ...own });
    },
  },
};
type Deed = keyof typeof DEEDS;

async function mailed(deed: Deed) {
  const input = { userId, withoutTicket: true };
  if (deed === "change-email") await test.space.codes.request(deed, input);
  else await test.space.codes.request(deed, input);
  return (await test.mailsTo(OLD)).find(({ text }) => /^ {4}[0-9A-Z]{6}$/m.test(text));
}

const hashes = () => test.space.passwords.statistics.done;

describe.each(Object.keys(DEEDS) as Deed[])("the code before the password: %s", (deed) => {
  const { done, confirm } = DEEDS[deed];

  it("answers a wrong code alike whatever the password is, and compares none", async () => {
    const code = codeIn(await mailed(deed));
    const before = hashes();
    for (const password of [GOOD, WRONG])
      expect(await confirm({ code: "AAAAAA" }, { password })).toEqual({ status: "wrong-code" });
    expect(await confirm({ code: "AAAAAA" }, {})).toEqual({ status: "wrong-code" });
    expect(hashes()).toBe(before);
    // Three of five tries are gone; unless it is asked for, the password comes first.
    expect(await confirm({ code: "AAAAAA" }, { password: WRONG, codeFirst: false })).toEqual({
      status: "wrong-password",
    });
    expect(await confirm({ code: "AAAAAA" }, { password: GOOD })).toEqual({ status: "wrong-code" });
    expect(await confirm({ code: "AAAAAA" }, { password: GOOD })).toEqual({ status: "wrong-code" });
    expect(await confirm({ code }, { password: GOOD })).toEqual({ status: "wrong-code" });
  });

  it("keeps a right code with its tries through wrong passwords, and uses it up once", async () => {
    const code = codeIn(await mailed(deed));
    for (let tries = 0; tries < 4; tries++) await confirm({ code: "AAAAAA" }, { password: GOOD });
    for (let tries = 0; tries < 12; tries++)
      expect(await confirm({ code }, { password: WRONG })).toEqual({ status: "wrong-password" });
    const store = await openStoreOf(test.database);
    // What adds up over a month, too: the wrong ones alone.
    expect((await store.readLimit(`code:${userId}:${deed}`))?.count).toBe(4);
    await store.close();
    const all = await Promise.all(
      Array.from({ length: 50 }, () => whenFree(() => confirm({ code }, { password: GOOD }))),
    );
    expect(all.filter(({ status }) => status === done)).toHaveLength(1);
    expect(all.filter(({ status }) => status === "wrong-code")).toHaveLength(49);
  });

  it("counts a wrong password behind a right code as the limits on passwords do", async () => {
    const code = codeIn(await mailed(deed));
    const ip = "192.0.2.1";
    const statuses: string[] = [];
    for (let tries = 0; tries < 7; tries++)
      statuses.push((await confirm({ code }, { password: WRONG, ip })).status);
    expect(statuses).toEqual([...Array(5).fill("wrong-password"), "limited", "limited"]);
    expect((await test.space.signIn({ identifier: "ada", password: GOOD, ip })).status).toBe("limited");
    // A wrong code learns nothing from that.
    expect(await confirm({ code: "AAAAAA" }, { password: WRONG, ip })).toEqual({ status: "wrong-code" });
    expect((await confirm({ code }, { password: GOOD, ip: "198.51.100.1" })).status).toBe(done);
  });

  it("compares no more of 200 guesses at once than the code has tries", async () => {
    const code = codeIn(await mailed(deed));
    const guesses = Array.from({ length: 200 }, (_, at) => String(at).padStart(6, "0"));
    const all = await Promise.all(guesses.map((guess) => confirm({ code: guess }, { password: GOOD })));
    expect(all.every(({ status }) => status === "wrong-code")).toBe(true);
    // Had fewer than five been charged, the right one would still work.
    expect(await confirm({ code }, { password: GOOD })).toEqual({ status: "wrong-code" });
  });
});

it("a link is looked at first too, and stays through a wrong password", async () => {
  const link = linkIn(await mailed("delete-account"));
  const { confirm, done } = DEEDS["delete-account"];
  expect(await confirm({ link: `${link}x` }, { password: GOOD })).toEqual({ status: "wrong-code" });
  for (let tries = 0; tries < 8; tries++)
    expect(await confirm({ link }, tries === 0 ? {} : { password: WRONG })).toEqual({
      status: "wrong-password",
    });
  expect((await confirm({ link }, { password: GOOD })).status).toBe(done);
});

it("people without a password need the code alone", async () => {
  await test.space.passwords.remove(userId);
  const code = codeIn(await mailed("delete-account"));
  const { confirm, done } = DEEDS["delete-account"];
  expect(await confirm({ code: "AAAAAA" }, {})).toEqual({ status: "wrong-code" });
  expect((await confirm({ code }, {})).status).toBe(done);
});
