import type { Feed } from "../feed.js";

/** Which program wrote the dump: they write texts differently. */
export type Dialect = "postgres" | "mysql" | "sqlite" | "h2";

/**
 * A piece of SQL, bytes as characters. `word`: an unquoted name or keyword; `name`: a quoted name, or a text in double
 * quotes; `text`: what stands between single quotes, still escaped, with what stood before them (`E`, `U&`, `X`, …).
 */
export interface Token {
  readonly kind: "word" | "name" | "text" | "number" | "sign" | "end";
  readonly text: string;
  /** Of a text: what stands before the quote, in lower case; `$` for one between dollar signs. Of a name: its quote. */
  readonly prefix: string;
}

const WORD = /[A-Za-z_@\x80-\xff][\w$@\x80-\xff]*/y;
const NUMBER = /(?:0[xX][0-9A-Fa-f]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)/y;
const DOLLAR = /\$(?:[A-Za-z_\x80-\xff][\w\x80-\xff]*)?\$/y;
const DOLLAR_OPENS = /\$[\w\x80-\xff]*$/y;
/** What may stand before a quote and belong to it. */
const PREFIX = /^(?:e|n|x|b|u&|_[a-z0-9]+)$/;

const END: Token = { kind: "end", text: "", prefix: "" };

/** Cuts SQL into tokens. Nothing is looked at twice but what a piece of input cut in two. */
export class Lexer {
  /** Whether a backslash in plain quotes means something. */
  backslashes: boolean;

  constructor(
    readonly feed: Feed,
    readonly dialect: Dialect,
  ) {
    this.backslashes = dialect === "mysql";
  }

  /** The next token, without taking it. */
  peek(): Token {
    const at = this.feed.at;
    const token = this.next();
    this.feed.at = at;
    return token;
  }

  next(): Token {
    this.skipSpace();
    const { feed } = this;
    const { text, at } = feed;
    if (at >= text.length) return feed.ended ? END : feed.outOfText();
    const code = text.charCodeAt(at);
    if (code === 39) return this.#quoted(at, "");
    if (code === 34) return this.#quotedName(at, '"');
    if (code === 96) return this.#quotedName(at, "`");
    if ((code >= 48 && code <= 57) || (code === 46 && isDigit(text.charCodeAt(at + 1)))) {
      const number = this.#match(NUMBER, at);
      if (number !== null) return { kind: "number", text: number, prefix: "" };
    }
    if (isWordStart(code)) return this.#word(at);
    if (code === 36) {
      const dollar = this.#dollarQuoted(at);
      if (dollar !== null) return dollar;
    }
    if (code === 58) {
      if (at + 1 >= text.length && !feed.ended) feed.outOfText();
      if (text.charCodeAt(at + 1) === 58) return this.#sign(at, "::");
    }
    return this.#sign(at, text[at] ?? "");
  }

  /** White space and comments. What MySQL wraps in comments with a version is read as if they were not there. */
  skipSpace(): void {
    const { feed } = this;
    for (;;) {
      const { text } = feed;
      let { at } = feed;
      while (isSpace(text.charCodeAt(at))) at++;
      feed.at = at;
      if (at >= text.length) return;
      const code = text.charCodeAt(at);
      if (code !== 45 && code !== 47 && code !== 35 && code !== 42) return;
      if (at + 2 >= text.length && !feed.ended) feed.outOfText();
      if (code === 45) {
        if (text.charCodeAt(at + 1) !== 45) return;
        this.skipLine();
      } else if (code === 35) {
        if (this.dialect !== "mysql") return;
        this.skipLine();
      } else if (code === 42) {
        // The end of a comment with a version, whose content was read.
        if (this.dialect !== "mysql" || text.charCodeAt(at + 1) !== 47) return;
        feed.at = at + 2;
      } else {
        if (text.charCodeAt(at + 1) !== 42) return;
        this.#skipComment(at);
      }
    }
  }

  skipLine(): void {
    const { feed } = this;
    const end = feed.text.indexOf("\n", feed.at);
    if (end < 0 && !feed.ended) feed.outOfText();
    feed.at = end < 0 ? feed.text.length : end + 1;
  }

