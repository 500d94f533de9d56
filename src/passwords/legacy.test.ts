import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PasswordHashInput, PreparedHash } from "watchword";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const PASSWORD = "correct horse battery staple";
const PEPPER = { id: "2031", secret: "a pepper of the year 2031, random" };
const OLDER = { id: "2030", secret: "a pepper of the year 2030, random" };

let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace();
});
afterEach(() => test.cleanup());

/** Signs in, and waits for what goes on behind the answer. */
async function signIn(identifier: string, password: string): Promise<string> {
  const { status } = await test.space.signIn({ identifier, password });
  await test.reopen();
  return status;
}

async function renewals(): Promise<readonly unknown[]> {
  const { items } = await test.space.audit.list({ action: "password.renewed" });
  return items.map(({ details }) => details);
}

const HASHES: readonly (readonly [name: string, input: PasswordHashInput])[] = [
  [
    "django",
    {
      hash: "pbkdf2_sha256$1000$ZVr99TFMsni3$MdTMyYBZYrXAe5DzdudUoCj3XcLpmtWw3kY8rjQMj/E=",
      source: "django",
    },
  ],
  [
    "crypt",
    {
      hash: "$5$rounds=1000$nNDdOXuvxxhDi7kY$tZ6R7O2UIDmG4jtKZQ5nM0kQovZeyVB6hU8J8lt8Mf3",
    },
  ],
  ["ldap", { hash: "{SSHA}XoIPseC4fEJ6/mr9O7M0Cm2DMAEnhLB2" }],
  ["md5", { hash: "9cc2ae8a1ba7a93da39b46fc1019c481", source: "wordpress" }],
  [
    "pgusers",
    {
      hash: {
        salt: "0477cd6937111b9af197c5d8d16a22a2",
        kpasswd:
          "699775d8dccc79702178020565e481c33063750afd2e2ed88fd78a0c94cf07dd32de8f93616447c9452876249cfd4266e1231d771e1c34c62f8593aedbed2ba1",
      },
    },
  ],
];

