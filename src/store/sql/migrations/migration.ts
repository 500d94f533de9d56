import type { Dialect } from "../dialect.js";

/** One step of the tables' history. Once released it never changes; what comes later is a migration of its own. */
export interface Migration {
  /** Begins with its number, which is the version of the tables after it. */
  readonly name: string;
  statements(dialect: Dialect): readonly string[];
}
