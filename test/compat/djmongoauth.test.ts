import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DjMongoAuthError, EmailTypes } from "watchword/compat/djmongoauth";
import { newDatabase } from "../helpers/database.js";
import { whenFree } from "../helpers/space.js";
import { type Bench, following, openBench, REFUSED } from "./djmongoauth-bench.js";

const HOUR = 3_600_000;
const PHRASE = "a phrase of hers";
const NOBODY = { headers: {} };

let bench: Bench;
beforeEach(async () => {
  bench = await openBench(await newDatabase());
});
afterEach(() => bench.cleanup());

const bearing = (authorization: string) => ({ headers: { authorization } });

async function messageOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof DjMongoAuthError) return error.message;
  throw new Error("It was not refused.", { cause: error });
}

/** How many of many calls at once came through; each of the others must be refused with the port's own error. */
async function successesOf(calls: readonly Promise<unknown>[]): Promise<number> {
  const outcomes = await Promise.allSettled(calls);
  for (const outcome of outcomes) if (outcome.status === "rejected") expect(outcome.reason).toEqual(REFUSED);
  return outcomes.filter(({ status }) => status === "fulfilled").length;
}

describe("new User({…}).register()", () => {
  it("makes an account, and shows what the original's users have", async () => {
    const { User } = bench.port;
    const ann = new User({ username: "ann", email: "ann@example.com", password: PHRASE });
    await ann.register();
    expect(ann).toEqual({
      username: "ann",
      email: "ann@example.com",
      // Never the clear text, once it was taken.
      password: null,
      email_verified: false,
      email_verified_at: null,
    });
    expect(await User.find({ username: "ann" })).toEqual(ann);
    expect(await User.find({ email: "nobody@example.com" })).toBeNull();
  });

  it("takes fields that are set one by one, as Django's models do", async () => {
    const { User } = bench.port;
    const user = new User();
    user.username = "ann";
    user.email = "ann@example.com";
    user.password = PHRASE;
    await user.register();
    expect(await User.login("ann", PHRASE)).toMatch(/^[\w-]{43}$/);
  });

  it("refuses a taken username and a taken email, and tells Ann from ann", async () => {
    const { User } = bench.port;
    const register = (username: string, email: string) =>
      new User({ username, email, password: PHRASE }).register();
    await register("ann", "ann@example.com");
    await expect(register("ann", "other@example.com")).rejects.toThrow(REFUSED);
    await expect(register("other", "ann@example.com")).rejects.toThrow(REFUSED);
    await register("Ann", "Ann@example.com");
    expect(await bench.port.space.users.count()).toBe(2);
  });

  it("lets one of 50 at once have a name, and one of 50 an address", async () => {
    const { User, space } = bench.port;
    const many = (fields: (at: number) => { username: string; email: string }) =>
      Array.from({ length: 50 }, (_, at) => new User({ ...fields(at), password: PHRASE }).register());
    expect(await successesOf(many((at) => ({ username: "ann", email: `ann${at}@example.com` })))).toBe(1);
    expect(await successesOf(many((at) => ({ username: `bob${at}`, email: "bob@example.com" })))).toBe(1);
    expect(await space.users.count()).toBe(2);
  });

  it.each([
    ["no username", { email: "ann@example.com", password: PHRASE }],
    ["no email", { username: "ann", password: PHRASE }],
    ["no password", { username: "ann", email: "ann@example.com" }],
    ["an empty username", { username: "", email: "ann@example.com", password: PHRASE }],
    ["a text that is no address", { username: "ann", email: "no-address", password: PHRASE }],
    [
      "somebody else's address as the username",
      { username: "a@b.example", email: "c@d.example", password: "" },
    ],
    [
      "a password beyond 4096 bytes",
      { username: "ann", email: "ann@example.com", password: "x".repeat(4097) },
    ],
    ["an object in place of a name", { username: { $ne: null }, email: "ann@example.com", password: PHRASE }],
    [
      "an object in place of a password",
      { username: "ann", email: "ann@example.com", password: { $ne: "" } },
    ],
  ])("refuses %s", async (_what, fields) => {
    const { User, space } = bench.port;
    await expect(new User(fields as { username: string }).register()).rejects.toThrow(REFUSED);
    expect(await space.users.count()).toBe(0);
  });

  it("takes any password, the empty one too, and null for none at all", async () => {
    const { User } = bench.port;
    await new User({ username: "short", email: "short@example.com", password: "" }).register();
    await new User({ username: "none", email: "none@example.com", password: null }).register();
    expect(await User.login("short", "")).toMatch(/^[\w-]{43}$/);
    for (const password of ["", "null", null])
      await expect(User.login("none", password as string)).rejects.toThrow(REFUSED);
  });
});