describe("a hash from another system", () => {
  it.each(HASHES)("of %s signs its user in, once as it is and then as argon2id", async (_, passwordHash) => {
    await test.space.users.create({ username: "ada", passwordHash });
    expect(await signIn("ada", `${PASSWORD}x`)).toBe("wrong-credentials");
    expect(await signIn("ada", "")).toBe("wrong-credentials");
    expect(await renewals()).toHaveLength(0);
    expect(await signIn("ada", PASSWORD)).toBe("signed-in");
    expect(await renewals()).toHaveLength(1);
    expect(await signIn("ada", PASSWORD)).toBe("signed-in");
    expect(await signIn("ada", `${PASSWORD}x`)).toBe("wrong-credentials");
    expect(await renewals()).toHaveLength(1);
  });

  it("is compared with what was typed, not with another form of it", async () => {
    // MD5 of the decomposed text.
    const typed = "pa\u0308sswort";
    const { createHash } = await import("node:crypto");
    const hash = createHash("md5").update(typed).digest("hex");
    await test.space.users.create({ username: "ada", passwordHash: { hash, scheme: "hex_md5" } });
    expect(await signIn("ada", typed.normalize("NFC"))).toBe("wrong-credentials");
    expect(await signIn("ada", typed)).toBe("signed-in");
    // Now it is our own, and every keyboard's form is one.
    expect(await signIn("ada", typed.normalize("NFC"))).toBe("signed-in");
  });

  it("that has to know the name keeps it, and knows it after the user has another", async () => {
    const passwordHash = { hash: "md5e8a48653851e28c69d0506508fb27fc5", context: { user: "postgres" } };
    const ada = await test.space.users.create({ username: "ada", passwordHash });
    await test.space.users.update(ada.id, { username: "grace" });
    expect(await signIn("grace", "x")).toBe("wrong-credentials");
    expect(await signIn("grace", "")).toBe("signed-in");
  });

  it("with a secret takes it from the options, and says where it is missing", async () => {
    const hash = "$2a$05$T2um.MfSLrU4j0D4cThWk.9nUVkurE4/ZZ.A53DT90AfWCKBKm2.m";
    const typed = "pÄßwörd-Ω-日本語-🔑";
    const legacySecrets = { shop: { pepper: "pepper-0123456789abcdef" } };
    const input = { hash, source: "devise", secretsId: "shop" };
    await test.reopen({ passwords: { legacySecrets, argon2: { memory: 64, passes: 1, lanes: 1 } } });
    await test.space.users.create({ username: "ada", passwordHash: input });
    const inPlace = { ...input, context: { pepper: "pepper-0123456789abcdef" } };
    await expect(test.space.users.create({ username: "eve", passwordHash: inPlace })).rejects.toMatchObject({
      code: "invalid-input",
      details: { field: "context.pepper" },
    });
    expect((await test.space.signIn({ identifier: "ada", password: `${typed}x` })).status).toBe(
      "wrong-credentials",
    );
    await test.reopen();
    await expect(test.space.signIn({ identifier: "ada", password: typed })).rejects.toMatchObject({
      code: "secret-missing",
      details: { id: "shop" },
    });
    await test.reopen({ passwords: { legacySecrets, argon2: { memory: 64, passes: 1, lanes: 1 } } });
    expect((await test.space.signIn({ identifier: "ada", password: typed })).status).toBe("signed-in");
  });

  it("that cut passwords off leaves that behind on the credential", async () => {
    await test.space.users.create({
      username: "ada",
      passwordHash: { hash: "U0ssZr0yZw6uE", scheme: "des_crypt" },
    });
    expect(await signIn("ada", "password-extra")).toBe("signed-in");
    expect(await renewals()).toEqual([{ from: "argon2id(des_crypt)", flags: ["was:truncates"] }]);
    // From here on all of it counts.
    expect(await signIn("ada", "password-other")).toBe("wrong-credentials");
    expect(await signIn("ada", "password-extra")).toBe("signed-in");
  });

  it("is replaced once, however many sign in at the same moment, and never over a newer password", async () => {
    const passwordHash = { hash: "{SSHA}XoIPseC4fEJ6/mr9O7M0Cm2DMAEnhLB2" };
    const ada = await test.space.users.create({ username: "ada", passwordHash });
    const skipLimits = true;
    const tries = Array.from({ length: 50 }, () =>
      test.space.signIn({ identifier: "ada", password: PASSWORD, skipLimits }).catch((error) => error),
    );
    await Promise.all([...tries, test.space.passwords.set(ada.id, "a much longer secret of hers")]);
    await test.reopen();
    expect(await test.space.passwords.check(ada.id, PASSWORD)).toBe(false);
    expect(await test.space.passwords.check(ada.id, "a much longer secret of hers")).toBe(true);
    expect((await renewals()).length).toBeLessThanOrEqual(1);
  });

  it.each([
    ["the password itself", { hash: "{noop}secret" }, "hash-readable"],
    ["text that no system stores", { hash: "not a hash" }, "hash-unknown"],
    ["a shape that several systems store", { hash: "9cc2ae8a1ba7a93da39b46fc1019c481" }, "hash-ambiguous"],
    ["absurd cost", { hash: `$pbkdf2-sha256$999999999$${"A".repeat(22)}$${"A".repeat(43)}` }, "hash-cost"],
    ["a missing part", { hash: "{SSHA}XoIPseC4fEJ6/mr9O7M0Cm2DMAE=" }, "hash-damaged"],
    ["a missing name", { hash: "md5e8a48653851e28c69d0506508fb27fc5" }, "context-missing"],
    ["a scheme that there is not", { hash: "x", scheme: "rot13" }, "scheme-unknown"],
    ["a source that there is not", { hash: "x", source: "atlantis" }, "source-unknown"],
  ])("is refused where it is %s, and no user is made", async (_, passwordHash, reason) => {
    await expect(test.space.users.create({ username: "ada", passwordHash })).rejects.toMatchObject({
      code: "invalid-input",
      details: { reason },
    });
    expect(await test.space.users.find({ username: "ada" })).toBeNull();
  });

  it("is for superusers and the system to lay down", async () => {
    const actor = { type: "user", id: "a", admin: true, superuser: false } as const;
    const passwordHash = { hash: "{SSHA}XoIPseC4fEJ6/mr9O7M0Cm2DMAEnhLB2" };
    await expect(test.space.users.create({ username: "ada", passwordHash, actor })).rejects.toMatchObject({
      code: "not-allowed",
    });
  });
});

