import type { Filter } from "mongodb";
import type { UserCursor, UserFilter, UserOrder, UserRecord } from "../contract.js";
import type { Database } from "./database.js";
import type { UserDocument } from "./documents.js";
import { take } from "./pages.js";
import { readUser, USER_FIELDS } from "./user-documents.js";
import { literalPattern, lowerAscii, text, whole } from "./values.js";

/** Longer than any name may be, and shorter than what a server takes as a pattern. */
const LONGEST_SOUGHT = 1024;

/** In the order `username`, users without one come first, ties by id; ASCII case does not count. */
export async function listUsers(
  database: Database,
  query: {
    readonly filter: UserFilter;
    readonly order: UserOrder;
    readonly after: UserCursor | null;
    readonly size: number;
  },
): Promise<readonly UserRecord[]> {
  const conditions = conditionsOf(query.filter);
  if (conditions === null) return [];
  const { after } = query;
  if (after !== null) {
    const behind = { $gt: text(after.id) };
    if (query.order === "created") conditions.push({ _id: behind });
    else {
      const name = lowerAscii(text(after.value ?? ""));
      // The first bound is where the index is entered; the rest parts those with the very same name.
      conditions.push({ sortName: { $gte: name } }, { $or: [{ sortName: { $gt: name } }, { _id: behind }] });
    }
  }
  const documents = await take(
    database.collections.users.find(
      { $and: conditions },
      {
        projection: USER_FIELDS,
        // The id is a UUIDv7: its order is the order of creation.
        sort: query.order === "created" ? { _id: 1 } : { sortName: 1, _id: 1 },
      },
    ),
    query.size,
  );
  return documents.map(readUser);
}

export async function countUsers(database: Database, filter: UserFilter): Promise<number> {
  const conditions = conditionsOf(filter);
  return conditions === null ? 0 : database.collections.users.countDocuments({ $and: conditions });
}

/** Null: nothing can fit. */
function conditionsOf(filter: UserFilter): Filter<UserDocument>[] | null {
  const conditions: Filter<UserDocument>[] = [{ state: "active", gone: null }];
  if (filter.text !== undefined) {
    const sought = lowerAscii(text(filter.text));
    // No name holds a NUL, and a pattern cannot.
    if (sought.length > LONGEST_SOUGHT || sought.includes("\0")) return null;
    const $regex = literalPattern(sought);
    conditions.push({ $or: [{ sortName: { $regex } }, { sortEmail: { $regex } }] });
  }
  for (const flag of ["active", "admin", "superuser"] as const)
    if (filter[flag] !== undefined) conditions.push({ [flag]: filter[flag] === true });
  if (filter.verified !== undefined)
    conditions.push({ emailVerifiedAt: filter.verified ? { $ne: null } : null });
  if (filter.blocked !== undefined) {
    const now = whole(filter.blocked.now);
    conditions.push(
      filter.blocked.is
        ? { blocked: { $ne: null }, $or: [{ "blocked.until": null }, { "blocked.until": { $gt: now } }] }
        : { $or: [{ blocked: null }, { "blocked.until": { $lte: now } }] },
    );
  }
  if (filter.role !== undefined) conditions.push({ roles: text(filter.role) });
  return conditions;
}
