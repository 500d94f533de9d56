/**
 * The load: keeps a number of connections busy with GET requests for a while and tells what came back. Raw sockets and
 * requests made once, because on a machine of two cores a full HTTP client would cost more than the server it measures.
 * Reads its orders as JSON from the command line, writes "ready" and then its findings as JSON. SIGTERM ends it early,
 * with findings.
 */
import { connect, type Socket } from "node:net";

export interface LoadOrders {
  readonly port: number;
  readonly path: string;
  /** One after another in turn; each becomes `Authorization: Bearer …`. */
  readonly tokens: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** Milliseconds between a response and the next request on the same connection; 0: none. */
  readonly pause: number;
  /** Whether to tell of each answer. */
  readonly samples: boolean;
}

export interface LoadFindings {
  readonly perSecond: number;
  readonly answered: number;
  /** Answers that were not 200, and connections that broke. */
  readonly failed: number;
  /** Milliseconds. */
  readonly median: number;
  readonly p99: number;
  /** Each answer: when its request left (milliseconds since 1970), and how many milliseconds it took. */
  readonly samples: readonly (readonly [leftAt: number, took: number])[];
}

const orders: LoadOrders = JSON.parse(process.argv[2] ?? "{}");
const requests = orders.tokens.map((token) =>
  Buffer.from(
    `GET ${orders.path} HTTP/1.1\r\nHost: localhost:${orders.port}\r\nAuthorization: Bearer ${token}\r\nAccept: application/json\r\n\r\n`,
  ),
);
const times: number[] = [];
const samples: [number, number][] = [];
let failed = 0;
let next = 0;
const start = performance.now();
let end = start + orders.seconds * 1000;
process.once("SIGTERM", () => {
  end = 0;
});
process.stdout.write("ready\n");

await Promise.all(Array.from({ length: orders.connections }, keepBusy));
const took = (performance.now() - start) / 1000;
times.sort((a, b) => a - b);
const findings: LoadFindings = {
  perSecond: times.length / took,
  answered: times.length,
  failed,
  median: times[times.length >> 1] ?? Number.NaN,
  p99: times[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN,
  samples,
};
process.stdout.write(JSON.stringify(findings));

function keepBusy(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port: orders.port, host: "127.0.0.1", noDelay: true });
    let sentAt = 0;
    let pending: Buffer | null = null;
    const send = (): void => {
      const request = requests[next++ % requests.length];
      if (request === undefined || performance.now() >= end) {
        socket.end();
        resolve();
        return;
      }
      sentAt = performance.now();
      socket.write(request);
    };
    socket.on("connect", send);
    socket.on("data", (chunk: Buffer) => {
      const buffer = pending === null ? chunk : Buffer.concat([pending, chunk]);
      const length = answerLength(buffer, socket);
      if (length === null || buffer.length < length) {
        pending = buffer;
        return;
      }
      pending = null;
      const took = performance.now() - sentAt;
      times.push(took);
      if (orders.samples) samples.push([performance.timeOrigin + sentAt, took]);
      if (buffer.toString("latin1", 9, 12) !== "200") failed++;
      if (orders.pause === 0) send();
      else setTimeout(send, orders.pause);
    });
    socket.on("error", () => {
      failed++;
      resolve();
    });
    socket.on("close", () => resolve());
  });
}

/** The whole length of the answer at the head of a buffer; null: its head has not arrived in full. */
function answerLength(buffer: Buffer, socket: Socket): number | null {
  const headEnd = buffer.indexOf("\r\n\r\n");
  if (headEnd < 0) return null;
  const length = /\r\ncontent-length: *(\d+)/i.exec(buffer.toString("latin1", 0, headEnd + 2))?.[1];
  if (length === undefined) {
    socket.destroy(new Error("An answer without a length"));
    return null;
  }
  return headEnd + 4 + Number(length);
}