describe("what rests in the store", () => {
  it.each([
    ["{SSHA}XoIPseC4fEJ6/mr9O7M0Cm2DMAEnhLB2", "ldap_salted_sha1", "XoIPseC4"],
    ["9cc2ae8a1ba7a93da39b46fc1019c481", "hex_md5", "9cc2ae8a"],
    ["$1$XLF4z2V2$ysGdM1x3Vz1o10jGSDahs0", "md5_crypt", "ysGdM1x3"],
    ["*F4AF2E5D85456A908E0F552F0366375B06267295", "mysql41", "F4AF2E5D"],
  ])(
    "of the weak %s is argon2id over its digest, and nothing of the digest",
    async (hash, scheme, digest) => {
      const prepared: PreparedHash = await test.space.passwords.prepareHash({ hash, scheme });
      expect(prepared.scheme).toBe(`argon2id(${scheme})`);
      expect(prepared.hash).toContain("$argon2id$");
      expect(prepared.hash.toLowerCase()).not.toContain(digest.toLowerCase());
      const asItIs = await test.space.passwords.prepareHash({ hash, scheme, wrap: false });
      expect(asItIs).toMatchObject({ hash, scheme });
    },
  );

  it("of a strong hash is the hash", async () => {
    const hash = "$2b$12$TnYeVzHIuuT4U9VYl9VT1eC7z8eqObzY4hukcVheSwWkb4kuHdioS";
    expect(await test.space.passwords.prepareHash({ hash })).toMatchObject({
      hash,
      scheme: "bcrypt",
      normalization: "none",
      flags: ["truncates"],
    });
  });
});

describe("peppers", () => {
  const withPeppers = (...peppers: (typeof PEPPER)[]) => ({
    passwords: { argon2: { memory: 64, passes: 1, lanes: 1 }, peppers },
  });

  it("key every new hash, and are missed when they are gone", async () => {
    await test.reopen(withPeppers(OLDER));
    await test.space.users.create({ username: "ada", password: PASSWORD });
    expect((await test.space.signIn({ identifier: "ada", password: PASSWORD })).status).toBe("signed-in");
    await test.reopen(withPeppers());
    await expect(test.space.signIn({ identifier: "ada", password: PASSWORD })).rejects.toMatchObject({
      code: "secret-missing",
      details: { id: "2030" },
    });
    await test.reopen(withPeppers({ ...OLDER, secret: "another secret under the same id" }));
    expect((await test.space.signIn({ identifier: "ada", password: PASSWORD })).status).toBe(
      "wrong-credentials",
    );
  });

  it("rotate: a sign-in makes the hash anew with the newest, and the older one may go", async () => {
    await test.space.users.create({ username: "ada", password: PASSWORD });
    for (const peppers of [[OLDER], [PEPPER, OLDER], [PEPPER]]) {
      await test.reopen(withPeppers(...peppers));
      expect((await test.space.signIn({ identifier: "ada", password: PASSWORD })).status).toBe("signed-in");
    }
    expect(await renewals()).toHaveLength(2);
  });

  it("are not shown by the settings, and are refused where they are too short", async () => {
    const shown = (await test.reopen(withPeppers(PEPPER))).config.find(
      ({ name }) => name === "passwords.peppers",
    );
    expect(shown).toMatchObject({ value: "•••", origin: "option" });
    await test.space.close();
    await expect(test.reopen(withPeppers({ id: "1", secret: "short" }))).rejects.toMatchObject({
      code: "invalid-option",
    });
    await test.reopen(withPeppers());
  });
});

