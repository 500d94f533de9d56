import { ERROR_CODES } from "../../src/base/errors.js";
import { codeIn, compare, type Drift, readPage, tableRows } from "./markdown.js";

const PAGE = "docs/errors.md";

/** docs/errors.md has one row for each code: `| code | HTTP status | cause | cure |`. */
export function checkErrors(): Drift[] {
  const rows = tableRows(readPage(PAGE));
  const documented = new Set(rows.map((cells) => codeIn(cells[0])).filter((code) => code !== null));
  const drift = compare(new Set(Object.keys(ERROR_CODES)), documented, PAGE, "error code");
  for (const [code, { status }] of Object.entries(ERROR_CODES)) {
    const row = rows.find((cells) => codeIn(cells[0]) === code);
    if (row === undefined) continue;
    const [, told, cause, cure] = row;
    if (told !== String(status))
      drift.push({ where: PAGE, what: `says that \`${code}\` answers ${told}; the code answers ${status}` });
    if (!cause || !cure) drift.push({ where: PAGE, what: `tells no cause or no cure of \`${code}\`` });
  }
  return drift;
}
