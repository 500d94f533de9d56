import { LEFT_TO_RIGHT, NOTHING, PROHIBITED, RIGHT_TO_LEFT, SPACES, UNASSIGNED } from "./saslprep-tables.js";

type Table = readonly (readonly [first: number, last: number])[];

function readTable(text: string): Table {
  let end = 0;
  return text.split(" ").map((range) => {
    const [distance = "", more = "0"] = range.split("-");
    const first = end + Number.parseInt(distance, 36);
    end = first + Number.parseInt(more, 36);
    return [first, end] as const;
  });
}

function holds(table: Table, code: number): boolean {
  return table.some(([first, last]) => code >= first && code <= last);
}

const TABLES = {
  unassigned: readTable(UNASSIGNED),
  prohibited: readTable(PROHIBITED),
  nothing: readTable(NOTHING),
  spaces: readTable(SPACES),
  rightToLeft: readTable(RIGHT_TO_LEFT),
  leftToRight: readTable(LEFT_TO_RIGHT),
};

/**
 * A password in the form in which SCRAM hashes it (RFC 4013: SASLprep for stored strings).
 *
 * @returns null where the text holds what may not stand in a stored string: control characters, characters that Unicode
 * 3.2 did not have (all emoji), or directions that clash.
 */
export function saslprep(text: string): string | null {
  const mapped = [...text]
    .filter(
      (character) => !holds(TABLES.nothing, codeOf(character)) || holds(TABLES.spaces, codeOf(character)),
    )
    .map((character) => (holds(TABLES.spaces, codeOf(character)) ? " " : character))
    .join("")
    .normalize("NFKC");
  const codes = [...mapped].map(codeOf);
  if (codes.some((code) => holds(TABLES.prohibited, code) || holds(TABLES.unassigned, code))) return null;
  return hasClashingDirections(codes) ? null : mapped;
}

/** RFC 3454 §6: with one right-to-left character, none may be left-to-right, and both ends must be right-to-left. */
function hasClashingDirections(codes: readonly number[]): boolean {
  const isRight = (code: number | undefined) => code !== undefined && holds(TABLES.rightToLeft, code);
  if (!codes.some(isRight)) return false;
  return (
    codes.some((code) => holds(TABLES.leftToRight, code)) || !isRight(codes[0]) || !isRight(codes.at(-1))
  );
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
