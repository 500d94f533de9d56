import { bytesOf, decodeUtf8, type Feed, readUnits, type UnitParser } from "./feed.js";
import type { InputFile } from "./file.js";
import { takeLine } from "./lines.js";

export interface LdifEntry {
  readonly dn: string;
  /** By the attribute's name as it is written first, options included; its values in their order. Bytes are no UTF-8. */
  readonly attributes: ReadonlyMap<string, readonly (string | Uint8Array)[]>;
  /** Null: a plain entry. */
  readonly changeType: string | null;
  readonly line: number;
  /** Why it could not be read whole. */
  readonly fault?: string;
}

/**
 * LDIF (RFC 2849): folded lines, comments, Base64 values (`::`), several values of an attribute, DNs in UTF-8, change
 * records. Values by URL (`:<`) are not fetched. Lines that end in CRLF are taken too.
 */
export function readLdif(file: InputFile): AsyncGenerator<LdifEntry> {
  return readUnits(file.open(), file.name, (feed) => new LdifParser(feed));
}

class LdifParser implements UnitParser<LdifEntry> {
  constructor(readonly feed: Feed) {}

  /** One record: the lines up to a blank one. */
  next(): LdifEntry | null | undefined {
    const { feed } = this;
    let line = 0;
    const lines: string[] = [];
    let isComment = false;
    for (;;) {
      if (feed.at >= feed.text.length) {
        if (!feed.ended) feed.outOfText();
        if (line === 0) return undefined;
        break;
      }
      if (line === 0) line = feed.line();
      const raw = takeLine(feed);
      if (raw === "") break;
      if (raw.startsWith(" ")) {
        const last = lines.length - 1;
        if (!isComment && last >= 0) lines[last] += raw.slice(1);
        continue;
      }
      isComment = raw.startsWith("#");
      if (!isComment) lines.push(raw);
    }
    return entryOf(lines, line);
  }
}

function entryOf(lines: readonly string[], line: number): LdifEntry | null {
  const attributes = new Map<string, (string | Uint8Array)[]>();
  const spelled = new Map<string, string>();
  let dn: string | null = null;
  let changeType: string | null = null;
  let fault: string | undefined;
  for (const raw of lines) {
    // Between the changes of a change record.
    if (raw === "-") continue;
    const read = attributeOf(raw);
    if (typeof read === "string") {
      fault ??= read;
      continue;
    }
    const name = read.name.toLowerCase();
    const text = typeof read.value === "string" ? read.value : null;
    if (name === "version" && dn === null) continue;
    if (name === "dn") dn = text ?? "";
    else if (name === "changetype") changeType = (text ?? "").toLowerCase();
    else if (name !== "control" || dn === null) {
      const first = spelled.get(name) ?? read.name;
      spelled.set(name, first);
      const values = attributes.get(first);
      if (values === undefined) attributes.set(first, [read.value]);
      else values.push(read.value);
    }
  }
  if (dn === null && attributes.size === 0 && fault === undefined) return null;
  if (dn === null) fault ??= "It does not begin with its dn.";
  return { dn: dn ?? "", attributes, changeType, line, ...(fault === undefined ? {} : { fault }) };
}

/** A text: why it is none. */
function attributeOf(raw: string): { readonly name: string; readonly value: string | Uint8Array } | string {
  const colon = raw.indexOf(":");
  if (colon < 1) return `The line ${JSON.stringify(raw.slice(0, 40))} has no name and colon.`;
  const name = raw.slice(0, colon);
  if (!/^[\w.;-]+$/.test(name)) return `${JSON.stringify(name.slice(0, 40))} is no name of an attribute.`;
  const sign = raw[colon + 1];
  if (sign === "<")
    return `The value of ${name} lies elsewhere (${raw
      .slice(colon + 2)
      .trim()
      .slice(0, 80)}); it was not fetched.`;
  if (sign !== ":") return { name, value: textOrBytes(raw.slice(colon + 1).replace(/^ +/, "")) };
  const base64 = raw.slice(colon + 2).trim();
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 === 1)
    return `The value of ${name} is not Base64.`;
  return { name, value: textOrBytes(Buffer.from(base64, "base64").toString("latin1")) };
}

function textOrBytes(raw: string): string | Uint8Array {
  return decodeUtf8(raw) ?? bytesOf(raw);
}
