import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  Auth,
  type AuthOptions,
  CoreDB,
  checkPassword,
  generateSecureCode,
  getMessages,
  getVersion,
  hashPassword,
  Utils,
  validateEmail,
  verifyPassword,
} from "watchword/compat/easy-mongodb-auth";
import { readAuth, readConnection } from "#dist/compat/easy-mongodb-auth/options.js";
import { SENTENCES, says } from "./easy-bench.js";

const TOLD = { mongoUri: "mongodb://127.0.0.1:27017", dbName: "auth" };
const MAIL = { server: "smtp.example.com", port: 587, username: "shop@example.com", password: "p:/@# ä" };
const option = (text: string) =>
  expect.objectContaining({ code: "invalid-option", message: expect.stringContaining(text) });
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

let folder: string;
let before: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "watchword-"));
  before = process.cwd();
});
afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});
function write(name: string, ...lines: string[]): string {
  const file = join(folder, name);
  writeFileSync(file, lines.join("\n"));
  return file;
}

describe("options", () => {
  it.each([
    [{ ...TOLD, attempts: 0 }, "attempts"],
    [{ ...TOLD, dbAttempts: 0 }, "attempts"],
    [{ ...TOLD, dbDelay: -1 }, "delay"],
    [{ ...TOLD, delay: 0.5 }, "delay"],
    [{ ...TOLD, rateLimiting: -1 }, "rateLimiting"],
    [{ ...TOLD, rateLimitPenalty: Number.NaN }, "rateLimitPenalty"],
    [{ ...TOLD, codeLength: 2.5 }, "codeLength"],
    [{ ...TOLD, mailBody: "no code in here" }, "{verifcode}"],
    [{ ...TOLD, mailInfo: { ...MAIL, port: 70_000 } }, "port"],
    [{ ...TOLD, mailInfo: { ...MAIL, username: "apikey" } }, "mailInfo.from"],
    [{ mongoUri: "mysql://127.0.0.1", dbName: "auth" }, "mongoUri"],
    [{}, ".emdb_auth"],
    [{ mongoUri: TOLD.mongoUri }, ".emdb_auth"],
    [{ dbName: "auth" }, ".emdb_auth"],
  ] as [AuthOptions, string][])("%j throws at construction", (options, text) => {
    process.chdir(folder);
    expect(() => new Auth(options)).toThrow(option(text));
  });

  it.each(["server", "port", "username", "password"] as const)("mailInfo without %s throws", (field) => {
    const { [field]: _left, ...rest } = MAIL;
    expect(() => new Auth({ ...TOLD, mailInfo: rest as typeof MAIL })).toThrow(option(`${field} is missing`));
  });

  it("misspelt ones throw, and those of the other classes", () => {
    for (const make of [
      () => new Auth({ ...TOLD, rate_limiting: 1 } as AuthOptions),
      () => new Utils({ ...TOLD, blocking: true } as AuthOptions),
      () => new CoreDB({ ...TOLD, mailInfo: MAIL } as AuthOptions),
    ])
      expect(make).toThrow(expect.objectContaining({ code: "invalid-input" }));
  });

  it("have the original's defaults", () => {
    const { open, url, rule, blocking, hasMail, messages } = readAuth(TOLD, ".emdb_auth");
    expect(url).toBe("mongodb://127.0.0.1:27017/auth");
    expect(open.connect).toEqual({ attempts: 6, delay: 10_000, timeout: 5000 });
    expect({ rule, blocking, hasMail, error: messages.error }).toEqual({
      rule: null,
      blocking: true,
      hasMail: false,
      error: "Error",
    });
    const texts = { subject: "Verification Code", text: "Your verification code is: {code}" };
    expect(open.mail?.templates).toEqual({
      "verify-email": texts,
      "second-factor": texts,
      "account-code": texts,
    });
  });

  it("reach the space: tries, certificates, limits, mail", () => {
    const given = {
      ...TOLD,
      dbAttempts: 2,
      dbDelay: 1,
      dbTimeout: 700,
      certs: "/ca.pem",
      rateLimit: 3,
      rateLimitPenalty: 5,
      mailInfo: MAIL,
    };
    const { open, rule } = readAuth(given, "");
    expect(open.connect).toEqual({ attempts: 2, delay: 1000, timeout: 700, caFile: "/ca.pem" });
    expect(rule).toEqual({ cooldown: 3000, penalty: 5000 });
    expect(open.mail).toMatchObject({
      courier: true,
      from: "shop@example.com",
      smtp: { url: "smtp://shop%40example.com:p%3A%2F%40%23%20%C3%A4@smtp.example.com:587" },
    });
    expect(readAuth({ ...given, rateLimiting: 4 }, "").rule?.cooldown).toBe(4000);
    const tls = readAuth({ ...given, mailInfo: { ...MAIL, port: 465, from: "Shop <a@b.example>" } }, "");
    expect(tls.open.mail).toMatchObject({ from: "Shop <a@b.example>" });
    expect(tls.open.mail?.smtp?.url).toMatch(/^smtps:.*:465$/);
    // Of several names for one thing those of the class come first.
    expect(readConnection({ ...TOLD, attempts: 3, dbAttempts: 4 }, "Utils", "").open.connect?.attempts).toBe(
      3,
    );
    expect(readConnection(TOLD, "Utils", "").open.mail?.courier).toBe(false);
  });

  it.each([
    ["mongodb://h:1/", "mongodb://h:1/my%20db"],
    ["mongodb://h:1/other?tls=true", "mongodb://h:1/my%20db?tls=true"],
    ["mongodb://u:p@h", "mongodb://u:p@h/my%20db?authSource=admin"],
    ["mongodb://u:p@h,i:2/users?replicaSet=r", "mongodb://u:p@h,i:2/my%20db?replicaSet=r&authSource=users"],
    ["mongodb+srv://u:p@h/?authSource=x", "mongodb+srv://u:p@h/my%20db?authSource=x"],
    [
      "mongodb://CN%3Dx@h/?authMechanism=MONGODB-X509",
      "mongodb://CN%3Dx@h/my%20db?authMechanism=MONGODB-X509",
    ],
  ])("%s keeps where its user is known, with another database", (mongoUri, url) => {
    expect(readConnection({ mongoUri, dbName: "my db" }, "Utils", "").url).toBe(url);
  });

  it("url names any database, and beats the original's", () => {
    expect(readConnection({ ...TOLD, url: "postgres://h/x" }, "Utils", "").url).toBe("postgres://h/x");
  });
});

