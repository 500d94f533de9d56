// The second process of lock-proof.ts: begins and ends a writing transaction when it is told to.
import { Connection } from "./connection.js";
import { begin, type LockReply, type LockRequest } from "./lock-proof.js";

const connection = new Connection({
  file: process.argv[2] ?? "",
  synchronous: "normal",
  busyTimeout: 0,
  cache: 64,
  map: 0,
  readOnly: false,
  sizeLimit: 0,
});

function answer(request: LockRequest): LockReply {
  try {
    if (request === "begin") return begin(connection) ? "done" : "locked";
    connection.exec("ROLLBACK");
    return "done";
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

process.on("message", (request: LockRequest) => process.send?.(answer(request)));
// The first process is gone: so is the reason to be here.
process.on("disconnect", () => process.exit());
