import { serverSpacesSuite } from "./server-spaces.js";

serverSpacesSuite("PostgreSQL", (schema) => ({ postgres: { schema, poolSize: 4 } }));
