import { openPostgresStore } from "#dist/store/postgres/open.js";
import { dropSchema, freshSchema, postgresServer } from "../servers/postgres.js";
import { contractSuite } from "./contract.js";

const { url } = await postgresServer();

contractSuite("PostgreSQL", async () => {
  const schema = freshSchema();
  const store = await openPostgresStore({ url, schema });
  // A pool with one connection would let racers run one after the other.
  await Promise.all(Array.from({ length: 50 }, () => store.ping()));
  return {
    store,
    async cleanup() {
      await store.close();
      await dropSchema(url, schema);
    },
  };
});
