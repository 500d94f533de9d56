/**
 * What an HTML mail says, as plain text: blocks become lines, a link its words with the address behind them, a picture
 * its description. What nobody sees (head, scripts, styles, comments, hidden elements) is left out.
 *
 * Made for the templates of one operator, once, at opening; what people typed is filled in later and never passes
 * through here. So it is a small scanner and not a parser of all HTML, which would be one more dependency.
 */
export function htmlToText(html: string): string {
  const writer = new LineWriter();
  const links: { href: string; from: number }[] = [];
  /** The element that is left out with all in it, and how many of its name are open within. */
  let skipped: { readonly name: string; depth: number } | null = null;
  let preformatted = 0;
  for (const token of tokensOf(html)) {
    if (skipped !== null) {
      if (token.kind !== "tag" || token.name !== skipped.name || token.isSelfClosing) continue;
      skipped.depth += token.isEnd ? -1 : 1;
      if (skipped.depth === 0) skipped = null;
      continue;
    }
    if (token.kind === "text") {
      const text = decodeEntities(token.text);
      if (preformatted > 0) writer.raw(text);
      else writer.words(text);
      continue;
    }
    if (token.kind !== "tag") continue;
    const { name, isEnd, attributes } = token;
    if (!isEnd && !token.isSelfClosing && !VOID.has(name) && isHidden(name, attributes)) {
      skipped = { name, depth: 1 };
      continue;
    }
    if (name === "br") writer.newLine();
    else if (name === "hr") writer.line("----");
    else if (name === "img" && !isEnd) writer.words(attributes.get("alt") ?? "");
    else if (name === "li" && !isEnd) {
      writer.lines(1);
      writer.words("- ");
    } else if (name === "td" || name === "th") writer.words(" ");
    else if (PARAGRAPHS.has(name)) writer.lines(2);
    else if (LINES.has(name)) writer.lines(1);
    if (name === "pre") preformatted = Math.max(0, preformatted + (isEnd ? -1 : 1));
    if (name !== "a") continue;
    if (!isEnd) links.push({ href: attributes.get("href") ?? "", from: writer.length });
    else {
      const link = links.pop();
      if (link !== undefined) writer.words(addressBehind(link.href, writer.since(link.from)));
    }
  }
  return writer.toString();
}

/** The address of a link, unless its words say it already or it leads nowhere outside the mail. */
function addressBehind(href: string, words: string): string {
  const address = href.trim();
  const said = words.trim();
  if (address === "" || address.startsWith("#") || said === address) return "";
  const bare = address.replace(/^mailto:/i, "");
  if (said === bare) return "";
  return said === "" ? bare : ` <${bare}>`;
}

const VOID: ReadonlySet<string> = new Set(
  "area base br col embed hr img input link meta source track wbr".split(" "),
);
const UNSEEN: ReadonlySet<string> = new Set("head script style template title".split(" "));
const PARAGRAPHS: ReadonlySet<string> = new Set(
  "p h1 h2 h3 h4 h5 h6 ul ol table blockquote pre section article header footer".split(" "),
);
const LINES: ReadonlySet<string> = new Set("div tr li dt dd center address main nav caption".split(" "));

function isHidden(name: string, attributes: ReadonlyMap<string, string>): boolean {
  return (
    UNSEEN.has(name) || attributes.has("hidden") || /display\s*:\s*none/i.test(attributes.get("style") ?? "")
  );
}

/** Collects words into lines; white space runs together, as a browser shows it. */
class LineWriter {
  #text = "";

  get length(): number {
    return this.#text.length;
  }

  since(from: number): string {
    return this.#text.slice(from);
  }

  words(text: string): void {
    const together = text.replace(/[ \t\r\n\f]+/g, " ");
    const last = this.#text.at(-1);
    this.#text += last === undefined || /\s/.test(last) ? together.replace(/^ /, "") : together;
  }

  raw(text: string): void {
    this.#text += text;
  }

  newLine(): void {
    this.#text += "\n";
  }

