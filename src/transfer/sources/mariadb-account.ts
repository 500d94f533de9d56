import { WatchwordError } from "../../base/errors.js";

/** One way to sign in: a plugin and what it keeps. */
export interface Method {
  readonly plugin: string;
  readonly text: string;
}

/** Longer than any definition that people write, and short enough for every pattern here. */
const LONGEST = 16_384;

type Token =
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "text"; readonly text: string };

/** What stands behind the name in a `CREATE USER`. */
export interface AccountOptions {
  readonly methods: readonly Method[];
  readonly locked: boolean;
  readonly expired: boolean;
}

/**
 * Reads `IDENTIFIED BY PASSWORD '…'` and `IDENTIFIED VIA plugin USING '…' OR plugin …` of MariaDB, `IDENTIFIED WITH 'plugin' AS '…'` of
 * MySQL, and the locks behind them. Where MariaDB names no plugin, the length of the hash tells which of its two native ones it is.
 */
export function accountOptions(definition: string): AccountOptions {
  if (definition.length > LONGEST)
    throw new WatchwordError(
      "invalid-input",
      `A CREATE USER is longer than ${LONGEST} characters; that is no account.`,
    );
  const tokens = tokensOf(definition);
  const words = tokens.map(({ kind, text }) => (kind === "word" ? text.toUpperCase() : ""));
  const methods: Method[] = [];
  const follows = (at: number, ...wanted: readonly string[]) =>
    wanted.every((word, i) => words[at + i] === word);
  for (let at = 0; at < tokens.length; at++) {
    if (follows(at, "IDENTIFIED", "BY", "PASSWORD"))
      methods.push({ plugin: "", text: tokens[at + 3]?.text ?? "" });
    const names =
      follows(at, "IDENTIFIED", "VIA") ||
      follows(at, "IDENTIFIED", "WITH") ||
      (methods.length > 0 && follows(at, "OR"));
    if (!names) continue;
    const name = at + (follows(at, "OR") ? 1 : 2);
    const using = follows(name + 1, "USING") || follows(name + 1, "AS");
    methods.push({ plugin: tokens[name]?.text ?? "", text: using ? (tokens[name + 2]?.text ?? "") : "" });
  }
  return {
    methods,
    locked: words.some((_, at) => follows(at, "ACCOUNT", "LOCK")),
    expired: words.some(
      (_, at) =>
        follows(at, "PASSWORD", "EXPIRE") && !["NEVER", "INTERVAL", "DEFAULT"].includes(words[at + 2] ?? ""),
    ),
  };
}

/** Words, and texts in quotes with MySQL's escapes. Anything else separates. */
function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = /'((?:[^'\\]|\\[\s\S]|'')*)'|"((?:[^"\\]|\\[\s\S]|"")*)"|`([^`]*)`|([\w.$]+)/g;
  for (const [, single, double, quoted, word] of text.matchAll(pattern)) {
    if (word !== undefined) tokens.push({ kind: "word", text: word });
    else tokens.push({ kind: "text", text: quoted ?? unescaped(single ?? double ?? "") });
  }
  return tokens;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["0", "\0"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["b", "\b"],
  ["Z", "\x1a"],
]);

function unescaped(text: string): string {
  return text.replace(/\\([\s\S])|''|""/g, (all, escaped: string | undefined) =>
    escaped === undefined ? all.slice(1) : (ESCAPES.get(escaped) ?? escaped),
  );
}
