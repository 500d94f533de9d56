import type { FindCursor } from "mongodb";
import { whole } from "./values.js";

/** The first so many that a search finds. None of none: to MongoDB a limit of 0 is no limit at all. */
export async function take<T>(cursor: FindCursor<T>, size: number): Promise<T[]> {
  return whole(size) > 0 ? cursor.limit(size).toArray() : [];
}