describe("User.login", () => {
  it("gives a fresh token each time, which is what the Authorization header takes", async () => {
    const { User } = bench.port;
    const { headers } = await bench.person("ann", PHRASE);
    const again = await User.login("ann", PHRASE);
    expect(again).toMatch(/^[\w-]{43}$/);
    expect(again).not.toBe(headers.authorization);
    for (const token of [headers.authorization, again])
      expect(await User.of(bearing(token))).toMatchObject({ username: "ann", email: "ann@example.com" });
  });

  it("has one message for a wrong password, an unknown name, an email and another case, at one cost", async () => {
    const { User, space } = bench.port;
    await bench.person("ann", PHRASE);
    const wrong = await messageOf(User.login("ann", "not her phrase"));
    expect(wrong).not.toContain("ann");
    for (const name of ["nobody", "ann@example.com", "ANN", ""]) {
      const before = space.passwords.statistics.done;
      expect(await messageOf(User.login(name, PHRASE))).toBe(wrong);
      expect(space.passwords.statistics.done - before, name).toBe(1);
    }
  });

  it("refuses what is no text", async () => {
    const { User } = bench.port;
    await bench.person("ann", PHRASE);
    for (const [username, password] of [
      [null, PHRASE],
      ["ann", null],
      [{ $ne: null }, PHRASE],
      ["ann", { $regex: "^" }],
      [["ann"], [PHRASE]],
    ] as unknown as [string, string][])
      await expect(User.login(username, password)).rejects.toThrow(REFUSED);
  });

  it("lets a session end so many hours after its sign-in as the original was told, however much it is used", async () => {
    await bench.reopen({ sessionExpireInHour: 2 });
    const { User } = bench.port;
    const request = await bench.person("ann", PHRASE);
    bench.clock.advance(1.5 * HOUR);
    await User.of(request);
    bench.clock.advance(0.5 * HOUR - 1);
    await User.of(request);
    bench.clock.advance(1);
    await expect(User.of(request)).rejects.toThrow(REFUSED);
  });

  it("lets it last a week where nothing was told", async () => {
    const request = await bench.person("ann", PHRASE);
    bench.clock.advance(7 * 24 * HOUR - 1);
    await bench.port.User.of(request);
    bench.clock.advance(1);
    await expect(bench.port.User.of(request)).rejects.toThrow(REFUSED);
  });

  it("lets nobody in who was blocked by another part of the application", async () => {
    const { User, space } = bench.port;
    const request = await bench.person("ann", PHRASE);
    const ann = await space.users.find({ username: "ann" });
    await space.users.block(String(ann?.id));
    await expect(User.of(request)).rejects.toThrow(REFUSED);
    await expect(User.login("ann", PHRASE)).rejects.toThrow(REFUSED);
  });

  it("is no way round a second factor that was chosen in another part of the application", async () => {
    const { User, space } = bench.port;
    const { id } = await space.users.create({ username: "ann", email: "ann@example.com", password: PHRASE });
    await space.users.update(id, { emailVerified: true });
    await space.users.setSecondFactor(id, "mail");
    await expect(User.login("ann", PHRASE)).rejects.toThrow(REFUSED);
    expect((await space.sessions.list({ state: "all" })).items).toEqual([]);
  });

  it("slows nobody down, as the original did not", async () => {
    const { User } = bench.port;
    await bench.person("ann", PHRASE);
    for (let at = 0; at < 120; at++) await expect(User.login("ann", `guess ${at}`)).rejects.toThrow(REFUSED);
    expect(await User.login("ann", PHRASE)).toMatch(/^[\w-]{43}$/);
  });
});

