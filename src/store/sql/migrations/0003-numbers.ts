import type { Migration } from "./migration.js";

/** Numbers of users, and the sequences that they come from. */
export const numbers: Migration = {
  name: "0003-numbers",
  statements: ({ text, whole, clustered }) => [
    `CREATE TABLE watchword_sequences (
      key ${text} NOT NULL PRIMARY KEY,
      value ${whole} NOT NULL
    ) ${clustered}`,
    `ALTER TABLE watchword_users ADD COLUMN number ${whole}`,
  ],
};
