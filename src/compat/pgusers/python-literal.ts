/** How wide Python's `pprint` lets a line be. */
const WIDTH = 80;

/**
 * A value as Python's `pprint` shows it: on one line where it fits, else an entry a line, keys in their order. Texts are not
 * broken.
 *
 * @param indent How far in on its line it begins.
 * @param allowance How much of its last line must be left for what closes around it.
 */
export function prettyPython(value: unknown, indent = 0, allowance = 0): string {
  const flat = pythonLiteral(value);
  // Python counts characters.
  if ([...flat].length <= WIDTH - indent - allowance) return flat;
  const joint = `,\n${" ".repeat(indent + 1)}`;
  const room = (index: number, length: number) => (index === length - 1 ? allowance + 1 : 1);
  if (Array.isArray(value)) {
    const items = value.map((item, index) => prettyPython(item, indent + 1, room(index, value.length)));
    return `[${items.join(joint)}]`;
  }
  const entries = entriesOf(value);
  if (entries === null) return flat;
  const items = entries.map(([key, item], index) => {
    const name = pythonLiteral(key);
    return `${name}: ${prettyPython(item, indent + name.length + 3, room(index, entries.length))}`;
  });
  return `{${items.join(joint)}}`;
}

/** What Python's `repr` gives for the value that this one stands for. */
function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return numberLiteral(value);
  if (typeof value === "string") return textLiteral(value);
  if (value instanceof Date) return dateLiteral(value);
  if (value instanceof Uint8Array)
    return `b${textLiteral(Buffer.from(value).toString("latin1")).replaceAll(/[\x7f-\xff]/g, escaped)}`;
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  if (value instanceof Set)
    return value.size === 0 ? "set()" : `{${Array.from(value, pythonLiteral).join(", ")}}`;
  const entries = entriesOf(value);
  if (entries === null) return String(value);
  return `{${entries.map(([key, item]) => `${pythonLiteral(key)}: ${pythonLiteral(item)}`).join(", ")}}`;
}

/** Null: it has none. `pprint` sorts them. */
function entriesOf(value: unknown): readonly (readonly [unknown, unknown])[] | null {
  if (value instanceof Map) return [...value];
  if (typeof value !== "object" || value === null || value instanceof Date) return null;
  if (value instanceof Uint8Array || value instanceof Set) return null;
  return Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
}

function numberLiteral(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0.0" : String(value);
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function textLiteral(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text
    .replaceAll("\\", "\\\\")
    .replaceAll(quote, `\\${quote}`)
    .replaceAll(/[\p{C}\p{Z}]/gu, (one) => (one === " " ? one : (ESCAPES[one] ?? escaped(one))));
  return quote + inside + quote;
}

function escaped(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, "0")}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

function dateLiteral(date: Date): string {
  const [year, month, day, hour, minute, second, milli] = date
    .toISOString()
    .split(/[^\d]+/)
    .map(Number);
  const seconds = milli === 0 ? (second === 0 ? [] : [second]) : [second, (milli ?? 0) * 1000];
  const parts = [year, month, day, hour, minute, ...seconds].join(", ");
  return `datetime.datetime(${parts}, tzinfo=datetime.timezone.utc)`;
}
