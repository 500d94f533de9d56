import { connect } from "node:net";
import { connect as connectTls } from "node:tls";

/** What a server that could not be used says to a first message of MongoDB's, in the clear. */
export type WireAnswer = "mongodb" | "tls" | "other" | "silence" | "closed" | "unreached";

const OP_QUERY = 2004;
const OP_REPLY = 1;
/** An alert or a handshake record (RFC 8446 §5.1). */
const TLS_RECORDS = [0x15, 0x16];

/**
 * Asks a server what it speaks, to tell people why it could not be used: the driver says of TLS on one side alone, or of a web server on the
 * port, no more than that the connection was closed.
 */
export async function askWire(host: string, port: number, patience: number): Promise<WireAnswer> {
  const answer = await ask(host, port, patience);
  // A server that wants TLS may just hang up on anything else.
  return answer === "closed" && (await shakesHands(host, port, patience)) ? "tls" : answer;
}

/** Nothing is said over this connection, so it does not matter whose certificate it is. */
function shakesHands(host: string, port: number, patience: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTls({ host, port, rejectUnauthorized: false });
    const end = (answer: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), patience);
    socket.on("secureConnect", () => end(true));
    socket.on("error", () => end(false));
    socket.on("close", () => end(false));
  });
}

function ask(host: string, port: number, patience: number): Promise<WireAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let connected = false;
    const end = (answer: WireAnswer) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(connected ? "silence" : "unreached"), patience);
    socket.on("connect", () => {
      connected = true;
      socket.write(hello());
    });
    socket.on("error", () => end(connected ? "closed" : "unreached"));
    socket.on("close", () => end(connected ? "closed" : "unreached"));
    socket.once("data", (bytes) => end(kindOf(bytes)));
  });
}

function kindOf(bytes: Buffer): WireAnswer {
  if (TLS_RECORDS.includes(bytes[0] ?? 0) && bytes[1] === 3) return "tls";
  return bytes.length >= 16 && bytes.readInt32LE(12) === OP_REPLY && bytes.readInt32LE(8) === 1
    ? "mongodb"
    : "other";
}

/** `{ isMaster: 1 }` to `admin.$cmd`: the one message that servers of every version answer. */
function hello(): Buffer {
  const field = Buffer.from("\x10isMaster\0\x01\0\0\0\0", "latin1");
  const document = Buffer.concat([int32(field.length + 4), field]);
  const body = Buffer.concat([int32(0), Buffer.from("admin.$cmd\0"), int32(0), int32(-1), document]);
  return Buffer.concat([int32(body.length + 16), int32(1), int32(0), int32(OP_QUERY), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
