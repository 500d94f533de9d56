import type { BlockState } from "../../store/contract.js";
import type { Row, Tables } from "../readers/rows.js";
import type { ImportSource, SourceItem, SourceOptions } from "../source.js";
import { findTable } from "./finding.js";
import { collect, person, readable } from "./person.js";
import { flagOf, Reading, textOf } from "./reading.js";
import { BCRYPT, unknown } from "./schemes.js";
import { SideRows } from "./side-rows.js";

/** easy_mongodb_auth_handler 3: collections `users`, `blocked`, `limit`, which only the email address ties together. */
export const easyMongodbAuth: ImportSource = {
  name: "easy-mongodb-auth",
  title: "easy-mongodb-auth-handler",
  reads: ["mongodb", "ndjson"],
  takes:
    "the URL of the MongoDB database, or a folder with users, blocked and limit as mongoexport writes them (.ndjson or .json)",
  needs: [],
  read,
};

const REASON = "blocked in easy-mongodb-auth-handler";

async function* read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
  const users = await findTable(input, "easy-mongodb-auth-handler", [options.table ?? "users"], ["email"]);
  const side = SideRows.create();
  try {
    yield* collect(input.rows(["blocked", "limit"]), async (row) => {
      const email = textOf(row.values.get("email") ?? null);
      if (email !== null) await side.add(row.table, email, row.values);
    });
    yield* readable(input.rows([users.table]), (row) => toUser(row, options, side));
    yield* blocksOfNobody(side, options);
    yield* limitsOfNobody(side);
  } finally {
    await side.close();
  }
}

function toUser(row: Row, options: SourceOptions, side: SideRows): SourceItem {
  const reading = new Reading(row, options);
  const id = reading.text("_id") ?? "";
  const email = reading.text("email");
  const hash = reading.text("password");
  const verified = reading.flag("verified", false);
  if (reading.holdsAny("verification_code"))
    reading.note("code-left", "waits for a code by mail; it ends with the move, and they ask for a new one.");
  // The field in `users` is written once and never again; the collection `blocked` is what counts.
  reading.drop("blocked");
  const data = reading.rest();
  const blocks = side.of("blocked", email ?? "");
  if (blocks.length === 0)
    reading.note(
      "value-unclear",
      "has no row in blocked, so that the original did not let them in while blocking was on. They come along unblocked.",
    );
  const limit = side.of("limit", email ?? "")[0]?.get("last_action");
  if (limit !== undefined) data.set("limit", new Map([["last_action", limit]]));
  return person(reading, {
    origin: { system: "easy-mongodb-auth", id },
    username: null,
    email,
    emailVerified: verified,
    passwords:
      hash === null
        ? []
        : BCRYPT.test(hash)
          ? [{ kind: "hash", scheme: "bcrypt", hash }]
          : [unknown(hash, "it is no bcrypt hash, and the original writes no other.")],
    blocked: blocks.some((block) => flagOf(block.get("blocked") ?? null) === true) ? blockOf(options) : null,
    data,
  });
}

function blockOf(options: SourceOptions): BlockState {
  return { since: options.now, until: null, reason: REASON };
}

/** A block outlives its user there, so that the address cannot register again. */
function* blocksOfNobody(side: SideRows, options: SourceOptions): Generator<SourceItem> {
  for (const { owner, rows } of side.orphans("blocked")) {
    const where = `blocked, ${owner}`;
    if (rows.some((row) => flagOf(row.get("blocked") ?? null) === true))
      yield { kind: "block", where, name: owner, state: blockOf(options) };
    else
      yield {
        kind: "note",
        where,
        code: "orphan",
        message: `blocked says that ${owner} is not blocked, and there is no such user.`,
      };
  }
}

function* limitsOfNobody(side: SideRows): Generator<SourceItem> {
  for (const { owner } of side.orphans("limit"))
    yield {
      kind: "note",
      where: `limit, ${owner}`,
      code: "orphan",
      message: `limit counts for ${owner}, and there is no such user.`,
    };
}
