import { connect, createServer, type Socket } from "node:net";
import { deserialize } from "bson";
import { onTestFinished } from "vitest";

/** A command on its way to the server. */
export interface TappedCommand {
  readonly name: string;
  /** The collection, where the command is about one. */
  readonly target: unknown;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * What becomes of a command: `pass`; `hold`, it never arrives; `cut`, it never arrives and the connection breaks; `lose-answer`, it is carried
 * out and the connection breaks instead of an answer.
 */
export type Fate = "pass" | "hold" | "cut" | "lose-answer";

const OP_MSG = 2013;

/** A wire between a store and the real server, on which single messages get lost. Answers with the URL of its near end. */
export async function tapMongodb(url: string, fateOf: (command: TappedCommand) => Fate): Promise<string> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const tap = createServer((near) => {
    const far = connect(Number(port), hostname);
    const lost = new Set<number>();
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        near.destroy();
        far.destroy();
      });
    }
    eachMessage(near, (message) => {
      const fate = message.readInt32LE(12) === OP_MSG ? fateOf(commandOf(message)) : "pass";
      if (fate === "cut") near.destroy();
      if (fate === "lose-answer") lost.add(message.readInt32LE(4));
      if (fate === "pass" || fate === "lose-answer") far.write(message);
    });
    eachMessage(far, (message) => {
      if (lost.has(message.readInt32LE(8))) near.destroy();
      else near.write(message);
    });
  });
  await new Promise<void>((resolve) => tap.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    tap.close();
  });
  const address = tap.address();
  if (typeof address !== "object" || address === null) throw new Error("The tap has no port.");
  return `mongodb://127.0.0.1:${address.port}/?directConnection=true`;
}

function eachMessage(socket: Socket, take: (message: Buffer) => void): void {
  let waiting: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= 4 && waiting.length >= waiting.readInt32LE(0)) {
      const length = waiting.readInt32LE(0);
      take(waiting.subarray(0, length));
      waiting = waiting.subarray(length);
    }
  });
}

/** The first section of an OP_MSG (github.com/mongodb/specifications, message/OP_MSG). */
function commandOf(message: Buffer): TappedCommand {
  const size = message.readInt32LE(21);
  const body = deserialize(message.subarray(21, 21 + size));
  const [name = ""] = Object.keys(body);
  return { name, target: body[name], body };
}
