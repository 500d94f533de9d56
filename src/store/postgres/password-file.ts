import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { WatchwordError } from "../../base/errors.js";

/** Whose password is looked for. */
export interface PasswordWanted {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/**
 * The password in a file of libpq's (`~/.pgpass`; PostgreSQL 18, §32.16): the first line that fits; null: none does. A file that
 * others may read is not used, as in libpq.
 *
 * @param named The file that was asked for by name; null: the usual one, which need not be there.
 * @throws WatchwordError `store-refused` where the named file cannot be read
 */
export async function passwordFromFile(
  named: string | null,
  wanted: PasswordWanted,
  warn: (fields: object, message: string) => void,
): Promise<string | null> {
  const file = named ?? usualFile();
  let text: string;
  try {
    const { mode } = await stat(file);
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      warn({ file }, "others may read this password file, so it is not used; chmod 600 keeps them out");
      return null;
    }
    text = await readFile(file, "utf8");
  } catch (error) {
    if (named === null) return null;
    throw new WatchwordError(
      "store-refused",
      `The password file ${file} cannot be read (${error instanceof Error ? error.message : String(error)}). Check the name (passfile, PGPASSFILE) and this user's rights.`,
      { cause: error },
    );
  }
  return findPassword(text, wanted);
}

/** The password of the first line that fits. */
export function findPassword(text: string, wanted: PasswordWanted): string | null {
  const own = [wanted.host, String(wanted.port), wanted.database, wanted.user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const [host, port, database, user, password] = fields(line);
    if (password === undefined) continue;
    const fits = [host, port, database, user].every((field, at) => field === "*" || field === own[at]);
    if (fits) return password;
  }
  return null;
}

/** What stands between the colons; `\` takes the next character as it is. */
function fields(line: string): string[] {
  const found: string[] = [];
  let field = "";
  for (let at = 0; at < line.length; at++)
    if (line[at] === ":") {
      found.push(field);
      field = "";
    } else {
      if (line[at] === "\\" && at + 1 < line.length) at++;
      field += line[at];
    }
  return [...found, field];
}

function usualFile(): string {
  return process.platform === "win32"
    ? join(homedir(), "AppData", "Roaming", "postgresql", "pgpass.conf")
    : join(homedir(), ".pgpass");
}
