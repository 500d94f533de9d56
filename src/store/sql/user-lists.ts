import type { UserCursor, UserFilter, UserOrder, UserRecord } from "../contract.js";
import { Conditions } from "./conditions.js";
import type { Dialect } from "./dialect.js";
import { all, first, type Operation } from "./operation.js";
import { wellFormed } from "./texts.js";
import { readUser, USER_COLUMNS, type UserRow } from "./user-rows.js";

/** In the order `username`, users without one come first, ties by id; ASCII case does not count. */
export function* listUsers(
  dialect: Dialect,
  query: {
    readonly filter: UserFilter;
    readonly order: UserOrder;
    readonly after: UserCursor | null;
    readonly size: number;
  },
): Operation<readonly UserRecord[]> {
  const conditions = conditionsOf(query.filter, dialect);
  // The id is a UUIDv7: its order is the order of creation.
  let order = "id";
  if (query.order === "username") {
    order = "lower(coalesce(username, '')), id";
    if (query.after !== null) {
      const name = query.after.value ?? "";
      // Not `(name, id) > (?, ?)`: SQLite walks an expression index from its start for that.
      const lowered = dialect.lowered("?");
      conditions.add(`lower(coalesce(username, '')) >= ${lowered}`, name);
      conditions.add(`(lower(coalesce(username, '')) > ${lowered} OR id > ?)`, name, query.after.id);
    }
  } else if (query.after !== null) conditions.add("id > ?", query.after.id);
  const rows = yield* all<UserRow>(
    `SELECT ${USER_COLUMNS} FROM watchword_users ${conditions.where} ORDER BY ${order} LIMIT ?`,
    ...conditions.parameters,
    query.size,
  );
  return rows.map(readUser);
}

export function* countUsers(dialect: Dialect, filter: UserFilter): Operation<number> {
  const conditions = conditionsOf(filter, dialect);
  const row = yield* first<{ users: number }>(
    `SELECT count(*) AS users FROM watchword_users ${conditions.where}`,
    ...conditions.parameters,
  );
  return row?.users ?? 0;
}

function conditionsOf(filter: UserFilter, dialect: Dialect): Conditions {
  const conditions = new Conditions();
  const lowered = dialect.lowered("?");
  conditions.add("state = 'active'");
  if (filter.text !== undefined)
    conditions.add(
      `(${dialect.contains("lower(username)", lowered)} OR ${dialect.contains("lower(email)", lowered)})`,
      filter.text,
      filter.text,
    );
  if (filter.active !== undefined) conditions.add("active = ?", Number(filter.active));
  if (filter.admin !== undefined) conditions.add("admin = ?", Number(filter.admin));
  if (filter.superuser !== undefined) conditions.add("superuser = ?", Number(filter.superuser));
  if (filter.verified !== undefined)
    conditions.add(filter.verified ? "email_verified_at IS NOT NULL" : "email_verified_at IS NULL");
  if (filter.blocked !== undefined)
    conditions.add(
      filter.blocked.is
        ? "(blocked_since IS NOT NULL AND (blocked_until IS NULL OR blocked_until > ?))"
        : "(blocked_since IS NULL OR blocked_until <= ?)",
      filter.blocked.now,
    );
  if (filter.role !== undefined) conditions.add(dialect.holds("roles", "?"), wellFormed(filter.role));
  return conditions;
}
