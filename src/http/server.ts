import { randomUUID } from "node:crypto";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { getRequestListener, RequestError } from "@hono/node-server";
import { SECOND } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import type { UserSpace } from "../space/contract.js";
import type { Logger } from "../space/options.js";
import { failure, problem } from "./problem.js";

/** How {@link startServer} listens. */
export interface ServerOptions {
  /** 0: any port that is free. */
  readonly port: number;
  /** Default: `127.0.0.1`, this machine only. */
  readonly host?: string;
  /** Gets failures of the server itself; request lines go to the logger that the space was opened with. */
  readonly log?: Logger;
  /** Whole milliseconds that {@link RunningServer.close} leaves to requests that are under way. Default: 10 seconds. */
  readonly grace?: number;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Takes no more connections, finishes what was accepted, and ends what is not finished after the grace. Safe to call twice. */
  close(): Promise<void>;
}

/** Whole milliseconds for the headers, and for the whole of a request, so that slow senders hold no socket for long. */
const HEADERS_WITHIN = 15 * SECOND;
const REQUEST_WITHIN = 30 * SECOND;
/** Longer than load balancers keep theirs (60 seconds), so that none sends into a connection that is closing. */
const KEEP_ALIVE = 65 * SECOND;
const GRACE = 10 * SECOND;
/** How long a server that stops goes on taking what comes in, where that never ends. */
const LAST_CALL = SECOND;

/**
 * Serves a space over HTTP/1.1. TLS is the business of the proxy in front.
 * @throws WatchwordError `invalid-option` where the port or the host cannot be had.
 */
export async function startServer(space: UserSpace, options: ServerOptions): Promise<RunningServer> {
  const { port, host = "127.0.0.1", log = null, grace = GRACE } = options;
  const listener = getRequestListener(
    (request, { incoming }) => {
      const ip = incoming.socket.remoteAddress;
      if (ip === undefined) {
        // The client is gone already (a reset right behind the request). Without its address every limit for addresses
        // would be off, and nobody is there to hear an answer.
        incoming.destroy();
        return new Response(null, { status: 400 });
      }
      return space.handler(request, { ip });
    },
    { errorHandler: (error) => answerBroken(error, log) },
  );

  const open = await listenOn(listener, port, host, log);

  let closing: Promise<void> | null = null;
  const bound = boundTo(open.server);
  return {
    port: bound.port,
    url: `http://${urlHost(host, bound)}:${bound.port}`,
    close() {
      closing ??= stop(open, grace);
      return closing;
    },
  };
}

/** A server that listens, and what it is at. */
interface Open {
  readonly server: Server;
  readonly sockets: ReadonlySet<Socket>;
  readonly underWay: ReadonlySet<ServerResponse>;
  /** How many connections and requests have come in so far. */
  arrivals(): number;
}

async function listenOn(
  listener: ReturnType<typeof getRequestListener>,
  port: number,
  host: string,
  log: Logger | null,
): Promise<Open> {
  const sockets = new Set<Socket>();
  const underWay = new Set<ServerResponse>();
  let arrivals = 0;
  const server = createServer(
    { headersTimeout: HEADERS_WITHIN, requestTimeout: REQUEST_WITHIN, keepAliveTimeout: KEEP_ALIVE },
    (incoming, outgoing) => {
      arrivals++;
      underWay.add(outgoing);
      outgoing.once("close", () => underWay.delete(outgoing));
      return listener(incoming, outgoing);
    },
  );
  server.on("connection", (socket) => {
    arrivals++;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await listen(server, port, host);
  server.on("error", (error) => log?.error({ err: error }, "the server failed"));
  return { server, sockets, underWay, arrivals: () => arrivals };
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(cannotListen(cause, port, host)));
    server.listen(port, host, resolve);
  });
  server.removeAllListeners("error");
}

/** What never became a request: a target or a Host header that is none. */
function answerBroken(error: unknown, log: Logger | null): Response {
  if (!(error instanceof RequestError)) return failure(error, randomUUID(), log);
  const told = new WatchwordError("invalid-input", `The request cannot be understood: ${error.message}.`);
  return problem(told, randomUUID());
}

function cannotListen(cause: NodeJS.ErrnoException, port: number, host: string): WatchwordError {
  const refuse = (message: string, option: string) =>
    new WatchwordError("invalid-option", message, { cause, details: { option } });
  if (cause.code === "EADDRINUSE")
    return refuse(
      `Port ${port} on ${host} is in use by another program; stop that one, or choose another port with --port or PORT.`,
      "port",
    );
  if (cause.code === "EACCES")
    return refuse(
      `This user may not listen on port ${port}; choose one above 1023 with --port or PORT.`,
      "port",
    );
  if (cause.code === "EADDRNOTAVAIL" || cause.code === "ENOTFOUND")
    return refuse(`This machine has no address ${host}; choose another with --host or HOST.`, "host");
  return refuse(`The server cannot listen on ${host}, port ${port}: ${cause.message}.`, "port");
}

function boundTo(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new WatchwordError("internal", "The server listens on no port; report this.");
  return address;
}

/** A host that a browser on this machine can open: the "all addresses" of a server is none. */
function urlHost(host: string, bound: AddressInfo): string {
  if (host === "0.0.0.0" || host === "::" || host === "127.0.0.1" || host === "localhost") return "localhost";
  return bound.family === "IPv6" ? `[${bound.address}]` : host;
}

async function stop(open: Open, grace: number): Promise<void> {
  const { server, sockets, underWay } = open;
  await readWhatHasArrived(open);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // What came in on a connection that was open is served as well.
  await readWhatHasArrived(open);
  const busy = new Set<Socket | null>();
  for (const outgoing of underWay) {
    const { socket } = outgoing;
    busy.add(socket);
    // Its connection would stay open for a next request otherwise.
    if (!outgoing.headersSent) outgoing.setHeader("connection", "close");
    outgoing.once("close", () => socket?.destroySoon());
  }
  // Not `closeIdleConnections`: that leaves those on which nothing was asked yet, and browsers keep such in reserve.
  for (const socket of sockets) if (!busy.has(socket)) socket.destroy();
  const timer = setTimeout(() => server.closeAllConnections(), grace);
  await closed;
  clearTimeout(timer);
}

/**
 * Under load, connections wait to be taken and requests to be read although clients have sent them. A turn of the event
 * loop takes one connection, so this goes on until some turns in a row have brought nothing.
 */
async function readWhatHasArrived({ arrivals }: Open): Promise<void> {
  const until = performance.now() + LAST_CALL;
  let quietTurns = 0;
  while (quietTurns < 5 && performance.now() < until) {
    const before = arrivals();
    await setImmediate();
    quietTurns = arrivals() > before ? 0 : quietTurns + 1;
  }
}
