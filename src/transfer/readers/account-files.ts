import type { InputFile } from "./file.js";
import { readLines } from "./lines.js";

/** A line of fields between colons. `fault`: it has not as many as it should. */
export interface AccountLine<Field extends string> {
  readonly fields: Readonly<Partial<Record<Field, string>>>;
  readonly line: number;
  readonly fault?: string;
}

const HTPASSWD = ["name", "hash"] as const;
const SHADOW = ["name", "password", "lastchg", "min", "max", "warn", "inactive", "expire", "flag"] as const;
const PASSWD = ["name", "password", "uid", "gid", "gecos", "home", "shell"] as const;

/** Apache's password file: `name:hash`; blank lines and those that begin with `#` are no users. */
export function readHtpasswd(file: InputFile): AsyncGenerator<AccountLine<(typeof HTPASSWD)[number]>> {
  return readFields(file, HTPASSWD, 2, true);
}

/** `/etc/shadow` (shadow(5)); texts, empty ones too. */
export function readShadow(file: InputFile): AsyncGenerator<AccountLine<(typeof SHADOW)[number]>> {
  return readFields(file, SHADOW, 2, false);
}

/** `/etc/passwd` (passwd(5)). */
export function readPasswd(file: InputFile): AsyncGenerator<AccountLine<(typeof PASSWD)[number]>> {
  return readFields(file, PASSWD, 7, false);
}

async function* readFields<Field extends string>(
  file: InputFile,
  names: readonly Field[],
  least: number,
  /** Apache ignores what stands behind a further colon; `name:hash:comment`. */
  ignoreRest: boolean,
): AsyncGenerator<AccountLine<Field>> {
  for await (const { text, line } of readLines(file)) {
    if (text.trim() === "" || text.startsWith("#")) continue;
    const parts = text.split(":");
    const fields: Partial<Record<Field, string>> = {};
    for (const [index, name] of names.entries()) {
      const part = parts[index];
      if (part !== undefined) fields[name] = part;
    }
    const wrong = parts.length < least || (parts.length > names.length && !ignoreRest);
    const fault = `It has ${parts.length} of ${names.length} fields.`;
    yield wrong ? { fields, line, fault } : { fields, line };
  }
}
