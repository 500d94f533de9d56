export type { Json, JsonObject } from "../../base/json.js";