describe("a configuration file", () => {
  const FILE = [
    "# as in the document",
    "MONGO_URI=mongodb://localhost:27017   # here",
    "DB_NAME=auth",
    'MAIL_INFO={"server": "smtp.example.com", "port": 587, "username": "shop@example.com", "password": "a#b"}',
    'MAIL_SUBJECT="Verification Code"',
    'export MAIL_BODY="Hello,\\nyour code:\n{verifcode}"',
    "BLOCKING=False",
    "RATE_LIMITING=2",
    "RATE_LIMIT_PENALTY=3",
    "READABLE_ERRORS=False",
    "CODE_LENGTH=8",
    "DB_ATTEMPTS=4",
    "DB_DELAY=0",
    "DB_TIMEOUT=900",
    "CERTS=certifi.where()",
    "WATCHWORD_SECRET='a secret that is long enough to be one'",
  ];

  it("is read whole, its booleans and MAIL_INFO parsed", () => {
    const confFile = write("shop.env", ...FILE);
    const { url, open, rule, blocking, hasMail, messages } = readAuth({ confFile }, "");
    expect(url).toBe("mongodb://localhost:27017/auth");
    expect(open.connect).toEqual({ attempts: 4, delay: 0, timeout: 900 });
    expect(open.codes).toEqual({ length: 8 });
    expect(open.secret).toBe("a secret that is long enough to be one");
    expect(open.mail?.smtp?.url).toBe("smtp://shop%40example.com:a%23b@smtp.example.com:587");
    expect(open.mail?.templates?.["verify-email"]).toEqual({
      subject: "Verification Code",
      text: "Hello,\nyour code:\n{code}",
    });
    expect({ rule, blocking, hasMail, error: messages.error }).toEqual({
      rule: { cooldown: 2000, penalty: 3000 },
      blocking: false,
      hasMail: true,
      error: 400,
    });
  });

  it("counts alone where it is read, and not at all where mongoUri and dbName are given", () => {
    const confFile = write("shop.env", ...FILE);
    const read = readAuth({ mongoUri: "mongodb://elsewhere", confFile, blocking: true, codeLength: 12 }, "");
    expect([read.url, read.blocking, read.open.codes?.length]).toEqual([
      "mongodb://localhost:27017/auth",
      false,
      8,
    ]);
    const told = readAuth({ ...TOLD, confFile: "no such file" }, "");
    expect([told.url, told.blocking, told.open.codes]).toEqual([
      "mongodb://127.0.0.1:27017/auth",
      true,
      undefined,
    ]);
  });

  it("does not reach into the next object, nor into the environment", () => {
    process.chdir(folder);
    readAuth({ confFile: write("shop.env", ...FILE) }, "");
    expect(process.env.MONGO_URI).toBeUndefined();
    expect(() => new Auth()).toThrow(option(".emdb_auth"));
    const other = write("other.env", "MONGO_URI=mongodb://h", "DB_NAME=b");
    expect(readAuth({ confFile: other }, "")).toMatchObject({ blocking: true, hasMail: false, rule: null });
  });

  it.each([
    [".emdb_auth", () => new Auth()],
    [".emdb_utils", () => new Utils()],
    [".emdb_coredb", () => new CoreDB()],
  ])("is looked for as %s in the current directory", async (name, make) => {
    process.chdir(folder);
    expect(make).toThrow(option(name));
    write(name, `WATCHWORD_DATABASE_URL=sqlite:${join(folder, "users.db")}`, "READABLE_ERRORS=1");
    const made = make();
    expect((await made.space()).database.location).toBe(join(folder, "users.db"));
    await made.close();
  });

  it.each([
    ["BLOCKING=perhaps", "BLOCKING"],
    ["DB_ATTEMPTS=many", "DB_ATTEMPTS"],
    ["DB_ATTEMPTS=0", "attempts"],
    ["MAIL_INFO={'server': 'x', 'password': 'secret-x'}", "MAIL_INFO"],
    ["MAIL_INFO=5", "MAIL_INFO"],
    ['MAIL_INFO={"server": "x"}', "port is missing"],
  ])("with %s is refused, without its secrets", (line, text) => {
    const confFile = write("bad.env", "MONGO_URI=mongodb://h", "DB_NAME=b", line);
    expect(() => new Auth({ confFile })).toThrow(option(text));
    expect(() => new Auth({ confFile })).not.toThrow(/secret-x/);
  });

  it("that is not there, or names no database, is refused", () => {
    expect(() => new Auth({ confFile: join(folder, "none") })).toThrow(option("none"));
    expect(() => new Auth({ confFile: write("half.env", "MONGO_URI=mongodb://h") })).toThrow(
      option("DB_NAME"),
    );
  });
});

