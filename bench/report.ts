/** One line of the table: a figure of ours beside its floor in the same run. */
export interface Row {
  readonly name: string;
  readonly ours: Figure;
  /** What the machine gives without us; null: there is nothing to put beside it. */
  readonly floor: Figure | null;
  /** How far it may be from its floor, or from a fixed figure; null: shown for comparison only. */
  readonly aim: Aim | null;
}

export interface Figure {
  readonly value: number;
  readonly unit: "per s" | "µs" | "ms" | "MB" | "in all";
}

export type Aim =
  /** Ours ÷ floor, at least: for figures where more is better. */
  | { readonly kind: "at least"; readonly ratio: number }
  /** Ours ÷ floor, at most: for costs. */
  | { readonly kind: "at most"; readonly ratio: number }
  /** Ours, at most, in its unit. */
  | { readonly kind: "limit"; readonly value: number }
  /** Ours, at least, in its unit. */
  | { readonly kind: "reach"; readonly value: number };

export interface Judged extends Row {
  readonly ratio: number | null;
  readonly met: boolean | null;
}

export function judge(row: Row): Judged {
  const ratio = row.floor === null || row.floor.value === 0 ? null : row.ours.value / row.floor.value;
  return { ...row, ratio, met: isMet(row, ratio) };
}

function isMet({ aim, ours }: Row, ratio: number | null): boolean | null {
  if (aim === null) return null;
  if (aim.kind === "limit") return ours.value <= aim.value;
  if (aim.kind === "reach") return ours.value >= aim.value;
  if (ratio === null) return false;
  return aim.kind === "at least" ? ratio >= aim.ratio : ratio <= aim.ratio;
}

const HEAD = ["name", "ours", "floor", "ratio", "aim", "verdict"];

export function table(rows: readonly Judged[]): string {
  const cells = [
    HEAD,
    ...rows.map((row) => [
      row.name,
      show(row.ours),
      row.floor === null ? "–" : show(row.floor),
      row.ratio === null ? "–" : row.ratio.toFixed(2),
      showAim(row),
      row.met === null ? "–" : row.met ? "met" : "MISSED",
    ]),
  ];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) =>
    line
      .map((cell, column) =>
        column === 0 || column > 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join(" | ")
      .trimEnd(),
  );
  const rule = widths.map((width) => "-".repeat(width)).join("-|-");
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

function show({ value, unit }: Figure): string {
  const digits = value >= 1000 ? 0 : value >= 100 ? 1 : 2;
  const text = value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${text} ${unit}`;
}

function showAim({ aim, ours }: Row): string {
  if (aim === null) return "–";
  if (aim.kind === "limit") return `≤ ${aim.value} ${ours.unit}`;
  if (aim.kind === "reach") return `≥ ${aim.value} ${ours.unit}`;
  return aim.kind === "at least" ? `≥ ${aim.ratio}` : `≤ ${aim.ratio}`;
}
