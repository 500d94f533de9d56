import type { Value } from "../../base/values.js";
import { type Feed, readUnits, type UnitParser } from "./feed.js";
import type { InputFile } from "./file.js";
import { endOfString, parseJson } from "./json.js";

export interface JsonItem {
  readonly value: Value;
  readonly line: number;
}

/** What a JSON file holds at its top: a list, or an object with these members. */
export type JsonTop =
  | { readonly kind: "array" }
  | { readonly kind: "object"; readonly arrays: readonly string[]; readonly others: readonly string[] };

/**
 * The items of a list in a JSON file, one at a time: of the list that the file is (`member` null), or of the one that
 * is this member of the object that the file is. What else the file holds is passed over in steady memory.
 *
 * @throws WatchwordError `invalid-input`, with the line.
 */
export async function* readJsonItems(file: InputFile, member: string | null): AsyncGenerator<JsonItem> {
  for await (const found of readUnits(file.open(), file.name, (feed) => new TopParser(feed, member)))
    if ("value" in found) yield found;
}

/** Looks through a whole JSON file for what stands at its top. */
export async function jsonTop(file: InputFile): Promise<JsonTop> {
  const arrays: string[] = [];
  const others: string[] = [];
  let isArray = false;
  for await (const found of readUnits(file.open(), file.name, (feed) => new TopParser(feed, null, true))) {
    if ("value" in found) continue;
    if (found.member === null) {
      isArray = true;
      break;
    }
    (found.isArray ? arrays : others).push(found.member);
  }
  return isArray ? { kind: "array" } : { kind: "object", arrays, others };
}

/** A member of the top, or (`member` null) the list that is the top. */
interface Member {
  readonly member: string | null;
  readonly isArray: boolean;
}

type State = "start" | "members" | "items" | "end";

class TopParser implements UnitParser<JsonItem | Member> {
  #state: State = "start";
  /** Where the items end, the top goes on: as an object, or not at all. */
  #after: State = "end";
  /** How deep we are in a value that nobody wants; 0: in none. */
  #skipping = 0;

  constructor(
    readonly feed: Feed,
    readonly member: string | null,
    readonly onlyMembers = false,
  ) {}

  next(): JsonItem | Member | null | undefined {
    if (this.#skipping > 0) return this.#skip();
    const { feed } = this;
    skipSpace(feed);
    if (feed.at >= feed.text.length) {
      if (!feed.ended) feed.outOfText();
      if (this.#state === "end") return undefined;
      throw feed.error("The JSON ends too early; the file was cut off.");
    }
    const char = feed.text[feed.at];
    switch (this.#state) {
      case "start":
        return this.#start(char);
      case "members":
        return this.#member(char);
      case "items":
        return this.#item(char);
      case "end":
        throw feed.error("Something stands behind the end of the JSON.");
    }
  }

  #start(char: string | undefined): Member | null {
    const { feed } = this;
    if (char !== "[" && char !== "{") throw feed.error("The JSON is neither a list nor an object.");
    feed.at++;
    if (char === "{") {
      this.#state = "members";
      return null;
    }
    if (this.member !== null) throw feed.error(`The JSON is a list; it has no member ${this.member}.`);
    this.#state = "items";
    return this.onlyMembers ? { member: null, isArray: true } : null;
  }

  #member(char: string | undefined): Member | null {
    const { feed } = this;
    if (char === "}") {
      feed.at++;
      this.#state = "end";
      return null;
    }
    if (char === ",") {
      feed.at++;
      return null;
    }
    if (char !== '"') throw feed.error("An object of the JSON has a member without a name.");
    const end = endOfString(feed.text, feed.at);
    if (end < 0) feed.outOfText();
    const member = parseSlice(feed, feed.at, end);
    feed.at = end;
    skipSpace(feed);
    if (feed.at >= feed.text.length) feed.outOfText();
    if (feed.text[feed.at] !== ":") throw feed.error("A member of the JSON has no colon behind its name.");
    feed.at++;
    skipSpace(feed);
    if (feed.at >= feed.text.length) feed.outOfText();
    const isArray = feed.text[feed.at] === "[";
    if (isArray && !this.onlyMembers && member === this.member) {
      feed.at++;
      this.#state = "items";
      this.#after = "members";
      return null;
    }
    const opens = isArray || feed.text[feed.at] === "{";
    if (opens) feed.at++;
    else feed.at = endOfValue(feed);
    this.#skipping = opens ? 1 : 0;
    return { member: String(member), isArray };
  }

  #item(char: string | undefined): JsonItem | null {
    const { feed } = this;
    if (char === "]") {
      feed.at++;
      this.#state = this.#after;
      return null;
    }
    if (char === ",") {
      feed.at++;
      return null;
    }
    const line = feed.line();
    const end = endOfValue(feed);
    const value = parseSlice(feed, feed.at, end);
    feed.at = end;
    return { value, line };
  }

  /** One bracket or text on, so that a value that nobody wants needs no memory. */
  #skip(): null {
    const { feed } = this;
    const next = /["{}[\]]/g;
    next.lastIndex = feed.at;
    const found = next.exec(feed.text);
    if (found === null) {
      if (feed.ended || feed.at === feed.text.length) feed.outOfText();
      feed.at = feed.text.length;
      return null;
    }
    if (found[0] === '"') {
      const end = endOfString(feed.text, found.index);
      if (end < 0) feed.outOfText();
      feed.at = end;
      return null;
    }
    this.#skipping += found[0] === "{" || found[0] === "[" ? 1 : -1;
    feed.at = next.lastIndex;
    return null;
  }
}

function skipSpace(feed: Feed): void {
  const space = /[ \t\r\n]*/y;
  space.lastIndex = feed.at;
  space.test(feed.text);
  feed.at = space.lastIndex;
}

/** Behind the value that begins here. */
function endOfValue(feed: Feed): number {
  const { text } = feed;
  const marks = /["{}[\]]/g;
  const first = text[feed.at];
  if (first === '"') {
    const end = endOfString(text, feed.at);
    return end < 0 ? feed.outOfText() : end;
  }
  if (first !== "{" && first !== "[") {
    const scalar = /[^,\]}\s]*/y;
    scalar.lastIndex = feed.at;
    scalar.test(text);
    if (scalar.lastIndex >= text.length && !feed.ended) feed.outOfText();
    return scalar.lastIndex;
  }
  marks.lastIndex = feed.at;
  for (let depth = 0; ; ) {
    const found = marks.exec(text);
    if (found === null) return feed.outOfText();
    if (found[0] === '"') {
      const end = endOfString(text, found.index);
      if (end < 0) feed.outOfText();
      marks.lastIndex = end;
      continue;
    }
    depth += found[0] === "{" || found[0] === "[" ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
}

function parseSlice(feed: Feed, from: number, to: number): Value {
  const text = feed.decode(feed.text.slice(from, to));
  try {
    return parseJson(text);
  } catch (error) {
    throw feed.error(error instanceof Error ? error.message : String(error));
  }
}