describe("a database that cannot be had", () => {
  // Nobody listens there.
  const AWAY = "mongodb://127.0.0.1:9";
  const watchword = { logger: quiet, secret: "a secret that is long enough to be one" };

  it("is tried so often, so far apart, and then the call is 400", async () => {
    const options = { mongoUri: AWAY, dbName: "x", dbAttempts: 2, dbDelay: 1, dbTimeout: 100, watchword };
    const auth = new Auth({ ...options, readableErrors: false });
    const begun = performance.now();
    const answer = await auth.authenticateUser("ada@example.com", "x");
    expect(answer).toEqual(says(400));
    expect(answer.cause).toMatchObject({ code: "store-unavailable" });
    expect(performance.now() - begun).toBeGreaterThan(1000);
    const coredb = new CoreDB({ ...options, dbDelay: 0 });
    await expect(coredb.userCount()).rejects.toMatchObject({ code: "store-unavailable" });
    await auth.close();
    await coredb.close();
  });

  it("for want of a secret, or by an option that the space refuses, is the program's mistake: thrown", async () => {
    const auth = new Auth({ mongoUri: AWAY, dbName: "x", watchword: { logger: quiet } });
    await expect(auth.authenticateUser("ada@example.com", "x")).rejects.toMatchObject({
      code: "secret-missing",
    });
    const short = new Auth({
      url: `sqlite:${join(folder, "u.db")}`,
      codeLength: 2,
      watchword: { logger: quiet },
    });
    await expect(short.isRateLimited("ada@example.com")).rejects.toMatchObject({ code: "invalid-option" });
  });
});

