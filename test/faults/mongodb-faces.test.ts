import { startMongodb } from "../servers/mongodb.js";
import { serverAwaySuite } from "./server-away.js";

serverAwaySuite("MongoDB", () => startMongodb({ persistent: true }));
