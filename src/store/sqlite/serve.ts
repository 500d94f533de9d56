import { parentPort, workerData } from "node:worker_threads";
import type { Call, CallOutcome, FromThread, ToThread } from "./calls.js";
import { Connection, type ConnectionOptions } from "./connection.js";

/** A worker thread's life: its own connection, and one answer to each message until it is told to close. */
export function serve(
  answer: (connection: Connection, calls: readonly Call[], file: string) => readonly CallOutcome[],
): void {
  const port = parentPort;
  if (port === null) throw new Error("This file runs as a worker thread only.");
  const options: ConnectionOptions = workerData;
  const connection = new Connection(options);
  port.on("message", (message: ToThread) => {
    if (message === "close") {
      try {
        if (!options.readOnly) connection.writeBackLog();
      } finally {
        connection.close();
        port.close();
      }
      return;
    }
    const reply: FromThread = { outcomes: answer(connection, message.calls, options.file) };
    port.postMessage(reply);
  });
}