  #skipComment(at: number): void {
    const { feed } = this;
    const version = /\/\*!\d*/y;
    version.lastIndex = at;
    if (this.dialect === "mysql" && version.test(feed.text)) {
      if (version.lastIndex >= feed.text.length && !feed.ended) feed.outOfText();
      feed.at = version.lastIndex;
      return;
    }
    // PostgreSQL and H2 nest comments, MySQL and SQLite do not.
    const nests = this.dialect === "postgres" || this.dialect === "h2";
    let depth = 1;
    let from = at + 2;
    while (depth > 0) {
      const end = feed.text.indexOf("*/", from);
      if (end < 0) feed.outOfText();
      const inner = nests ? feed.text.indexOf("/*", from) : -1;
      if (inner >= 0 && inner < end) {
        depth++;
        from = inner + 2;
      } else {
        depth--;
        from = end + 2;
      }
    }
    feed.at = from;
  }

  #word(at: number): Token {
    const word = this.#match(WORD, at) ?? "";
    const { feed } = this;
    const next = feed.text.charCodeAt(feed.at);
    const amp = next === 38;
    if (next === 39 || amp) {
      const prefix = (amp ? `${word}&` : word).toLowerCase();
      const quote = feed.at + (amp ? 1 : 0);
      if (PREFIX.test(prefix)) {
        if (quote >= feed.text.length && !feed.ended) feed.outOfText();
        const code = feed.text.charCodeAt(quote);
        if (code === 39) return this.#quoted(quote, prefix);
        if (code === 34 && amp) return { ...this.#quotedName(quote, '"'), prefix };
      }
    }
    return { kind: "word", text: word, prefix: "" };
  }

  /** A token that more text could make longer is not taken yet. */
  #match(pattern: RegExp, at: number): string | null {
    const { feed } = this;
    pattern.lastIndex = at;
    const match = pattern.exec(feed.text);
    if (match === null) return null;
    if (pattern.lastIndex >= feed.text.length && !feed.ended) feed.outOfText();
    feed.at = pattern.lastIndex;
    return match[0];
  }

  #sign(at: number, sign: string): Token {
    this.feed.at = at + sign.length;
    return { kind: "sign", text: sign, prefix: "" };
  }

  #quoted(at: number, prefix: string): Token {
    const { feed } = this;
    const escapes = prefix === "e" || (this.backslashes && prefix !== "x" && prefix !== "b");
    const end = this.#closing(at + 1, "'", escapes);
    const token: Token = { kind: "text", text: feed.text.slice(at + 1, end), prefix };
    feed.at = end + 1;
    return token;
  }

  #quotedName(at: number, quote: string): Token {
    const { feed } = this;
    const end = this.#closing(at + 1, quote, this.backslashes && quote === '"');
    const token: Token = {
      kind: "name",
      text: feed.text.slice(at + 1, end),
      prefix: quote,
    };
    feed.at = end + 1;
    return token;
  }

  /** Where the quote ends that was opened: at the first one that is neither doubled nor escaped. */
  #closing(from: number, quote: string, escapes: boolean): number {
    const { feed } = this;
    const { text } = feed;
    let backslash = escapes ? text.indexOf("\\", from) : -1;
    for (;;) {
      const end = text.indexOf(quote, from);
      if (end < 0) return feed.outOfText();
      if (escapes) {
        while (backslash >= 0 && backslash < from) backslash = text.indexOf("\\", from);
        if (backslash >= 0 && backslash < end) {
          from = backslash + 2;
          continue;
        }
      }
      if (end + 1 >= text.length && !feed.ended) return feed.outOfText();
      if (text[end + 1] !== quote) return end;
      from = end + 2;
    }
  }

  /** `$tag$ … $tag$`: PostgreSQL and H2. */
  #dollarQuoted(at: number): Token | null {
    const { feed } = this;
    DOLLAR.lastIndex = at;
    const mark = DOLLAR.exec(feed.text)?.[0];
    if (mark === undefined) {
      DOLLAR_OPENS.lastIndex = at;
      if (!feed.ended && DOLLAR_OPENS.test(feed.text)) feed.outOfText();
      return null;
    }
    const start = at + mark.length;
    const end = feed.text.indexOf(mark, start);
    if (end < 0) feed.outOfText();
    feed.at = end + mark.length;
    return { kind: "text", text: feed.text.slice(start, end), prefix: "$" };
  }
}

/** White space, as the C locale has it, and NUL. */
function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWordStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 64 && code <= 90) || code === 95 || code >= 128;
}

export function isSign(token: Token, sign: string): boolean {
  return token.kind === "sign" && token.text === sign;
}

/** Whether it is this keyword, given in upper case. */
export function isWord(token: Token, word: string): boolean {
  return token.kind === "word" && token.text.length === word.length && token.text.toUpperCase() === word;
}
