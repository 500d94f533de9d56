import { chmod, readdir, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { STORE } from "../helpers/database.js";
import { Bench } from "./command-line.js";

interface Entry {
  readonly name: string;
  readonly value: string;
  readonly origin: string;
}
interface Diagnosis {
  readonly healthy: boolean;
  readonly checks: readonly { readonly check: string; readonly status: string; readonly message: string }[];
}

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

async function migrate(): Promise<void> {
  expect((await bench.run(["migrate"])).code).toBe(0);
}

describe("migrate", () => {
  it("makes the database, and says the second time that there is nothing to do", async () => {
    const first = await bench.json<{ version: number; latest: number; location: string }>(["migrate"]);
    expect(first).toMatchObject({ kind: STORE });
    expect(first.location).toContain(bench.database.name);
    expect(first.version).toBe(first.latest);
    const again = await bench.run(["migrate", "--check"]);
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(again.stdout).toContain("is up to date");
  });
});

describe("session policy", () => {
  it("says how long sessions last, and says it anew for the processes that are running", async () => {
    await migrate();
    const told = await bench.run(["session", "policy"]);
    expect(told).toMatchObject({ code: 0, stderr: "" });
    expect(told.stdout).toBe("Sessions last 10d without use, and 30d in any case.\n");
    const set = await bench.run(["session", "policy", "--idle", "12h", "--absolute", "none"]);
    expect(set.stdout).toBe("Sessions last 12h without use, and go on while they are used.\n");
    expect(await bench.json(["session", "policy"])).toEqual({ idle: 43_200_000, absolute: null });
    expect(await bench.json(["session", "policy", "--absolute", "1w"])).toEqual({
      idle: 43_200_000,
      absolute: 604_800_000,
    });
    for (const wrong of ["tomorrow", "0d", "none"])
      expect((await bench.run(["session", "policy", "--idle", wrong])).code).toBe(2);
    const space = await bench.openSpace();
    try {
      expect(space.sessions.policy).toMatchObject({ idle: 43_200_000, absolute: 604_800_000 });
      const { items } = await space.audit.list({ action: "session.policy-changed" });
      expect(items.map(({ actor }) => actor)).toEqual(["system", "system"]);
    } finally {
      await space.close();
    }
  });
});

describe("config", () => {
  it("shows where each value comes from, and no secret", async () => {
    await migrate();
    const secret = "wW3xkq0yq8yH1l5mC2s7vB9nT4rZ6pKd-secret";
    const env = {
      WATCHWORD_BASE_URL: "https://accounts.example.com",
      WATCHWORD_SMTP_URL: "smtp://ada:hunter2@mail.example.com:587",
      WATCHWORD_SITE_NAME: "",
    };
    const entries = await bench.json<Entry[]>(["config"], { env });
    const origins = Object.fromEntries(entries.map((entry) => [entry.name, entry.origin]));
    expect(origins).toMatchObject({
      database: "environment",
      secret: STORE === "sqlite" ? "file" : "environment",
      baseUrl: "environment",
      siteName: "default",
      "mail.smtp": "environment",
      identifiers: "database",
    });
    expect(JSON.stringify(entries)).not.toContain("hunter2");
    const typed = await bench.json<Entry[]>(["--database", bench.url, "config"]);
    expect(typed.find((entry) => entry.name === "database")?.origin).toBe("option");
    const table = await bench.run(["config"], { env });
    expect(table.stdout).toMatch(/^NAME +VALUE +FROM +VARIABLE/);
    expect(table.stdout).not.toContain("hunter2");
    // Another secret than the one that the space was made with is refused, and not printed.
    const wrong = await bench.run(["config"], { env: { WATCHWORD_SECRET: secret } });
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain("(wrong-secret)");
    expect(wrong.stderr).not.toContain(secret);
  });
});

describe("doctor", () => {
  const statuses = (diagnosis: Diagnosis) =>
    Object.fromEntries(diagnosis.checks.map(({ check, status }) => [check, status]));

  it("finds a new space healthy, with a warning that nobody is superuser", async () => {
    await migrate();
    const diagnosis = await bench.json<Diagnosis>(["doctor"]);
    expect(diagnosis.healthy).toBe(true);
    expect(statuses(diagnosis)).toEqual({
      node: "ok",
      clock: "ok",
      database: "ok",
      schema: "ok",
      writable: "ok",
      atomicity: "ok",
      ...(STORE === "sqlite"
        ? { "file-mode": "ok", "secret-mode": "ok", disk: expect.stringMatching(/ok|warn/) }
        : { secret: "ok" }),
      "stored-times": "ok",
      "base-url": "ok",
      mail: "ok",
      superuser: "warn",
    });
    const table = await bench.run(["doctor"]);
    expect(table.code).toBe(0);
    expect(table.stdout).toMatch(/^ok +node +Node \d/);
  });

  it("fails in production without https, and warns of what others can read and of missing mail", async () => {
    await migrate();
    if (STORE === "sqlite") await chmod(`${bench.file}.secret`, 0o644);
    const ended = await bench.run(["doctor", "--json"], { env: { NODE_ENV: "production" } });
    expect(ended.code).toBe(1);
    const diagnosis = JSON.parse(ended.stdout) as Diagnosis;
    expect(diagnosis.healthy).toBe(false);
    expect(statuses(diagnosis)).toMatchObject({
      "base-url": "fail",
      ...(STORE === "sqlite" && { "secret-mode": "warn" }),
      mail: "warn",
    });
  });

  it("warns of a base URL that lets passwords travel unencrypted, outside of production too", async () => {
    await migrate();
    const { checks } = await bench.json<Diagnosis>(["doctor"], {
      env: { WATCHWORD_BASE_URL: "http://accounts.example.com" },
    });
    expect(checks.find(({ check }) => check === "base-url")).toMatchObject({
      status: "warn",
      message: expect.stringContaining("passwords would travel unencrypted"),
    });
  });

  it("fails where there is no database, and makes none", async () => {
    const ended = await bench.run(["doctor"]);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/^fail +database .*watchword migrate.*\(store-refused\)$/m);
    expect(await readdir(bench.folder)).toEqual([]);
  });
});

