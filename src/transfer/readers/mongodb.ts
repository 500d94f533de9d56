import type { Document, MongoClient } from "mongodb";
import { WatchwordError } from "../../base/errors.js";
import { instant, Tagged, type Value } from "../../base/values.js";
import { binary, doubleOf, longOf } from "./extended-json.js";
import { withoutPassword } from "./postgres.js";
import { isWanted, type Row, type Tables } from "./rows.js";

const PAGE = 1000;

/**
 * A MongoDB database, by its URL, whose path names it. Documents come through a cursor, in natural order, with every
 * type of BSON as Extended JSON tells it.
 *
 * @throws WatchwordError `package-missing` without `mongodb`; `store-unavailable` where it cannot be reached;
 * `invalid-option` where the URL names no database.
 */
export async function mongoDatabase(url: string): Promise<Tables> {
  const title = withoutPassword(url);
  const name = databaseName(url);
  if (name === "")
    throw new WatchwordError(
      "invalid-option",
      `${title} names no database; write it behind the host, as in mongodb://localhost/myapp.`,
    );
  const client = await connected(url, title);
  const database = client.db(name);
  return {
    title,
    list: () =>
      guarded(title, async () => {
        const collections = await database.listCollections({}, { nameOnly: true }).toArray();
        return collections
          .filter((one) => !one.name.startsWith("system."))
          .map((one) => ({ schema: name, table: one.name, columns: null }));
      }),
    rows: (wanted) => rowsOf(client, name, title, wanted),
    close: () => client.close(),
  };
}

async function* rowsOf(
  client: MongoClient,
  name: string,
  title: string,
  wanted: readonly string[],
): AsyncGenerator<Row> {
  const database = client.db(name);
  const found = await guarded(title, () => database.listCollections({}, { nameOnly: true }).toArray());
  for (const { name: table } of found) {
    if (!isWanted(wanted, name, table)) continue;
    const cursor = database.collection<Document>(table).find(
      {},
      // Nothing is turned into a JavaScript type that holds less.
      { batchSize: PAGE, promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true },
    );
    try {
      for (let line = 1; ; line++) {
        const document = await guarded(title, () => cursor.next());
        if (document === null) break;
        yield { schema: name, table, values: fieldsOf(document), line };
      }
    } finally {
      await cursor.close();
    }
  }
}

async function connected(url: string, title: string): Promise<MongoClient> {
  const driver = await loadDriver();
  // Less than the driver's half a minute, unless the URL says how long to look for a server.
  const patience = /[?&]serverSelectionTimeoutMS=/i.test(url) ? {} : { serverSelectionTimeoutMS: 10_000 };
  return guarded(title, async () => {
    const client = new driver.MongoClient(url, { appName: "watchword import", ...patience });
    await client.connect();
    return client;
  });
}

async function loadDriver(): Promise<typeof import("mongodb")> {
  try {
    return await import("mongodb");
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND")) throw cause;
    throw new WatchwordError(
      "package-missing",
      "Reading from MongoDB needs the package mongodb, which is not installed. Run: npm install mongodb",
      { cause },
    );
  }
}

async function guarded<T>(title: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WatchwordError("store-unavailable", `${title} cannot be read: ${reason}.`, { cause });
  }
}

/** Several hosts stand between commas, which `URL` does not take. */
function databaseName(url: string): string {
  return decodeURIComponent(/^mongodb(?:\+srv)?:\/\/[^/?]*\/([^?]*)/.exec(url)?.[1] ?? "");
}

function fieldsOf(document: Document): ReadonlyMap<string, Value> {
  return new Map(Object.entries(document).map(([key, value]) => [key, bsonToValue(value)]));
}

/** The classes of the driver carry their type's name; there may be several copies of them. */
interface Bson {
  readonly _bsontype: string;
  readonly [field: string]: unknown;
}

function bsonToValue(value: unknown): Value {
  if (value === undefined) return new Tagged("undefined", true);
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return doubleOf(Object.is(value, -0) ? "-0.0" : String(value)) ?? value;
  if (typeof value === "bigint") return longOf(String(value)) ?? value;
  if (Array.isArray(value)) return value.map(bsonToValue);
  if (value instanceof Date) return instant(value.getTime());
  if (value instanceof Uint8Array) return binary(Buffer.from(value).toString("base64"), "00");
  if (isBson(value)) return bsonValue(value);
  return fieldsOf(value as Document);
}

function isBson(value: unknown): value is Bson {
  return (
    typeof value === "object" && value !== null && "_bsontype" in value && typeof value._bsontype === "string"
  );
}

function bsonValue(value: Bson): Value {
  switch (value._bsontype) {
    case "ObjectId":
      return new Tagged("oid", String(value));
    case "Int32":
      return Number(value.value);
    case "Double":
      return bsonToValue(Number(value.value));
    case "Long":
      return longOf(String(value)) ?? String(value);
    case "Decimal128":
      return new Tagged("numberDecimal", String(value));
    case "Binary": {
      const bytes = value.buffer instanceof Uint8Array ? value.buffer : new Uint8Array();
      const end = typeof value.position === "number" ? value.position : bytes.length;
      const subType = Number(value.sub_type).toString(16).padStart(2, "0");
      return binary(Buffer.from(bytes.subarray(0, end)).toString("base64"), subType);
    }
    case "BSONRegExp":
      return new Tagged("regularExpression", texts({ pattern: value.pattern, options: value.options }));
    case "Timestamp": {
      const { high, low } = value;
      return new Tagged(
        "timestamp",
        new Map([
          ["t", Number(high) >>> 0],
          ["i", Number(low) >>> 0],
        ]),
      );
    }
    case "Code": {
      const code = String(value.code);
      const { scope } = value;
      return new Tagged(
        "code",
        typeof scope === "object" && scope !== null
          ? new Map<string, Value>([
              ["code", code],
              ["scope", fieldsOf(scope)],
            ])
          : code,
      );
    }
    case "BSONSymbol":
      return new Tagged("symbol", String(value.value));
    case "MinKey":
      return new Tagged("minKey", 1);
    case "MaxKey":
      return new Tagged("maxKey", 1);
    case "DBRef": {
      const reference = new Map<string, Value>([
        ["$ref", String(value.collection)],
        ["$id", bsonToValue(value.oid)],
      ]);
      if (typeof value.db === "string") reference.set("$db", value.db);
      return reference;
    }
    default:
      return new Tagged("unsupported", value._bsontype);
  }
}

function texts(fields: Readonly<Record<string, unknown>>): Value {
  return new Map(Object.entries(fields).map(([key, value]) => [key, String(value)]));
}
