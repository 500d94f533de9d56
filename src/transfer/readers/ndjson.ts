import { WatchwordError } from "../../base/errors.js";
import type { Value } from "../../base/values.js";
import { fromExtended } from "./extended-json.js";
import type { InputFile } from "./file.js";
import { parseJson } from "./json.js";
import { readLines } from "./lines.js";

/** `fault`: the line is no JSON; then `value` is its text. */
export interface JsonLine {
  readonly value: Value;
  readonly line: number;
  readonly fault?: string;
}

/**
 * JSON by line (NDJSON, JSON Lines), as mongoexport and Auth0 write it. Blank lines are passed over.
 *
 * @param options.extended - The objects of MongoDB's Extended JSON are values of BSON.
 */
export async function* readNdjson(
  file: InputFile,
  options: { readonly extended?: boolean } = {},
): AsyncGenerator<JsonLine> {
  for await (const { text, line } of readLines(file)) {
    if (text.trim() === "") continue;
    yield parsed(text, line, options.extended === true);
  }
}

function parsed(text: string, line: number, extended: boolean): JsonLine {
  try {
    const value = parseJson(text);
    return { value: extended ? fromExtended(value) : value, line };
  } catch (error) {
    if (!(error instanceof WatchwordError)) throw error;
    return { value: text, line, fault: error.message };
  }
}
