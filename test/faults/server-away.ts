import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type OpenOptions, openUserSpace, type UserSpace } from "watchword";
import { Bench } from "../cli/command-line.js";
import { ApiProgram } from "../helpers/api.js";
import type { TestServer } from "../servers/server.js";

const PASSWORD = "correct horse battery staple";
const SECRET = "the secret of a space whose server goes away";
/** Whole milliseconds within which a request must be answered, however the database is. */
const TIMEOUT = 1500;
const OPTIONS: OpenOptions = {
  secret: SECRET,
  mail: { courier: false },
  passwords: { argon2: { memory: 64, passes: 1, lanes: 1 } },
  postgres: { poolSize: 5 },
  connect: { attempts: 2, delay: 100, timeout: TIMEOUT },
  logger: { debug() {}, info() {}, warn() {}, error() {} },
};

/**
 * What people and programs see of a database on a server that goes away: over HTTP and on the command line.
 *
 * @param start A server of the test's own, whose data outlive a restart.
 */
export function serverAwaySuite(name: string, start: () => Promise<TestServer>): void {
  async function running(): Promise<TestServer> {
    const server = await start();
    onTestFinished(() => server.remove());
    return server;
  }

  async function open(server: TestServer): Promise<UserSpace> {
    const space = await openUserSpace(server.url, OPTIONS);
    onTestFinished(() => space.close());
    return space;
  }

  async function signedIn(space: UserSpace): Promise<ApiProgram> {
    await space.users.create({ username: "ada", password: PASSWORD });
    const program = new ApiProgram(space);
    const answer = await signIn(program);
    expect(answer.status).toBe(200);
    program.token = answer.text("token");
    return program;
  }

  const signIn = (program: ApiProgram) =>
    program.call("POST", "/api/sign-in", { identifier: "ada", password: PASSWORD, cookie: false });

  /** 503, soon, and with a time to come again. */
  async function expectAway(program: ApiProgram): Promise<void> {
    for (const call of [
      () => program.get("/api/session"),
      () => program.get("/api/account"),
      () => signIn(program),
      () => program.get("/health/ready"),
    ]) {
      const begun = performance.now();
      const answer = await call();
      expect(performance.now() - begun).toBeLessThan(4 * TIMEOUT);
      expect(answer.status).toBe(503);
      expect(answer.body).toMatchObject({ code: "store-unavailable" });
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect((await program.get("/health/live")).status).toBe(200);
  }

  async function expectBack(program: ApiProgram): Promise<void> {
    await vi.waitFor(
      async () => {
        expect((await program.get("/health/ready")).status).toBe(200);
      },
      { timeout: 20_000, interval: 200 },
    );
    expect((await program.get("/api/session")).status).toBe(200);
    expect((await signIn(program)).status).toBe(200);
  }

  describe(`${name} that goes away`, { timeout: 90_000 }, () => {
    it("is 503 while it is stopped, and served again when it is back", async () => {
      const server = await running();
      const program = await signedIn(await open(server));
      await server.stop();
      await expectAway(program);
      await server.start();
      await expectBack(program);
    });

    it("is 503 while it hangs, and no request hangs with it", async () => {
      const server = await running();
      const program = await signedIn(await open(server));
      server.pause();
      await expectAway(program);
      server.resume();
      await expectBack(program);
    });

    it("keeps what it acknowledged before it stopped in the middle of requests, and the rest is 503", async () => {
      const server = await running();
      const space = await open(server);
      const program = await signedIn(space);
      const created: string[] = [];
      let count = 0;
      // On and on, so that some are under way whenever the server gets to its end.
      const callers = Array.from({ length: 50 }, async () => {
        for (;;) {
          const username = `user${count++}`;
          try {
            await space.users.create({ username });
            created.push(username);
          } catch (error) {
            return (error as { code?: string }).code;
          }
        }
      });
      const answers = Array.from({ length: 50 }, () => program.get("/api/session"));
      await vi.waitFor(() => expect(created.length).toBeGreaterThan(3));
      await server.stop();
      expect(new Set(await Promise.all(callers))).toEqual(new Set(["store-unavailable"]));
      for (const { status } of await Promise.all(answers)) expect([200, 503]).toContain(status);
      await server.start();
      await expectBack(program);
      for (const username of created) expect(await space.users.find({ username })).not.toBeNull();
    });

    it("is one error on the command line, which says what to do and no secret", async () => {
      const server = await running();
      await (await openUserSpace(server.url, OPTIONS)).close();
      await server.stop();
      const bench = await Bench.open();
      onTestFinished(() => bench.close());
      const url = new URL(server.url);
      url.username = "ada";
      url.password = "hunter2";
      const env = {
        WATCHWORD_DATABASE_URL: url.href,
        WATCHWORD_SECRET: SECRET,
        WATCHWORD_CONNECT_ATTEMPTS: "2",
        WATCHWORD_CONNECT_DELAY: "50",
        WATCHWORD_CONNECT_TIMEOUT: "1000",
      };
      const ended = await bench.run(["stats"], { env });
      expect(ended).toMatchObject({ code: 1, stdout: "" });
      // Each try that is followed by another may say so, in a line of its own.
      expect(ended.stderr).toMatch(/^(warning: .*\n)*error: .*127\.0\.0\.1.*\(store-unavailable\)\n$/);
      expect(ended.stderr).not.toContain("hunter2");
      const sick = await bench.run(["doctor", "--json"], { env });
      expect(sick.code).toBe(1);
      expect(JSON.parse(sick.stdout)).toMatchObject({ healthy: false });
      expect(sick.stdout).not.toContain("hunter2");
    });

    it("does not end a running server", async () => {
      const server = await running();
      const bench = await Bench.open();
      onTestFinished(() => bench.close());
      const call = bench.start(["serve", "--port", "0", "--log-level", "silent"], {
        env: {
          WATCHWORD_DATABASE_URL: server.url,
          WATCHWORD_SECRET: SECRET,
          WATCHWORD_CONNECT_ATTEMPTS: "2",
          WATCHWORD_CONNECT_DELAY: "100",
          WATCHWORD_CONNECT_TIMEOUT: String(TIMEOUT),
        },
      });
      const [, base = ""] = await call.says(/URL +(\S+)/);
      const ready = async () => (await fetch(`${base}/health/ready`)).status;
      expect(await ready()).toBe(200);
      await server.stop();
      expect(await ready()).toBe(503);
      await server.start();
      await vi.waitFor(async () => expect(await ready()).toBe(200), { timeout: 20_000, interval: 200 });
      call.child.kill("SIGTERM");
      expect((await call.ended).code).toBe(0);
    });
  });
}