describe("User.logout", () => {
  it("ends all sessions of that user, with a bare token or behind Bearer", async () => {
    const { User } = bench.port;
    const bob = await bench.person("bob");
    for (const scheme of ["", "Bearer ", "bearer  "]) {
      if (scheme === "") await bench.person("ann", PHRASE);
      const [first, second] = [await User.login("ann", PHRASE), await User.login("ann", PHRASE)];
      await User.logout(bearing(scheme + first));
      for (const token of [first, second]) await expect(User.of(bearing(token))).rejects.toThrow(REFUSED);
    }
    expect((await User.of(bob)).username).toBe("bob");
  });

  it.each([
    ["no header", NOBODY],
    ["an empty header", bearing("")],
    ["Bearer and nothing", bearing("Bearer ")],
    ["text", bearing("garbage")],
    ["a token as the original made them", bearing("exp=1&user_id=2&username=ann&session_key=3")],
    ["two headers", { headers: { authorization: ["a", "b"] } }],
  ])("refuses %s", async (_what, request) => {
    await bench.person("ann", PHRASE);
    await expect(bench.port.User.logout(request)).rejects.toThrow(REFUSED);
  });

  it("refuses a session that has ended, and one that ran out", async () => {
    const { User } = bench.port;
    const request = await bench.person("ann", PHRASE);
    await User.logout(request);
    await expect(User.logout(request)).rejects.toThrow(REFUSED);
    const later = bearing(await User.login("ann", PHRASE));
    bench.clock.advance(7 * 24 * HOUR);
    await expect(User.logout(later)).rejects.toThrow(REFUSED);
  });

  it("leaves no session behind, however many sign out at once", async () => {
    const { User, space } = bench.port;
    await bench.person("ann", PHRASE);
    const login = () => whenFree(() => User.login("ann", PHRASE));
    const tokens = await Promise.all(Array.from({ length: 50 }, login));
    expect(await successesOf(tokens.map((token) => User.logout(bearing(token))))).toBeGreaterThanOrEqual(1);
    for (const token of tokens) expect((await space.sessions.check(token)).status).toBe("not-found");
  });
});

