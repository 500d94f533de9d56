import type { Migration } from "./migration.js";

/** Blocks on names, and the second factor that a person chose. */
export const blocks: Migration = {
  name: "0002-blocks",
  statements: ({ text, whole, clustered }) => [
    `CREATE TABLE watchword_blocks (
      key ${text} NOT NULL PRIMARY KEY,
      value ${text} NOT NULL,
      since ${whole} NOT NULL,
      until ${whole},
      reason ${text}
    ) ${clustered}`,
    `ALTER TABLE watchword_users ADD COLUMN second_factor ${text}`,
  ],
};
