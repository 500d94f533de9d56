import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DjMongoAuthRequest } from "watchword/compat/djmongoauth";
import { newDatabase } from "../helpers/database.js";
import { type Bench, openBench, REFUSED } from "./djmongoauth-bench.js";

const PHRASE = "a phrase of hers";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench(await newDatabase());
});
afterEach(() => bench.cleanup());

describe("authenticated", () => {
  it("goes before a function, as authenticated(handler) and as authenticated()(handler)", async () => {
    const { authenticated } = bench.port;
    const request = { ...(await bench.person("ann", PHRASE)), url: "/orders" };
    const orders = (asked: DjMongoAuthRequest, size: number) => `${size} orders at ${asked.url}`;
    for (const guarded of [authenticated(orders), authenticated()(orders)]) {
      expect(await guarded(request, 3)).toBe("3 orders at /orders");
      expect(guarded.name).toBe("orders");
      await expect(guarded({ headers: {} }, 3)).rejects.toThrow(REFUSED);
      await expect(guarded({ headers: { authorization: "made up" } }, 3)).rejects.toThrow(REFUSED);
    }
  });

  it("lets nobody through after a sign-out, after the session's end, and without a request", async () => {
    const { authenticated, User } = bench.port;
    let calls = 0;
    const guarded = authenticated((_request: DjMongoAuthRequest) => calls++);
    const request = await bench.person("ann", PHRASE);
    await guarded(request);
    await User.logout(request);
    await expect(guarded(request)).rejects.toThrow(REFUSED);
    const later = { headers: { authorization: await User.login("ann", PHRASE) } };
    bench.clock.advance(7 * 24 * 3_600_000);
    await expect(guarded(later)).rejects.toThrow(REFUSED);
    for (const none of [undefined, null, "request", {}])
      await expect(guarded(none as unknown as DjMongoAuthRequest)).rejects.toThrow(REFUSED);
    expect(calls).toBe(1);
  });

  it("passes on what the handler throws, and what fails below", async () => {
    const { authenticated } = bench.port;
    const request = await bench.person("ann", PHRASE);
    const guarded = authenticated(() => {
      throw new RangeError("sold out");
    });
    await expect(guarded(request)).rejects.toThrow(new RangeError("sold out"));
    await bench.port.close();
    await expect(guarded(request)).rejects.toThrow(expect.objectContaining({ code: "closed" }));
    await bench.reopen().catch(() => {});
  });
});

/** Hands a real request of `node:http` over, and gives what came of it. */
async function overTheWire<T>(
  init: RequestInit & { readonly path?: string },
  use: (request: IncomingMessage) => Promise<T>,
): Promise<PromiseSettledResult<T>> {
  const outcomes: PromiseSettledResult<T>[] = [];
  const server = createServer((request, response) => {
    void Promise.allSettled([use(request)]).then((settled) => {
      outcomes.push(...settled);
      response.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    await fetch(`http://127.0.0.1:${port}${init.path ?? "/"}`, { keepalive: false, ...init });
  } finally {
    server.closeAllConnections();
    server.close();
  }
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error("The request did not arrive.");
  return outcome;
}

describe("a request", () => {
  const reset = { new_password: "another phrase" };
  const handle = (request: DjMongoAuthRequest) => bench.port.User.handleEmailRequest(request, "RESET");

  async function resetLink(): Promise<string> {
    await bench.port.User.sendResetEmail("ann@example.com");
    return bench.linkIn(1);
  }

  it("may be one of the Fetch standard", async () => {
    const { headers } = await bench.person("ann", PHRASE);
    const signed = new Request("https://api.shop.example/orders", { headers });
    expect((await bench.port.User.of(signed)).username).toBe("ann");
    const body = JSON.stringify(reset);
    await handle(
      new Request(`https://api.shop.example/reset?a=${await resetLink()}`, { method: "PUT", body }),
    );
    await bench.port.User.login("ann", reset.new_password);
  });

  it("may be one of node:http, whose body is read from the socket", async () => {
    const { headers } = await bench.person("ann", PHRASE);
    const signed = await overTheWire({ headers }, (request) => bench.port.User.of(request));
    expect(signed).toMatchObject({ status: "fulfilled", value: { username: "ann" } });
    const init = { method: "PUT", path: `/reset?a=${await resetLink()}`, body: JSON.stringify(reset) };
    expect(await overTheWire(init, handle)).toMatchObject({ status: "fulfilled" });
    await bench.port.User.login("ann", reset.new_password);
  });

  it.each([
    ["what a body parser made of it", reset],
    ["its text", JSON.stringify(reset)],
    ["its bytes", Buffer.from(JSON.stringify(reset))],
  ])("may be one of Express, with %s as body", async (_what, body) => {
    await bench.person("ann", PHRASE);
    const url = `/accounts/reset?lang=en&a=${await resetLink()}#top`;
    const init = { method: "PUT", path: url };
    expect(await overTheWire(init, (request) => handle(Object.assign(request, { body })))).toMatchObject({
      status: "fulfilled",
    });
    await bench.port.User.login("ann", reset.new_password);
  });

  it("may be any object with headers, in whatever case they are written", async () => {
    const { headers } = await bench.person("ann", PHRASE);
    for (const name of ["authorization", "Authorization", "AUTHORIZATION"])
      for (const text of [headers.authorization, ` Bearer ${headers.authorization} `])
        expect((await bench.port.User.of({ headers: { [name]: text } })).username).toBe("ann");
  });

  it.each([
    ["no JSON", "new_password=x"],
    ["nothing", ""],
    ["a list", "[]"],
    ["null", "null"],
    ["no UTF-8", Buffer.from([0x22, 0xff, 0x22])],
    ["more than 64 KiB", JSON.stringify({ new_password: "x".repeat(65_536) })],
  ])("is refused with %s in its body, from Node and from Fetch", async (_what, body) => {
    await bench.person("ann", PHRASE);
    const path = `/reset?a=${await resetLink()}`;
    const request = { method: "PUT", path, body };
    expect(await overTheWire(request, handle)).toMatchObject({ status: "rejected", reason: REFUSED });
    await expect(handle(new Request(`https://x.example${path}`, request))).rejects.toThrow(REFUSED);
    await bench.port.User.login("ann", PHRASE);
  });

  it("is refused where something else has read its body", async () => {
    await bench.person("ann", PHRASE);
    const body = JSON.stringify(reset);
    const request = new Request(`https://x.example/reset?a=${await resetLink()}`, { method: "PUT", body });
    await request.text();
    await expect(handle(request)).rejects.toThrow(REFUSED);
  });
});
