import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { WatchwordError } from "../../base/errors.js";
import { isFields } from "../../base/values.js";
import { fromExtended } from "./extended-json.js";
import { inputFile } from "./file.js";
import { readJsonItems } from "./json-items.js";
import { isWanted, type Row, type TableInfo, type Tables } from "./rows.js";

/** Names the storage engine, beside one folder for each database. */
export const MONTY_MARK = ".monty.storage";

/**
 * The folder of a MontyDB that keeps flat files: `<database>/<collection>.json`, each a list of documents in Extended
 * JSON.
 *
 * @throws WatchwordError `invalid-input`: it is no such folder, or is kept by another storage engine.
 */
export async function montyFolder(folder: string): Promise<Tables> {
  const engine = (await attempt(folder, () => readFile(join(folder, MONTY_MARK), "utf8"))).trim();
  if (engine !== "flatfile")
    throw new WatchwordError(
      "invalid-input",
      `${folder} is kept by MontyDB's storage engine ${JSON.stringify(engine.slice(0, 40))}, which is not read. Export the collection with montyexport, and import that file.`,
    );
  const list = () => collections(folder);
  return {
    title: folder,
    list,
    rows: (wanted) => rowsOf(folder, list, wanted),
    close: async () => {},
  };
}

async function collections(folder: string): Promise<readonly TableInfo[]> {
  const found: TableInfo[] = [];
  const entries = await attempt(folder, () => readdir(folder, { withFileTypes: true }));
  for (const database of entries) {
    if (!database.isDirectory()) continue;
    const files = await attempt(folder, () => readdir(join(folder, database.name)));
    for (const file of files.sort())
      if (file.endsWith(".json"))
        found.push({ schema: database.name, table: file.slice(0, -5), columns: null });
  }
  return found;
}

async function* rowsOf(
  folder: string,
  list: () => Promise<readonly TableInfo[]>,
  wanted: readonly string[],
): AsyncGenerator<Row> {
  for (const { schema, table } of await list()) {
    if (schema === null || !isWanted(wanted, schema, table)) continue;
    const file = inputFile(join(folder, schema, `${table}.json`));
    for await (const { value, line } of readJsonItems(file, null)) {
      const document = fromExtended(value);
      yield isFields(document)
        ? { schema, table, values: document, line }
        : { schema, table, values: new Map(), line, fault: "It is no document." };
    }
  }
}

async function attempt<T>(folder: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WatchwordError("invalid-input", `${folder} cannot be read as a MontyDB folder: ${reason}.`, {
      cause,
    });
  }
}