describe("User.sendEmail", () => {
  it.each([
    [EmailTypes.VERIFY, "verify"],
    [EmailTypes.RESET, "reset"],
  ] as const)("mails a link for %s, in text and HTML", async (type, path) => {
    const request = await bench.person("ann", PHRASE);
    await bench.port.User.sendEmail(request, type);
    // It has arrived when the call answers.
    expect(bench.smtp.mails).toHaveLength(1);
    const mail = await bench.mail(1);
    expect(mail.envelopeTo).toEqual(["ann@example.com"]);
    expect(mail.from?.text).toBe("hello@shop.example");
    expect(mail.subject).toContain("shop.example");
    const html = mail.html || "";
    for (const part of [mail.text ?? "", html]) {
      expect(part).toContain("Hello ann");
      expect(part).toContain(`https://shop.example/${path}?a=${await bench.linkIn(1)}`);
      // The clock stands at 09:00; an hour from then.
      expect(part).toContain("2026-03-02 10:00 UTC");
      expect(part.split("https://", 1)[0]).toContain("shop.example");
      expect(part.replaceAll(/<[^>]*>/g, "").trim()).toMatch(
        /If you did not ask .*, please ignore this mail\.$/,
      );
    }
    expect(html).toContain(`<a href="https://shop.example/${path}?a=`);
  });

  it("escapes the name in HTML", async () => {
    const { User } = bench.port;
    await new User({ username: "<b>ann", email: "ann@example.com", password: PHRASE }).register();
    await User.sendEmail(bearing(await User.login("<b>ann", PHRASE)), EmailTypes.VERIFY);
    const mail = await bench.mail(1);
    expect(mail.text).toContain("Hello <b>ann");
    expect(mail.html).toContain("Hello &lt;b&gt;ann");
    expect(mail.html).not.toContain("<b>");
  });

  it("links to a site without TLS, at a port, and takes templates and addresses of one's own", async () => {
    const request = await bench.person("ann", PHRASE);
    await bench.reopen({
      siteUrl: "localhost:8080",
      isHttps: false,
      watchword: {
        mail: {
          templates: { "reset-password": { subject: "Neu", text: "Hallo {name}: {link}" } },
          links: { "reset-password": "https://app.example/new-password?a={link}" },
        },
      },
    });
    await bench.port.User.sendEmail(request, EmailTypes.VERIFY);
    expect((await bench.mail(1)).text).toContain("http://localhost:8080/verify?a=");
    await bench.port.User.sendEmail(request, EmailTypes.RESET);
    expect((await bench.mail(2)).text).toMatch(/^Hallo ann: https:\/\/app\.example\/new-password\?a=/);
  });

  it("refuses whoever is not signed in, as the original did not, and mails nothing", async () => {
    const { User } = bench.port;
    const request = await bench.person("ann", PHRASE);
    await User.logout(request);
    for (const each of [NOBODY, request, bearing("exp=1&user_id=2&username=ann&session_key=none")])
      for (const type of [EmailTypes.VERIFY, EmailTypes.RESET])
        await expect(User.sendEmail(each, type)).rejects.toThrow(REFUSED);
    expect(bench.smtp.connections).toBe(0);
  });

  it("knows two types, and no other", async () => {
    const request = await bench.person("ann", PHRASE);
    for (const type of ["NEWS", "verify", "toString", null, undefined])
      await expect(bench.port.User.sendEmail(request, type as "VERIFY")).rejects.toThrow(REFUSED);
    expect(bench.smtp.connections).toBe(0);
  });

  it("fails where the mail server does not take the mail", async () => {
    const request = await bench.person("ann", PHRASE);
    await bench.smtp.close();
    await expect(bench.port.User.sendEmail(request, EmailTypes.VERIFY)).rejects.toThrow(REFUSED);
  });

  it("writes to nobody again whose address is verified", async () => {
    const { User } = bench.port;
    const request = await bench.person("ann", PHRASE);
    await User.sendEmail(request, EmailTypes.VERIFY);
    await User.handleEmailRequest(following(await bench.linkIn(1)), EmailTypes.VERIFY);
    await User.sendEmail(request, EmailTypes.VERIFY);
    expect(bench.smtp.mails).toHaveLength(1);
  });

  it("limits nobody who is signed in, unless it was told to", async () => {
    const request = await bench.person("ann", PHRASE);
    for (let at = 0; at < 12; at++) await bench.port.User.sendEmail(request, EmailTypes.RESET);
    expect(bench.smtp.mails).toHaveLength(12);
    const limits = { reset: { perAccount: { max: 2, window: HOUR } } };
    await bench.reopen({ watchword: { limits } });
    for (let at = 0; at < 2; at++) await bench.port.User.sendEmail(request, EmailTypes.RESET);
    await expect(bench.port.User.sendEmail(request, EmailTypes.RESET)).rejects.toThrow(REFUSED);
  });
});

describe("User.sendResetEmail", () => {
  it("mails a link to somebody who is signed out, and answers alike for nobody", async () => {
    const { User } = bench.port;
    await bench.person("ann", PHRASE);
    expect(await User.sendResetEmail("nobody@example.com")).toBeUndefined();
    expect(await User.sendResetEmail("ann@example.com")).toBeUndefined();
    const link = await bench.linkIn(1);
    await User.handleEmailRequest(following(link, { new_password: "another" }), EmailTypes.RESET);
    await User.login("ann", "another");
    expect(bench.smtp.mails).toHaveLength(1);
  });

  it("mails five an hour for one address, known or not", async () => {
    const { User } = bench.port;
    await bench.person("ann", PHRASE);
    for (const email of ["ann@example.com", "nobody@example.com"]) {
      for (let at = 0; at < 5; at++) await User.sendResetEmail(email);
      await expect(User.sendResetEmail(email)).rejects.toThrow(REFUSED);
    }
    await bench.mail(5);
    bench.clock.advance(HOUR);
    await User.sendResetEmail("ann@example.com");
    await bench.mail(6);
  });

  it("refuses what is no text", async () => {
    for (const email of [null, undefined, { $ne: null }] as unknown as string[])
      await expect(bench.port.User.sendResetEmail(email)).rejects.toThrow(REFUSED);
  });
});

