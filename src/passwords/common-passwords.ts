import { readFile } from "node:fs/promises";
import { WatchwordError } from "../base/errors.js";

/** Where the list lies, seen from `dist/passwords/` and `src/passwords/` alike; `data/README.md` says where it is from. */
const LIST = new URL("../../data/common-passwords.txt", import.meta.url);

let list: Promise<string> | null = null;

/**
 * Whether a password stands on the list of common ones that the package ships. It is read at the first call and kept
 * as one text, which takes a tenth of the memory of a Set.
 *
 * @param folded - The whole password, folded (`fold` in `base/keys.ts`), as the list is.
 * @throws WatchwordError `internal` where the list cannot be read; without it nothing is accepted.
 */
export async function isCommonPassword(folded: string): Promise<boolean> {
  list ??= readList();
  return holdsLine(await list, folded);
}

async function readList(): Promise<string> {
  try {
    return await readFile(LIST, "utf8");
  } catch (cause) {
    list = null;
    throw new WatchwordError(
      "internal",
      "The list of common passwords, data/common-passwords.txt, cannot be read. Install the package again.",
      { cause },
    );
  }
}

/** Whether a text of sorted lines, each with its line feed, holds this one: a binary search. */
export function holdsLine(lines: string, wanted: string): boolean {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const start = middle === 0 ? 0 : lines.lastIndexOf("\n", middle - 1) + 1;
    const end = lines.indexOf("\n", middle);
    const line = lines.slice(start, end);
    if (line === wanted) return true;
    if (line < wanted) low = end + 1;
    else high = start;
  }
  return false;
}