it("set-up prints a link that works once, and only while there is no superuser", async () => {
  await migrate();
  const { link: first } = await bench.json<{ link: string }>(["set-up"]);
  const { link } = await bench.json<{ link: string }>([
    "set-up",
    "--base-url",
    "https://accounts.example.com",
  ]);
  expect(link).toMatch(/^https:\/\/accounts\.example\.com\/set-up\?token=./);
  const space = await bench.openSpace();
  try {
    const token = (text: string) => new URL(text).searchParams.get("token") ?? "";
    expect(await space.setUp.check(token(first))).toBe(false);
    const result = await space.setUp.complete({
      token: token(link),
      username: "ada",
      password: "correct horse battery staple",
    });
    expect(result.status).toBe("set-up");
  } finally {
    await space.close();
  }
  const again = await bench.run(["set-up"]);
  expect(again).toMatchObject({ code: 1, stdout: "" });
  expect(again.stderr).toContain("(not-allowed)");
});

it("set-up says where its link leads when nobody gave an address", async () => {
  await migrate();
  const unknown = await bench.run(["set-up"]);
  expect(unknown.stdout).toMatch(/^http:\/\/localhost:3000\/set-up\?token=\S+\n$/);
  expect(unknown.stderr).toContain("--base-url");
  const known = await bench.run(["set-up"], { env: { WATCHWORD_BASE_URL: "https://accounts.example.com" } });
  expect(known.code).toBe(0);
  expect(known.stderr).not.toContain("--base-url");
});

it("mails wait in the queue until they are delivered by hand", async () => {
  await migrate();
  await bench.json([
    "user",
    "create",
    "--username",
    "ada",
    "--email",
    "ada@example.com",
    "--verified",
    "--no-password",
  ]);
  await bench.json(["user", "change-password", "ada", "--password-stdin"], {
    input: "correct horse battery staple",
  });
  const { items } = await bench.json<{ items: { to: string }[] }>(["mail", "list"]);
  expect(items.map((mail) => mail.to)).toEqual(["ada@example.com"]);
  expect((await bench.run(["mail", "list"])).stdout).toMatch(/^TO +MAIL +STATE/);

  // Nothing listens on port 9 of this machine: the mail stays, and the exit code says so.
  const away = await bench.run(["mail", "deliver", "--smtp-url", "smtp://ada:hunter2@127.0.0.1:9", "--json"]);
  expect(away.code).toBe(1);
  expect(JSON.parse(away.stdout)).toMatchObject({ transport: "smtp", sent: 0, retried: 1, failed: 0 });
  expect(away.stderr).toContain("WATCHWORD_SMTP_URL instead");
  expect(away.stdout + away.stderr).not.toContain("hunter2");
  expect((await bench.json<{ items: unknown[] }>(["mail", "list"])).items).toHaveLength(1);
});

it("mails are laid into the outbox where no mail server is set up", async () => {
  await bench.json([
    "user",
    "create",
    "--username",
    "ada",
    "--email",
    "ada@example.com",
    "--verified",
    "--no-password",
  ]);
  await bench.json(["user", "change-password", "ada", "--password-stdin"], {
    input: "correct horse battery staple",
  });
  expect(await bench.json(["mail", "deliver"])).toEqual({
    transport: "outbox",
    sent: 1,
    retried: 0,
    failed: 0,
  });
  expect((await bench.json<{ items: unknown[] }>(["mail", "list"])).items).toHaveLength(0);
});

it("stats and cleanup count", async () => {
  await bench.json(["user", "create", "--username", "ada", "--no-password"]);
  expect(await bench.json(["stats"])).toMatchObject({ kind: STORE, users: 1, sessions: 0 });
  expect((await bench.run(["stats"])).stdout).toMatch(/^Users +1$/m);
  const { removed } = await bench.json<{ removed: Record<string, number> }>(["cleanup"]);
  expect(Object.values(removed).every((count) => count === 0)).toBe(true);
});

it.runIf(STORE === "sqlite")("names the file of a damaged or forbidden database in one line", async () => {
  await writeFile(bench.file, "this is no database, and long enough to be looked at as one. ".repeat(200), {
    mode: 0o600,
  });
  const damaged = await bench.run(["stats"]);
  expect(damaged.code).toBe(1);
  expect(damaged.stderr).toMatch(/^error: .*\((store-corrupted|store-refused)\)\n$/);
  expect(damaged.stderr).toContain(bench.file);
  const folder = await bench.run(["stats", "--database", `sqlite:${bench.folder}`]);
  expect(folder).toMatchObject({ code: 1 });
  expect(folder.stderr).toMatch(/^error: .*folder.*\n$/);
  const unknown = await bench.run(["stats", "--database", "oracle:users"]);
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toMatch(/^error: .*oracle.*\(invalid-option\)\n$/);
});
