import type { Messages } from "../messages/catalogue.js";

/** What a mail is made of, before it becomes text or HTML. All texts are plain. */
export type Block =
  | { readonly kind: "text"; readonly text: string }
  /** A code to be typed. */
  | { readonly kind: "code"; readonly code: string }
  /** A sentence, and where it leads; `button` is what is clicked in HTML, null: the address itself. */
  | { readonly kind: "link"; readonly text: string; readonly button: string | null; readonly url: string }
  /** Facts with their names, one a line. */
  | { readonly kind: "facts"; readonly rows: readonly (readonly [name: string, value: string])[] };

export function toText(blocks: readonly Block[]): string {
  return `${blocks.map(blockText).join("\n\n")}\n`;
}

function blockText(block: Block): string {
  switch (block.kind) {
    case "text":
      return block.text;
    case "code":
      return `    ${block.code}`;
    case "link":
      return `${block.text}\n${block.url}`;
    case "facts":
      return block.rows.map(([name, value]) => `${name}: ${value}`).join("\n");
  }
}

const FONT =
  "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;font-size:16px;line-height:1.5";
const PARAGRAPH = "margin:0 0 16px";

/**
 * A whole HTML document with inline styles only, because many mail programs drop everything else. The contrast of
 * text and button is above 7:1 (WCAG 2.2, 1.4.6).
 */
export function toHtml(subject: string, blocks: readonly Block[], messages: Messages): string {
  const body = blocks.map(blockHtml).join("\n");
  return `<!doctype html>
<html lang="${escapeHtml(messages.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(subject)}</title>
</head>
<body style="margin:0;padding:24px;background:#ffffff;color:#1a1a1a;${FONT}">
<div role="article" aria-label="${escapeHtml(subject)}" lang="${escapeHtml(messages.language)}" style="max-width:560px;margin:0 auto">
${body}
</div>
</body>
</html>
`;
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case "text":
      return `<p style="${PARAGRAPH}">${escapeHtml(block.text)}</p>`;
    case "code":
      return `<p style="${PARAGRAPH};font-family:ui-monospace,Menlo,Consolas,monospace;font-size:28px;font-weight:bold;letter-spacing:4px">${escapeHtml(block.code)}</p>`;
    case "link": {
      const url = escapeHtml(block.url);
      if (block.button === null)
        return `<p style="${PARAGRAPH}">${escapeHtml(block.text)} <a href="${url}" style="color:#1d3f8a">${url}</a></p>`;
      return `<p style="${PARAGRAPH}">${escapeHtml(block.text)}</p>
<p style="${PARAGRAPH}"><a href="${url}" style="display:inline-block;padding:12px 20px;border-radius:6px;background:#1d3f8a;color:#ffffff;text-decoration:none;font-weight:bold">${escapeHtml(block.button)}</a></p>
<p style="${PARAGRAPH};font-size:14px;word-break:break-all">${url}</p>`;
    }
    case "facts": {
      const rows = block.rows.map(
        ([name, value]) =>
          `<tr><th scope="row" style="text-align:left;vertical-align:top;padding:2px 16px 2px 0;font-weight:normal;color:#4a4a4a">${escapeHtml(name)}</th><td style="padding:2px 0">${escapeHtml(value)}</td></tr>`,
      );
      return `<table style="${PARAGRAPH};border-collapse:collapse">\n${rows.join("\n")}\n</table>`;
    }
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Makes any text safe in HTML, in an attribute with quotes around it too. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