describe("User.handleEmailRequest", () => {
  async function linkFor(request: { headers: { authorization: string } }, type: "VERIFY" | "RESET") {
    await bench.port.User.sendEmail(request, type);
    return bench.linkIn(bench.smtp.mails.length);
  }

  it("verifies the address, without a session, once", async () => {
    const { User } = bench.port;
    const request = await bench.person("ann", PHRASE);
    const link = await linkFor(request, "VERIFY");
    bench.clock.advance(60_000);
    await User.handleEmailRequest(following(link), EmailTypes.VERIFY);
    expect(await User.of(request)).toMatchObject({
      email_verified: true,
      email_verified_at: new Date(bench.clock.now()),
    });
    await expect(User.handleEmailRequest(following(link), EmailTypes.VERIFY)).rejects.toThrow(REFUSED);
  });

  it("makes no account of a sign-up that another part of the application took", async () => {
    await bench.reopen({ watchword: { signUp: { enabled: true } } });
    const { User, space } = bench.port;
    await space.signUp({ email: "victim@example.com", password: "a stranger's phrase" });
    const link = await bench.linkIn(1);
    await expect(User.handleEmailRequest(following(link), "VERIFY")).rejects.toThrow(REFUSED);
    expect(await space.users.count()).toBe(0);
  });

  it("is good for an hour", async () => {
    const { User } = bench.port;
    const request = await bench.person("ann", PHRASE);
    const [verify, reset] = [await linkFor(request, "VERIFY"), await linkFor(request, "RESET")];
    bench.clock.advance(HOUR);
    await expect(User.handleEmailRequest(following(verify), "VERIFY")).rejects.toThrow(REFUSED);
    const late = following(reset, { new_password: "late" });
    await expect(User.handleEmailRequest(late, "RESET")).rejects.toThrow(REFUSED);
    const inTime = await linkFor(request, "RESET");
    bench.clock.advance(HOUR - 1);
    await User.handleEmailRequest(following(inTime, { new_password: "in time" }), "RESET");
  });

  it("sets a new password, ends every session and every other link", async () => {
    const { User } = bench.port;
    const request = await bench.person("ann", PHRASE);
    const other = bearing(await User.login("ann", PHRASE));
    const bob = await bench.person("bob");
    const verify = await linkFor(request, "VERIFY");
    const [first, second] = [await linkFor(request, "RESET"), await linkFor(request, "RESET")];
    const bobs = await linkFor(bob, "RESET");
    await User.handleEmailRequest(following(first, { new_password: "another" }), "RESET");
    for (const each of [request, other]) await expect(User.of(each)).rejects.toThrow(REFUSED);
    await expect(User.login("ann", PHRASE)).rejects.toThrow(REFUSED);
    await User.login("ann", "another");
    for (const link of [first, second]) {
      const again = following(link, { new_password: "a third" });
      await expect(User.handleEmailRequest(again, "RESET")).rejects.toThrow(REFUSED);
    }
    await expect(User.handleEmailRequest(following(verify), "VERIFY")).rejects.toThrow(REFUSED);
    // Those of others go on.
    await User.of(bob);
    await User.handleEmailRequest(following(bobs, { new_password: "" }), "RESET");
    await User.login("bob", "");
  });

  it("takes a link for its own type only, and uses none up for the other", async () => {
    const { User } = bench.port;
    const request = await bench.person("ann", PHRASE);
    const [verify, reset] = [await linkFor(request, "VERIFY"), await linkFor(request, "RESET")];
    const asReset = following(verify, { new_password: "taken over" });
    await expect(User.handleEmailRequest(asReset, "RESET")).rejects.toThrow(REFUSED);
    await expect(User.handleEmailRequest(following(reset), "VERIFY")).rejects.toThrow(REFUSED);
    await User.handleEmailRequest(following(verify), "VERIFY");
    await User.handleEmailRequest(following(reset, { new_password: "another" }), "RESET");
  });

  it("refuses a request without a link or without new_password, and uses no link up", async () => {
    const { User } = bench.port;
    const reset = await linkFor(await bench.person("ann", PHRASE), "RESET");
    for (const url of [
      undefined,
      "",
      "/reset",
      "/reset?a=",
      "/reset?b=1",
      "/reset?a=made-up",
      "/reset?a=%00",
    ])
      for (const type of [EmailTypes.VERIFY, EmailTypes.RESET]) {
        const request = { url, headers: {}, body: { new_password: "x" } };
        await expect(User.handleEmailRequest(request, type)).rejects.toThrow(REFUSED);
      }
    for (const body of [
      undefined,
      {},
      "no json",
      "[]",
      { new_password: null },
      { new_password: { $ne: "" } },
    ])
      await expect(
        User.handleEmailRequest({ url: `/reset?a=${reset}`, headers: {}, body }, "RESET"),
      ).rejects.toThrow(REFUSED);
    await User.handleEmailRequest(following(reset, { new_password: "another" }), "RESET");
  });

  it("tells of a policy that the new password does not meet, and leaves the link", async () => {
    await bench.reopen({ watchword: { passwords: { minLength: 8 } } });
    const { User } = bench.port;
    const request = await bench.person("ann", PHRASE);
    const link = await linkFor(request, "RESET");
    const reset = (password: string) =>
      User.handleEmailRequest(following(link, { new_password: password }), "RESET");
    expect(await messageOf(reset("x"))).toMatch(/at least 8/);
    await reset("long enough a phrase");
  });

  it("lets one of 50 at once have a link, and one of 50 links set the password", async () => {
    const { User } = bench.port;
    const request = await bench.person("ann", PHRASE);
    const verify = await linkFor(request, "VERIFY");
    const follow = () => User.handleEmailRequest(following(verify), "VERIFY");
    expect(await successesOf(Array.from({ length: 50 }, follow))).toBe(1);

    const links: string[] = [];
    for (let at = 0; at < 50; at++) links.push(await linkFor(request, "RESET"));
    const resets = links.map((link, at) =>
      User.handleEmailRequest(following(link, { new_password: `phrase ${at}` }), "RESET"),
    );
    expect(await successesOf(resets)).toBe(1);
    const tries = links.map((_, at) => whenFree(() => User.login("ann", `phrase ${at}`)));
    const fits = await Promise.allSettled(tries);
    expect(fits.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("leaves no session of the old password, though 50 sign in with it meanwhile", async () => {
    const { User, space } = bench.port;
    const request = await bench.person("ann", PHRASE);
    const reset = await linkFor(request, "RESET");
    const login = () => whenFree(() => User.login("ann", PHRASE));
    const [outcomes] = await Promise.all([
      Promise.allSettled(Array.from({ length: 50 }, login)),
      User.handleEmailRequest(following(reset, { new_password: "another" }), "RESET"),
    ]);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") expect(outcome.reason).toEqual(REFUSED);
      else expect((await space.sessions.check(outcome.value)).status).toBe("not-found");
  });
});

describe("opening", () => {
  it("takes Django's settings for mail", async () => {
    const password = "p:w/d %";
    const own = await openBench(await newDatabase(), {
      tls: "none",
      auth: { user: "hello@shop.example", password },
    });
    try {
      await own.reopen({
        emailHost: "127.0.0.1",
        emailPort: own.smtp.port,
        emailHostPassword: password,
        emailUseTls: false,
      });
      await own.port.User.sendEmail(await own.person("ann"), EmailTypes.VERIFY);
      expect((await own.mail(1)).envelopeFrom).toBe("hello@shop.example");
    } finally {
      await own.cleanup();
    }
  });

  it("refuses a siteUrl that is no host, before any database is made", async () => {
    for (const siteUrl of ["https://shop.example", "shop.example/", "", "a b", undefined])
      await expect(bench.reopen({ siteUrl: siteUrl as string })).rejects.toThrow(
        expect.objectContaining({ code: "invalid-option" }),
      );
    await bench.reopen();
  });

  it("gives the space below for what djmongoauth has no call for", async () => {
    await bench.person("ann", PHRASE);
    expect(bench.port.space.identifiers).toBe("exact");
    expect(await bench.port.space.users.count()).toBe(1);
  });
});
