import { changePart, type DatabaseFlags } from "../database-parts.js";
import type { Invocation } from "../invocation.js";

export async function run(invocation: Invocation<DatabaseFlags>): Promise<void> {
  await changePart("reset", invocation);
}