  line(text: string): void {
    this.lines(1);
    this.#text += text;
    this.lines(1);
  }

  /** Ends the line, unless so many ends are there already. */
  lines(count: number): void {
    if (this.#text === "") return;
    const end = this.#text.slice(-8);
    const there = (/[\n ]*$/.exec(end)?.[0] ?? "").replaceAll(" ", "").length;
    this.#text += "\n".repeat(Math.max(0, count - there));
  }

  toString(): string {
    const text = this.#text
      .replace(/[ \t]+\n/g, "\n")
      .replace(/\n{3,}/g, "\n\n")
      .trim();
    return text === "" ? "" : `${text}\n`;
  }
}

/** A piece of HTML. Comments and declarations are `comment`; what stands in `<script>` and `<style>` is `raw`. */
export type HtmlToken =
  | { readonly kind: "text" | "comment" | "raw"; readonly text: string }
  | {
      readonly kind: "tag";
      /** In lower case. */
      readonly name: string;
      readonly isEnd: boolean;
      readonly isSelfClosing: boolean;
      /** Decoded values by name in lower case; "" where there is none. */
      readonly attributes: ReadonlyMap<string, string>;
      /** The tag without the values that stand in quotes. */
      readonly unquoted: string;
    };

const TOKEN =
  /<!--[\s\S]*?(?:-->|$)|<[!?][^>]*(?:>|$)|<(\/?)([a-z][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>|[^<]+|</gi;
const ATTRIBUTE = /([^\s=/"'>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;

/** The pieces of an HTML text, in order. */
export function* tokensOf(html: string): Generator<HtmlToken> {
  let at = 0;
  while (at < html.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(html);
    if (match === null) return;
    at = TOKEN.lastIndex;
    const [all, slash = "", tag, rest = ""] = match;
    if (tag === undefined) {
      yield { kind: /^<[!?]/.test(all) ? "comment" : "text", text: all };
      continue;
    }
    const name = tag.toLowerCase();
    const isEnd = slash !== "";
    yield {
      kind: "tag",
      name,
      isEnd,
      isSelfClosing: /\/\s*$/.test(rest),
      attributes: attributesOf(rest),
      unquoted: `${tag}${rest.replace(/=\s*(?:"[^"]*"|'[^']*')/g, '=""')}`,
    };
    if (isEnd || (name !== "script" && name !== "style")) continue;
    const end = html.slice(at).search(new RegExp(`</${name}`, "i"));
    const text = end < 0 ? html.slice(at) : html.slice(at, at + end);
    at += text.length;
    yield { kind: "raw", text };
  }
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = "", double, single, bare] of text.matchAll(ATTRIBUTE))
    if (!attributes.has(name.toLowerCase()))
      attributes.set(name.toLowerCase(), decodeEntities(double ?? single ?? bare ?? ""));
  return attributes;
}

/** The names of U+00A0 to U+00FF, in order (HTML 4.01, §24.2). */
const LATIN_1 =
  "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml".split(
    " ",
  );
const NAMED: ReadonlyMap<string, string> = new Map([
  ...LATIN_1.map((name, index) => [name, String.fromCharCode(0xa0 + index)] as const),
  ["nbsp", " "],
  ["shy", ""],
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["ndash", "–"],
  ["mdash", "—"],
  ["lsquo", "‘"],
  ["rsquo", "’"],
  ["sbquo", "‚"],
  ["ldquo", "“"],
  ["rdquo", "”"],
  ["bdquo", "„"],
  ["hellip", "…"],
  ["bull", "•"],
  ["euro", "€"],
  ["trade", "™"],
  ["rarr", "→"],
  ["larr", "←"],
  ["zwnj", ""],
]);

/** Character references as text; an unknown name stays as it is written. */
function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z][a-z\d]*));/gi, (all, decimal, hex, name) => {
    if (name !== undefined) return NAMED.get(name) ?? all;
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    const isText = point > 0x1f && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
    return isText ? String.fromCodePoint(point) : " ";
  });
}
