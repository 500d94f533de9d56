import type { Differs } from "../side-by-side.js";

export const differs: Differs = {};
