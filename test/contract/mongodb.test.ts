import { randomUUID } from "node:crypto";
import { openMongodbStore } from "#dist/store/mongodb/open.js";
import { mongodbServer } from "../servers/mongodb.js";
import { contractSuite } from "./contract.js";

contractSuite("MongoDB", async () => {
  const { url } = await mongodbServer();
  // A prefix of its own, in the database that the URL names.
  const prefix = `t${randomUUID().slice(0, 8)}_`;
  const store = await openMongodbStore({ url, prefix });
  return {
    store,
    async cleanup() {
      await store.dropPart("all").catch((error: unknown) => {
        if (!(error instanceof Error && "code" in error && error.code === "closed")) throw error;
      });
      await store.close();
    },
  };
});
