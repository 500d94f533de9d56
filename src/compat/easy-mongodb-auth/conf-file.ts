import { existsSync, readFileSync } from "node:fs";
import { WatchwordError } from "../../base/errors.js";

/** The settings of a configuration file, by name. They stay in here: one file does not reach into the next object. */
export interface ConfFile {
  text(name: string): string | undefined;
  /** `True`, `yes`, `on`, `1` and their opposites, in any case. */
  flag(name: string): boolean | undefined;
  number(name: string): number | undefined;
  json(name: string): unknown;
}

/**
 * Reads a configuration file, in the form of an env file: `NAME=value`, `NAME="value"`, `# comment`.
 *
 * @param named The one that was asked for; without one `usual` is looked for in the current directory.
 * @throws WatchwordError `invalid-option` where there is none, and where a setting does not have its form
 */
export function readConfFile(named: string | undefined, usual: string): ConfFile {
  if (named === undefined && !existsSync(usual))
    throw new WatchwordError(
      "invalid-option",
      `Give mongoUri and dbName (or url), or a configuration file as confFile; there is no ${usual} in the current directory.`,
    );
  const path = named ?? usual;
  const settings = parse(read(path));
  const refuse = (name: string, form: string) =>
    new WatchwordError("invalid-option", `${name} in ${path} must be ${form}.`, {
      details: { option: name },
    });
  function text(name: string): string | undefined {
    return settings.get(name) || undefined;
  }
  return {
    text,
    flag(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      if (/^(?:true|yes|on|1)$/i.test(value)) return true;
      if (/^(?:false|no|off|0)$/i.test(value)) return false;
      throw refuse(name, "True or False");
    },
    number(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      if (!/^-?\d+(?:\.\d+)?$/.test(value)) throw refuse(name, "a number");
      return Number(value);
    },
    json(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      try {
        return JSON.parse(value);
      } catch {
        // The message of JSON.parse quotes what it was given, which may be a password.
        throw refuse(name, 'JSON, such as {"server": "smtp.example.com", "port": 587}');
      }
    },
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new WatchwordError(
      "invalid-option",
      `The configuration file ${path} cannot be read: ${String(cause)}.`,
      { cause },
    );
  }
}

const LINE =
  /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.]*)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'|([^\r\n]*))/gm;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** As python-dotenv reads it: quoted values may span lines, and behind an unquoted one ` #` begins a comment. */
function parse(content: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const [, name = "", double, single, plain = ""] of content.matchAll(LINE))
    settings.set(
      name,
      double?.replace(/\\([\s\S])/g, (_all, escaped: string) => ESCAPES[escaped] ?? escaped) ??
        single?.replace(/\\(['\\])/g, "$1") ??
        plain.replace(/(?:^|\s+)#.*$/, "").trim(),
    );
  return settings;
}
