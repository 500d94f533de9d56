import type { Logger } from "./options.js";

/** Without a logger of the application's own: what somebody should look at goes to stderr, the rest nowhere. */
export const stderrLogger: Logger = {
  debug() {},
  info() {},
  warn: (fields, message) => console.warn(`watchword: ${message}`, fields),
  error: (fields, message) => console.error(`watchword: ${message}`, fields),
};
