import { type Feed, readUnits, type UnitParser } from "./feed.js";
import type { InputFile } from "./file.js";

export interface Line {
  readonly text: string;
  readonly line: number;
}

/** The lines of a text in UTF-8, without what ends them (LF or CRLF). */
export function readLines(file: InputFile): AsyncGenerator<Line> {
  return readUnits(file.open(), file.name, (feed) => new LineParser(feed));
}

class LineParser implements UnitParser<Line> {
  constructor(readonly feed: Feed) {}

  next(): Line | undefined {
    const { feed } = this;
    if (feed.ended && feed.at >= feed.text.length) return undefined;
    const line = feed.line();
    const raw = takeLine(feed);
    return { text: feed.decode(raw), line };
  }
}

/** The bytes of the line that begins here, without its end. */
export function takeLine(feed: Feed): string {
  const { text, at } = feed;
  const newline = text.indexOf("\n", at);
  if (newline < 0 && !feed.ended) feed.outOfText();
  const end = newline < 0 ? text.length : newline;
  feed.at = newline < 0 ? text.length : newline + 1;
  return text.slice(at, end > at && text[end - 1] === "\r" ? end - 1 : end);
}
