import { afterEach, beforeEach, describe } from "vitest";
import type { Store } from "#dist/store/contract.js";
import { blocksContract } from "./blocks.js";
import { codesContract } from "./codes.js";
import { databaseContract } from "./database.js";
import { eventsContract } from "./events.js";
import { housekeepingContract } from "./housekeeping.js";
import { limitsContract } from "./limits.js";
import { partsContract } from "./parts.js";
import { passwordsContract } from "./passwords.js";
import { recordsContract } from "./records.js";
import { sequencesContract } from "./sequences.js";
import { sessionsContract } from "./sessions.js";
import { userListsContract } from "./user-lists.js";
import { usersContract } from "./users.js";

/** A store of one's own for one test. */
export interface OpenedStore {
  readonly store: Store;
  cleanup(): Promise<void>;
}

/** Gives the store of the running test. */
export type CurrentStore = () => Store;

/** Everything that `store/contract.ts` promises. `open` gives an empty database, not migrated yet. */
export function contractSuite(name: string, open: () => Promise<OpenedStore>): void {
  describe(`the store contract on ${name}`, () => {
    let opened: OpenedStore | undefined;

    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => {
      await opened?.cleanup();
      opened = undefined;
    });

    const current: CurrentStore = () => {
      if (opened === undefined) throw new Error("No test is running.");
      return opened.store;
    };

    databaseContract(current);
    describe("with its tables", () => {
      beforeEach(async () => {
        await current().migrate();
      });
      usersContract(current);
      userListsContract(current);
      sequencesContract(current);
      passwordsContract(current);
      sessionsContract(current);
      codesContract(current);
      limitsContract(current);
      blocksContract(current);
      eventsContract(current);
      housekeepingContract(current);
      partsContract(current);
      recordsContract(current);
    });
  });
}
