import { firstTables } from "./0001-first-tables.js";
import { blocks } from "./0002-blocks.js";
import { numbers } from "./0003-numbers.js";
import type { Migration } from "./migration.js";

/** All of them, in the order in which they run. */
export const MIGRATIONS: readonly Migration[] = [firstTables, blocks, numbers];
