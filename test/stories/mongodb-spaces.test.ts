import { serverSpacesSuite } from "./server-spaces.js";

serverSpacesSuite("MongoDB", (prefix) => ({ mongodb: { prefix } }));
