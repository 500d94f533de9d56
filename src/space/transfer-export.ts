import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { requireBoolean } from "../base/input.js";
import type { Store } from "../store/contract.js";
import { requireSuperuser } from "../users/rights.js";
import type { TransferExport } from "./contract.js";

/** Gives users out, and writes down that it did. */
export function createTransferExport(deps: { readonly store: Store; readonly clock: Clock }): TransferExport {
  const { store, clock } = deps;
  return {
    async *export(input = {}) {
      requireSuperuser(input, "export the users");
      const { format = "ndjson", hashes = false } = input;
      if (format !== "ndjson" && format !== "csv")
        throw wrong("format", `format is ${JSON.stringify(format)}; it may be "ndjson" or "csv".`);
      requireBoolean(hashes, "hashes");
      if (hashes && format === "csv")
        throw wrong("hashes", "CSV never holds password hashes; export them as NDJSON.");
      const { exportUsers } = await import("../transfer/export.js");
      const details = { format, hashes };
      await store.addEvents([
        auditEvent("users.exported", { now: clock.now(), userId: null, details }, input),
      ]);
      yield* exportUsers(store, details);
    },
  };
}

function wrong(field: string, message: string): WatchwordError {
  return new WatchwordError("invalid-input", message, { details: { field } });
}
