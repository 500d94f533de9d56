/** A piece of text, and whether it is the address of a page of this site. */
export interface TextPart {
  readonly text: string;
  readonly isLink: boolean;
}

/** Cuts a text into plain pieces and addresses that begin with `baseUrl`; together they are the text. */
export function linkParts(text: string, baseUrl: string): TextPart[] {
  return text
    .split(/(\s+)/)
    .filter((piece) => piece !== "")
    .map((piece) => ({ text: piece, isLink: isOfSite(piece, baseUrl) }));
}

function isOfSite(piece: string, baseUrl: string): boolean {
  return (
    piece.startsWith(`${baseUrl}/`) &&
    URL.canParse(piece) &&
    new URL(piece).origin === new URL(baseUrl).origin
  );
}
