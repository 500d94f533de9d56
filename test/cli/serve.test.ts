import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Bench, type Call } from "./command-line.js";

const PASSWORD = "correct horse battery staple";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

async function started(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<[Call, string]> {
  const call = bench.start(["serve", "--port", "0", ...args], { env });
  const [, url = ""] = await call.says(/URL +(\S+)/);
  await call.says(/Stop with Ctrl-C/);
  return [call, url];
}

async function signInAda(url: string): Promise<Response> {
  return fetch(`${url}/api/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url },
    body: JSON.stringify({ identifier: "ada", password: PASSWORD }),
  });
}

/** Sends a request over a connection of its own; resolves when it is on its way, with a promise of what comes back. */
async function ask(url: string, path: string, input?: object): Promise<{ readonly answer: Promise<string> }> {
  const body = input === undefined ? "" : JSON.stringify(input);
  const { host, port } = new URL(url);
  const socket = connect(Number(port), "127.0.0.1");
  await once(socket, "connect");
  const head = [
    `${input === undefined ? "GET" : "POST"} ${path} HTTP/1.1`,
    `Host: ${host}`,
    `Origin: ${url}`,
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    "Connection: close",
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  return { answer: once(socket, "end").then(() => text) };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function makeAda(): Promise<void> {
  const space = await bench.openSpace();
  await space.users.create({ username: "ada", password: PASSWORD, superuser: true });
  await space.close();
}

describe("watchword serve", () => {
  it("says where it is, where the data lies, and how to become the first administrator", async () => {
    const [call, url] = await started();
    expect(url).toMatch(/^http:\/\/localhost:\d+$/);
    expect(call.stdout).toContain(bench.database.name);
    const setUp = /Set up +(\S+)/.exec(call.stdout)?.[1] ?? "";
    const outbox = /Outbox +(\S+)/.exec(call.stdout)?.[1] ?? "";
    expect(setUp.startsWith(`${url}/set-up?token=`)).toBe(true);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect((await fetch(setUp)).status).toBe(200);
    // The right key is turned into a cookie; see pages/outbox.
    expect((await fetch(outbox, { redirect: "manual" })).status).toBe(303);
    expect((await fetch(`${url}/outbox?key=guess`, { redirect: "manual" })).status).toBe(403);

    call.child.kill("SIGTERM");
    const ended = await call.ended;
    expect(ended.code).toBe(0);
    const lines = ended.stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { level: number });
    expect(
      lines.every(({ level }) => level <= 30),
      ended.stderr,
    ).toBe(true);
    for (const link of [setUp, outbox]) {
      const secret = new URL(link).search.replace(/^\?\w+=/, "");
      expect(secret.length).toBeGreaterThan(20);
      expect(ended.stderr).not.toContain(decodeURIComponent(secret));
      expect(ended.stderr).not.toContain(secret);
    }
  });

  it("shows no set-up link where there is a superuser, and no outbox in production or with a mail server", async () => {
    await makeAda();
    const [production] = await started(["--base-url", "https://accounts.example.com"], {
      NODE_ENV: "production",
    });
    expect(production.stdout).toContain("https://accounts.example.com");
    expect(production.stdout).toMatch(/Listening +http:\/\/localhost:\d+/);
    expect(production.stdout).not.toMatch(/Set up|Outbox/);
    production.child.kill("SIGTERM");
    expect((await production.ended).code).toBe(0);
    const [withMail] = await started([], { WATCHWORD_SMTP_URL: "smtp://127.0.0.1:9" });
    expect(withMail.stdout).not.toContain("Outbox");
    withMail.child.kill("SIGTERM");
    expect((await withMail.ended).code).toBe(0);
  });

  it("prints an outbox link that opens, whatever the base URL is", async () => {
    const [call] = await started(["--base-url", "https://accounts.example.com"]);
    const outbox = /Outbox +(\S+)/.exec(call.stdout)?.[1] ?? "";
    expect(outbox).toMatch(/^http:\/\/localhost:\d+\/outbox\?key=/);
    expect((await fetch(outbox, { redirect: "manual" })).status).toBe(303);
    expect(call.stdout).toMatch(/There is no administrator yet:.*`watchword set-up` makes a new one/);
  });

  it("prints no outbox link where it does not listen on a name of this machine that the page answers to", async () => {
    const [call] = await started(["--host", "127.0.0.2", "--base-url", "https://accounts.example.com"]);
    expect(call.stdout).not.toContain("Outbox");
  });

  it("names the real host that is open to other machines, and warns of a base URL without TLS", async () => {
    const [call] = await started(["--host", "0.0.0.0", "--base-url", "http://accounts.example.com"]);
    expect(call.stdout).toMatch(/Listening +http:\/\/0\.0\.0\.0:\d+\n/);
    expect(call.stdout).toMatch(/^Warning: .*passwords would travel unencrypted.*https --base-url/m);
    const outbox = /Outbox +(\S+)/.exec(call.stdout)?.[1] ?? "";
    expect((await fetch(outbox, { redirect: "manual" })).status).toBe(303);
    const [secure] = await started(["--host", "0.0.0.0", "--base-url", "https://accounts.example.com"]);
    expect(secure.stdout).not.toContain("unencrypted");
  });

  it("shares its file with the command line", async () => {
    await makeAda();
    const [call, url] = await started();
    const signedIn = await signInAda(url);
    expect(signedIn.status).toBe(200);
    const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
    const session = () => fetch(`${url}/api/session`, { headers: { cookie } });
    expect((await session()).status).toBe(200);

    const listed = await bench.json<{ items: unknown[] }>(["session", "list", "ada"]);
    expect(listed.items).toHaveLength(1);
    const requests = Array.from({ length: 20 }, session);
    const made = Array.from({ length: 3 }, (_, i) =>
      bench.run(["user", "create", "--username", `user-${i}`, "--no-password"]),
    );
    for (const response of await Promise.all(requests)) expect(response.status).toBe(200);
    for (const { code, stderr } of await Promise.all(made)) expect(code, stderr).toBe(0);
    expect((await bench.run(["user", "block", "ada"])).code).toBe(0);
    expect((await session()).status).toBe(401);

    call.child.kill("SIGTERM");
    const ended = await call.ended;
    expect(ended.code).toBe(0);
    expect(ended.stdout + ended.stderr).not.toContain(PASSWORD);
  });

  it("answers all that it accepted before SIGTERM", async () => {
    await makeAda();
    const [call, url] = await started();
    // The first one loads what a sign-in needs.
    expect((await signInAda(url)).status).toBe(200);
    const asked = await Promise.all(
      Array.from({ length: 12 }, () => ask(url, "/api/sign-in", { identifier: "ada", password: PASSWORD })),
    );
    // The server takes connections in their order, so with this answer it has taken the twelve.
    expect(await (await ask(url, "/health/live")).answer).toContain("HTTP/1.1 200");
    call.child.kill("SIGTERM");
    const answers = (await Promise.all(asked.map(({ answer }) => answer))).map((text) => {
      const [head = "", body = ""] = text.split("\r\n\r\n");
      const { status, code } = JSON.parse(body) as {
        readonly status: number | string;
        readonly code?: string;
      };
      return { http: /^HTTP\/1\.1 (\d+)/.exec(head)?.[1], code: code ?? status };
    });
    // Those that the waiting line has no place for get a clear refusal, and that whole, too.
    expect(answers).toContainEqual({ http: "200", code: "signed-in" });
    for (const { code } of answers) expect(["signed-in", "busy", "too-many-requests"]).toContain(code);
    const ended = await call.ended;
    expect(ended.code).toBe(0);
    expect(ended.stderr).not.toContain(PASSWORD);
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
  });

  it("ends at once at a second signal", async () => {
    const [call, url] = await started();
    // A request that never ends keeps the first signal waiting.
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname === "localhost" ? "127.0.0.1" : hostname);
    await once(socket, "connect");
    socket.on("error", () => {});
    socket.write(
      "POST /api/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    );
    await fetch(`${url}/health/live`);
    call.child.kill("SIGTERM");
    await expect.poll(() => call.stderr).toContain("stopping");
    call.child.kill("SIGINT");
    expect((await call.ended).code).toBe(130);
    socket.destroy();
  });

  it("says in one line that the port is in use, and makes no database", async () => {
    const other = createServer();
    const port = await listen(other);
    const ended = await bench.run(["serve", "--port", String(port)]);
    other.close();
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(
      new RegExp(
        `^error: Port ${port} on 127\\.0\\.0\\.1 is in use\\..*--port \\(or the variable PORT\\)\\. \\(port-in-use\\)\\n$`,
      ),
    );
    expect(await bench.database.dump()).toBe("");
  });

  it("serves metrics on a port of their own, and there alone without a token", async () => {
    const [call, url] = await started(["--metrics-port", "0"]);
    const metrics = /Metrics +(\S+)/.exec(call.stdout)?.[1] ?? "";
    await fetch(`${url}/health/live`);
    const figures = await fetch(metrics);
    expect(figures.status).toBe(200);
    expect(await figures.text()).toContain("watchword_http_requests_total");
    expect((await fetch(new URL("/api/session", metrics))).status).toBe(404);
    expect((await fetch(`${url}/metrics`)).status).not.toBe(200);
    call.child.kill("SIGINT");
    expect((await call.ended).code).toBe(0);
  });

  it("goes on when nobody reads its banner", async () => {
    const free = createServer();
    const port = await listen(free);
    free.close();
    await once(free, "close");
    const call = bench.start(["serve", "--port", String(port)]);
    call.child.stdout?.destroy();
    const isLive = () =>
      fetch(`http://localhost:${port}/health/live`).then(
        ({ status }) => status,
        () => null,
      );
    await expect.poll(isLive, { timeout: 20_000 }).toBe(200);
    // The banner is written when the server listens, so the broken pipe is behind it by the next answer or two.
    for (let i = 0; i < 20; i++) expect(await isLive()).toBe(200);
    call.child.kill("SIGTERM");
    expect((await call.ended).code).toBe(0);
  });
});