describe("verifyHash", () => {
  it("checks any form, by its text, its source or its scheme", async () => {
    const { passwords } = test.space;
    const hash = "pbkdf2_sha256$1000$ZVr99TFMsni3$MdTMyYBZYrXAe5DzdudUoCj3XcLpmtWw3kY8rjQMj/E=";
    expect(await passwords.verifyHash(PASSWORD, hash, { source: "django" })).toBe(true);
    expect(await passwords.verifyHash(`${PASSWORD} `, hash, { scheme: "django_pbkdf2_sha256" })).toBe(false);
    await expect(passwords.verifyHash(PASSWORD, hash)).rejects.toMatchObject({
      code: "invalid-input",
      details: { candidates: ["django_pbkdf2_sha256", "piccolo_pbkdf2_sha256", "clerk_pbkdf2_sha256"] },
    });
    expect((await passwords.identifyHash(hash)).candidates).toHaveLength(3);
  });

  it("refuses a context that it does not know, and says so", async () => {
    const context = { usr: "ada" } as object;
    await expect(
      test.space.passwords.verifyHash("x", "md5e8a48653851e28c69d0506508fb27fc5", { context }),
    ).rejects.toMatchObject({ code: "invalid-input", details: { field: "context.usr" } });
  });
});

describe("the time of a check", () => {
  /** The milliseconds that each takes on a machine that has nothing else to do: of many, taken in turns, a quick one. */
  async function quickOnes(calls: readonly (() => Promise<unknown>)[], turns: number): Promise<number[]> {
    const times = calls.map((): number[] => []);
    for (let turn = 0; turn < turns; turn++)
      for (const [index, call] of calls.entries()) {
        const begun = performance.now();
        await call();
        times[index]?.push(performance.now() - begun);
      }
    return times.map((list) => list.sort((a, b) => a - b)[Math.floor(turns / 5)] ?? 0);
  }

  it("that fails is no shorter for the cheapest hash, a wrapped one or argon2id than for nobody", async () => {
    await test.reopen({ passwords: { slots: 1, argon2: { memory: 19_456, passes: 2, lanes: 1 } } });
    const md5 = { hash: "9cc2ae8a1ba7a93da39b46fc1019c481", scheme: "hex_md5" };
    const { id: cheap } = await test.space.users.create({
      username: "a",
      passwordHash: { ...md5, wrap: false },
    });
    const { id: inside } = await test.space.users.create({ username: "b", passwordHash: md5 });
    const { id: own } = await test.space.users.create({ username: "c", password: PASSWORD });
    const { id: none } = await test.space.users.create({ username: "d" });
    const times = await quickOnes(
      [cheap, inside, own, none].map((id) => () => test.space.passwords.check(id, "a wrong password")),
      15,
    );
    // Not quicker: how much slower a busy machine makes one of them says nothing; `top-up.test.ts` counts the work.
    const nobodys = times.at(-1) ?? 0;
    for (const time of times) expect(time / nobodys).toBeGreaterThan(0.5);
  });

  it("that is long holds up no session check, however many there are", async () => {
    const { space } = test;
    await space.users.create({ username: "ada", password: PASSWORD });
    const signedIn = await space.signIn({ identifier: "ada", password: PASSWORD });
    if (signedIn.status !== "signed-in") throw new Error(signedIn.status);
    // Computed by functions of our own, which would hold the main thread for as long as they run.
    const hash = "$md5,rounds=40000$SOK2g5B8$$zoU.2e1cqB8pMLD3/6iVv/";
    const begun = performance.now();
    let isOver = false;
    const flood = Promise.all(
      Array.from({ length: 12 }, () => space.passwords.verifyHash("x", hash)),
    ).finally(() => {
      isOver = true;
    });
    const times: number[] = [];
    while (!isOver) {
      const asked = performance.now();
      // A session check may come at any moment; what holds the thread up meanwhile holds it up.
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect((await space.sessions.check(signedIn.token)).status).toBe("ok");
      times.push(performance.now() - asked);
    }
    expect(await flood).not.toContain(true);
    const whole = performance.now() - begun;
    expect(times.length).toBeGreaterThan(20);
    // On the main thread each would have waited for one of the twelve hashes at least. What a busy machine makes of a
    // single one says nothing, so it is the one in the middle that counts.
    const usual = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    expect(usual).toBeLessThan(whole / 24);
  });
});
