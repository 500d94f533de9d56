import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { UserSpace } from "watchword";
import { startServer } from "#dist/http/server.js";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

type Server = Awaited<ReturnType<typeof startServer>>;

let test: TestSpace;
let servers: Server[];
beforeEach(async () => {
  test = await openTestSpace();
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await test.cleanup();
});

async function start(space: UserSpace = test.space, grace?: number): Promise<Server> {
  const server = await startServer(space, { port: 0, ...(grace === undefined ? {} : { grace }) });
  servers.push(server);
  return server;
}

/** The space, whose answers wait until the test lets them go. */
function slowed(): { space: UserSpace; arrived: Promise<void>; letGo: () => void } {
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const handler: UserSpace["handler"] = async (request, context) => {
    arrive();
    await gate;
    return test.space.handler(request, context);
  };
  return { space: { ...test.space, handler }, arrived, letGo };
}

/** Sends bytes as they are, and gives what comes back until the server closes the connection. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    answer += chunk;
  });
  socket.write(text);
  await once(socket, "close");
  return answer;
}

describe("the server", () => {
  it("does not answer for a client whose address it cannot know any more, so that no limit is dodged", async () => {
    const { port } = await start();
    const body = JSON.stringify({ identifier: "ada", password: "wrong password" });
    const request =
      "POST /api/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
      `Content-Length: ${body.length}\r\n\r\n${body}`;
    await test.space.users.create({ username: "ada", password: "correct horse battery staple" });
    const done = test.space.passwords.statistics.done;
    for (let round = 0; round < 10; round++)
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          const socket = connect(port, "127.0.0.1");
          socket.on("error", () => {});
          socket.write(request, () => socket.resetAndDestroy());
          await once(socket, "close");
        }),
      );
    // A request that is served after all came with its address, and those are limited to five.
    await fetch(`http://127.0.0.1:${port}/health/live`);
    expect(test.space.passwords.statistics.done - done).toBeLessThanOrEqual(5);
    const { items } = await test.space.audit.list({ action: "sign-in.failed" });
    expect(items.every((entry) => entry.ip !== null)).toBe(true);
  });

  it("tells a sender who broke off nothing of an error of its own", async () => {
    const logged: string[] = [];
    const log = {
      debug() {},
      info() {},
      warn() {},
      error: (_: object, message: string) => logged.push(message),
    };
    const space = await test.reopen({ logger: log });
    const { port } = await start(space);
    const socket = connect(port, "127.0.0.1");
    socket.write(
      "POST /api/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    );
    await once(socket, "connect");
    await fetch(`http://127.0.0.1:${port}/health/live`);
    socket.destroy();
    await once(socket, "close");
    const chunked = await raw(
      port,
      "POST /api/sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n" +
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    );
    expect(chunked).toMatch(/^HTTP\/1\.1 400/);
    await servers.pop()?.close();
    expect(logged).toEqual([]);
  });

  it("serves the space, and knows the address of the client", async () => {
    const { url, port } = await start();
    expect(url).toBe(`http://localhost:${port}`);
    await test.space.users.create({ username: "ada", password: "correct horse battery staple" });
    const response = await fetch(`http://127.0.0.1:${port}/api/sign-in`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-forwarded-for": "203.0.113.1" },
      body: JSON.stringify({ identifier: "ada", password: "correct horse battery staple", cookie: false }),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ session: { ip: "127.0.0.1" } });
  });

  it("sets each cookie in a header of its own", async () => {
    const { port } = await start();
    await test.space.users.create({ username: "ada", password: "correct horse battery staple" });
    const response = await fetch(`http://127.0.0.1:${port}/api/sign-in`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ identifier: "ada", password: "correct horse battery staple" }),
    });
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^watchword=/),
      expect.stringMatching(/^watchword-device=/),
    ]);
  });

  it("answers 413 to 10 MB, in pieces or in one", async () => {
    const { port } = await start();
    const body = Buffer.alloc(10 * 1024 * 1024, 0x20);
    const headers = { "content-type": "application/json" };
    const whole = await fetch(`http://127.0.0.1:${port}/api/sign-in`, { method: "POST", headers, body });
    expect(whole.status).toBe(413);
    const chunked = httpRequest({ port, host: "127.0.0.1", method: "POST", path: "/api/sign-in", headers });
    chunked.on("error", () => {});
    chunked.write(body.subarray(0, 512 * 1024));
    const [response] = await once(chunked, "response");
    expect(response.statusCode).toBe(413);
    chunked.destroy();
  });

  it.each([
    "GET /api/session HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
    "GET /api/session HTTP/1.1\r\nHost: evil.example/x?\r\nConnection: close\r\n\r\n",
    "GET nonsense HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "nonsense\r\n\r\n",
    "GET /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
  ])("answers 400 to %j", async (text) => {
    const { port } = await start();
    expect(await raw(port, text)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("says which port is in use, and what to do", async () => {
    const { port } = await start();
    await expect(startServer(test.space, { port })).rejects.toMatchObject({
      code: "invalid-option",
      message: expect.stringMatching(new RegExp(`Port ${port} .* in use .* --port`)),
    });
    await expect(startServer(test.space, { port: 0, host: "203.0.113.1" })).rejects.toMatchObject({
      code: "invalid-option",
      message: expect.stringContaining("203.0.113.1"),
    });
  });
});

describe("stopping", () => {
  it("finishes what was accepted, takes nothing new, and drops idle connections at once", async () => {
    const { space, arrived, letGo } = slowed();
    const server = await start(space);
    const agent = new Agent({ keepAlive: true });
    const idle = connect(server.port, "127.0.0.1");
    await once(idle, "connect");
    const idleClosed = once(idle, "close");
    idle.resume();

    const running = httpRequest({ port: server.port, host: "127.0.0.1", path: "/health/live", agent }).end();
    const response = once(running, "response");
    await arrived;
    const closed = server.close();
    await idleClosed;
    await expect(fetch(`http://127.0.0.1:${server.port}/health/live`)).rejects.toThrow();

    letGo();
    const [message] = await response;
    expect(message.statusCode).toBe(200);
    message.resume();
    await closed;
    expect(await server.close()).toBeUndefined();
    agent.destroy();
  });

  it("answers what clients had sent, even where it had not been read yet", async () => {
    const { port, close } = await start();
    const sockets = Array.from({ length: 50 }, () => connect(port, "127.0.0.1"));
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    const answers = sockets.map(async (socket) => {
      let text = "";
      socket.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      await once(socket, "close");
      return text;
    });
    for (const socket of sockets) socket.write("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await close();
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("waits no longer than the grace for what does not finish", async () => {
    const { space, arrived } = slowed();
    const server = await start(space, 50);
    const stuck = expect(fetch(`http://127.0.0.1:${server.port}/health/live`)).rejects.toThrow();
    await arrived;
    await server.close();
    await stuck;
  });
});
