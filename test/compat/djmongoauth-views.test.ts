import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DjMongoAuthError, forNode, type View } from "watchword/compat/djmongoauth";
import { newDatabase } from "../helpers/database.js";
import { type Bench, openBench } from "./djmongoauth-bench.js";

let bench: Bench;
let server: Server;
let origin: string;
/** Whether the app parses bodies before the views, as `express.json()` does. */
let parses = false;

/** An app as somebody would write it with Express: paths with handlers of `(request, response)`. */
beforeEach(async () => {
  parses = false;
  bench = await openBench(await newDatabase());
  server = createServer((request, response) => {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    const { register, login, logout, verify, reset } = bench.port.views;
    const views: Readonly<Record<string, View>> = {
      "/register": register,
      "/login": login,
      "/logout": logout,
      "/verify": verify,
      "/reset": reset,
    };
    const view = views[path];
    void (async () => {
      if (parses) {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const text = Buffer.concat(chunks).toString();
        Object.assign(request, { body: text === "" ? undefined : JSON.parse(text) });
      }
      if (view !== undefined) return forNode(view)(request, response);
      const account = bench.port.authenticated(async (asked: typeof request) => {
        const { username, email_verified } = await bench.port.User.of(asked);
        response.end(JSON.stringify({ username, email_verified }));
      });
      await account(request).catch((error: unknown) => {
        if (!(error instanceof DjMongoAuthError)) throw error;
        response.writeHead(401).end();
      });
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await bench.cleanup();
});

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly headers: Headers;
}

async function ask(method: string, path: string, body?: unknown, token?: string): Promise<Answer> {
  const response = await fetch(origin + path, {
    method,
    headers: token === undefined ? {} : { authorization: token },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === "" ? null : (JSON.parse(text) as Answer["body"]),
    headers: response.headers,
  };
}

async function tokenOf(username: string, password: string): Promise<string> {
  const { body } = await ask("POST", "/login", { username, password });
  return String(body?.token);
}

const ANN = { username: "ann", email: "ann@example.com", password: "a phrase of hers" };

describe.each([
  ["that leaves bodies to the views", false],
  ["that parses bodies first", true],
])("an app %s", (_kind, parsing) => {
  it("registers Ann, verifies her address by the mail, and resets her password", async () => {
    parses = parsing;
    expect(await ask("POST", "/register", ANN)).toMatchObject({ status: 201, body: null });
    const signedIn = await ask("POST", "/login", ANN);
    expect(signedIn).toMatchObject({ status: 200, body: { token: expect.stringMatching(/^[\w-]{43}$/) } });
    expect(signedIn.headers.get("content-type")).toBe("application/json");
    expect(signedIn.headers.get("cache-control")).toBe("no-store");
    const token = `Bearer ${signedIn.body?.token}`;
    expect((await ask("GET", "/account", undefined, token)).body).toEqual({
      username: "ann",
      email_verified: false,
    });

    expect(await ask("POST", "/verify", undefined, token)).toMatchObject({ status: 201, body: null });
    expect((await bench.mail(1)).envelopeTo).toEqual(["ann@example.com"]);
    // The page behind the link; she may have opened it on her telephone, where she is not signed in.
    expect(await ask("PUT", `/verify?a=${await bench.linkIn(1)}`)).toMatchObject({ status: 200, body: null });
    expect((await ask("GET", "/account", undefined, token)).body).toMatchObject({ email_verified: true });

    const elsewhere = await tokenOf("ann", ANN.password);
    expect(await ask("POST", "/reset", undefined, token)).toMatchObject({ status: 200, body: null });
    const link = await bench.linkIn(2);
    const reset = { new_password: "another phrase" };
    expect(await ask("PUT", `/reset?a=${link}`, reset)).toMatchObject({ status: 200, body: null });
    for (const each of [token, elsewhere])
      expect((await ask("GET", "/account", undefined, each)).status).toBe(401);
    expect((await ask("POST", "/login", ANN)).status).toBe(400);
    expect((await ask("PUT", `/reset?a=${link}`, reset)).status).toBe(400);

    const later = await tokenOf("ann", reset.new_password);
    expect(await ask("POST", "/logout", undefined, later)).toMatchObject({ status: 204, body: null });
    expect((await ask("POST", "/logout", undefined, later)).status).toBe(400);
    expect((await ask("GET", "/account", undefined, later)).status).toBe(401);
  });

  it("mails a link to Ann when she has forgotten her password and gives her address", async () => {
    parses = parsing;
    await ask("POST", "/register", ANN);
    const answers = [];
    for (const email of ["ann@example.com", "nobody@example.com"])
      answers.push(await ask("POST", "/reset", { email }));
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [200, null],
      [200, null],
    ]);
    const path = `/reset?a=${await bench.linkIn(1)}`;
    expect((await ask("PUT", path, { new_password: "another phrase" })).status).toBe(200);
    expect(bench.smtp.mails).toHaveLength(1);
    await tokenOf("ann", "another phrase");
  });
});

describe("the views", () => {
  it.each([
    ["a taken name", "POST", "/register", { ...ANN, email: "other@example.com" }],
    ["a taken address", "POST", "/register", { ...ANN, username: "other" }],
    ["no username", "POST", "/register", { email: "x@example.com", password: "x" }],
    ["no email", "POST", "/register", { username: "x", password: "x" }],
    ["no password", "POST", "/register", { username: "x", email: "x@example.com" }],
    [
      "a password that is null",
      "POST",
      "/register",
      { username: "x", email: "x@example.com", password: null },
    ],
    ["no JSON to register with", "POST", "/register", "username=x"],
    ["nothing to register with", "POST", "/register", undefined],
    ["a wrong password", "POST", "/login", { ...ANN, password: "x" }],
    ["an unknown name", "POST", "/login", { ...ANN, username: "x" }],
    ["no password to sign in with", "POST", "/login", { username: "ann" }],
    ["a query in place of a name", "POST", "/login", { ...ANN, username: { $ne: null } }],
    ["no token to sign out with", "POST", "/logout", undefined],
    ["no token to verify with", "POST", "/verify", undefined],
    ["no link to verify with", "PUT", "/verify", undefined],
    ["a made-up link to verify with", "PUT", "/verify?a=made-up", undefined],
    ["neither token nor address to reset with", "POST", "/reset", undefined],
    ["a made-up link to reset with", "PUT", "/reset?a=made-up", { new_password: "x" }],
    ["no new password", "PUT", "/reset?a=made-up", {}],
  ])("answer %s with 400 and a sentence", async (_what, method, path, body) => {
    await ask("POST", "/register", ANN);
    const answer = await ask(method, path, body);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringMatching(/\w+ \w+.*\.$/s) } });
    expect(Object.keys(answer.body ?? {})).toEqual(["error"]);
  });

  it.each([
    ["/register", "POST", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"]],
    ["/login", "POST", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"]],
    ["/logout", "POST", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"]],
    ["/verify", "POST, PUT", ["GET", "PATCH", "DELETE", "OPTIONS"]],
    ["/reset", "POST, PUT", ["GET", "PATCH", "DELETE", "OPTIONS"]],
  ])("answer at %s any method but %s with 405", async (path, allowed, methods) => {
    for (const method of methods) {
      const answer = await ask(method, path);
      expect([answer.status, answer.headers.get("allow")], method).toEqual([405, allowed]);
    }
  });

  it("answer a body that is too large on the connection that it came by", async () => {
    const answer = await ask("POST", "/register", { ...ANN, more: "x".repeat(4_000_000) });
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining("larger") } });
  });

  it("take a request of the Fetch standard too, and answer with its response", async () => {
    const { views } = bench.port;
    const post = (body: object) =>
      new Request("https://x.example/", { method: "POST", body: JSON.stringify(body) });
    expect((await views.register(post(ANN))).status).toBe(201);
    const response = await views.login(post(ANN));
    expect(await response.json()).toEqual({ token: expect.any(String) });
  });

  it("answer what fails below with 400 too, say no more than that it did, and log it", async () => {
    const errors: object[] = [];
    const logger = { debug() {}, info() {}, warn() {}, error: (fields: object) => errors.push(fields) };
    await bench.reopen({ watchword: { logger } });
    await bench.port.space.close();
    const answer = await ask("POST", "/login", ANN);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.not.stringContaining("closed") } });
    expect(errors).toEqual([{ err: expect.objectContaining({ code: "closed" }) }]);
  });
});
