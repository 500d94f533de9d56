import { WatchwordError } from "../base/errors.js";

/** Deeper nesting than this is no honest input, and later code walks it by recursion. */
const DEEPEST = 64;

/** Names through which an assignment reaches the prototype of every object (ASVS 5.0, 15.3.6). */
const FORBIDDEN = new Set(["__proto__", "constructor"]);

/**
 * Parses JSON (RFC 8259) and refuses what parsers disagree on: a name twice in one object, names that reach a prototype,
 * and bottomless nesting.
 * @throws WatchwordError `invalid-input`, which names the field but never its value.
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The message of the parser quotes the text, which may hold a password.
    throw new WatchwordError("invalid-input", "The body is not JSON; send one JSON object.");
  }
  assertNames(text);
  return value;
}

/** Walks text that is known to be JSON once, and looks at the names in it. */
function assertNames(text: string): void {
  /** The names seen in each open object; null for a list. */
  const open: (Set<string> | null)[] = [];
  let expectsName = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (expectsName && names) addName(names, text.slice(at, end + 1));
      expectsName = false;
      at = end;
    } else if (character === "{" || character === "[") {
      open.push(character === "{" ? new Set() : null);
      if (open.length > DEEPEST)
        throw new WatchwordError(
          "invalid-input",
          `The body is nested deeper than ${DEEPEST} levels; flatten it.`,
        );
      expectsName = character === "{";
    } else if (character === "}" || character === "]") {
      open.pop();
      expectsName = false;
    } else if (character === ",") {
      expectsName = open.at(-1) !== null;
    }
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

function addName(names: Set<string>, literal: string): void {
  const name = String(JSON.parse(literal));
  if (FORBIDDEN.has(name)) throw refusedField(name, "is not allowed as a name; leave it out.");
  if (names.has(name)) throw refusedField(name, "stands twice in one object; send it once.");
  names.add(name);
}

function refusedField(name: string, reason: string): WatchwordError {
  const shown = name.slice(0, 64);
  return new WatchwordError("invalid-input", `The field ${JSON.stringify(shown)} ${reason}`, {
    details: { field: shown },
  });
}