describe("the functions beside the classes", () => {
  it("getMessages: every outcome by name, as a sentence or a number", () => {
    const [sentences, numbers] = [getMessages(true), getMessages(false)];
    expect(Object.keys(sentences)).toEqual(Object.keys(numbers));
    expect(Object.keys(numbers)).toHaveLength(Object.keys(SENTENCES).length);
    for (const [name, number] of Object.entries(numbers))
      expect(Object.entries(sentences)).toContainEqual([name, SENTENCES[Number(number)]]);
    expect(numbers).toMatchObject({ success: 200, user_exists: 402, invalid_email: 503 });
  });

  it("generateSecureCode: 0-9 A-Z, so many", () => {
    expect(generateSecureCode(0)).toBe("");
    expect(generateSecureCode(4000)).toMatch(/^[0-9A-Z]{4000}$/);
    expect(new Set(generateSecureCode(4000)).size).toBe(36);
    for (const length of [-1, 1.5, Number.NaN])
      expect(() => generateSecureCode(length)).toThrow(expect.objectContaining({ code: "invalid-input" }));
  });

  it("getVersion", () => expect(getVersion()).toBe("3.0.0"));

  it("validateEmail", () => {
    for (const good of ["a@b.co", "a@b.c", "A@B.CO", "a+b@c.d-e", "a.b_c-d@sub.example.com"])
      expect(validateEmail(good), good).toBe(true);
    for (const bad of [
      ...["é@b.co", "a b@c.de", "a@b_c.de", '"q"@x.org', "a@[1.2.3.4]", "", "a@b", "@b.co", "a@b.co,c@d.de"],
      // Which the original took.
      ...["a@b..c", "a@b.c\n", "a@b.c.", ".a@b.co", "a@-b.co", `${"a".repeat(65)}@b.co`],
    ])
      expect(validateEmail(bad), bad).toBe(false);
    expect(validateEmail(null as never as string)).toBe(false);
    const begun = performance.now();
    for (const hostile of ["a".repeat(100_000), `a@${"b.".repeat(50_000)}`, `a@${"-".repeat(100_000)}`])
      validateEmail(hostile);
    expect(performance.now() - begun).toBeLessThan(500);
  });

  it("hashPassword, verifyPassword, checkPassword: argon2id, and the original's bcrypt", async () => {
    const hash = await hashPassword("pässwörd");
    expect(hash).toMatch(/^\$argon2id\$/);
    expect(await verifyPassword("pässwörd", hash)).toBe(true);
    expect(await verifyPassword("passwort", hash)).toBe(false);
    const bcrypt = "$2b$12$J8teELcP7FzDwCSZrd1s2OaidWX.nxUFAt7nrE8O41juzkwtlhy4G";
    expect(await verifyPassword("correct horse battery staple", bcrypt)).toBe(true);
    expect(await checkPassword({ password: bcrypt }, "correct horse battery staplex")).toBe(false);
    expect(await checkPassword({ password: hash }, "pässwörd")).toBe(true);
    expect(await checkPassword({ password: null }, "")).toBe(false);
    await expect(verifyPassword("x", "no hash")).rejects.toMatchObject({ code: "invalid-input" });
  });
});
