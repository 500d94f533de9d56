import type { Store } from "../store/contract.js";
import type { DatabaseService } from "./contract.js";
import type { Housekeeping } from "./housekeeping.js";

export function createDatabase(store: Store, housekeeping: Housekeeping): DatabaseService {
  return {
    kind: store.kind,
    location: store.location,
    async ping() {
      const begun = performance.now();
      await store.ping();
      return Math.round(performance.now() - begun);
    },
    statistics: () => store.statistics(),
    schema: () => store.schema(),
    cleanup: async () => ({ ...(await housekeeping.run()) }),
  };
}
