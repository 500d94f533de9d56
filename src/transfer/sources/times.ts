/**
 * The instant that a database's text for a time means, as whole milliseconds since 1970 (parts of a millisecond are cut
 * off). A text without a zone is the clock on the wall in `zone`.
 *
 * Takes what PostgreSQL, MySQL, SQLite, Python and ISO 8601 write: `2026-11-22 08:46:40.738255`, `…T08:46:40Z`,
 * `… +05:30`, `… UTC`, a date alone.
 */
export type TimeReading =
  | { readonly status: "read"; readonly at: number }
  /** No time was meant: empty, or the zeros that MySQL writes. */
  | { readonly status: "none" }
  /** `infinity`: later, or earlier, than all others. */
  | { readonly status: "never"; readonly sign: 1 | -1 }
  | { readonly status: "unclear" };

const TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)? ?(?:(Z|UTC|GMT)|([+-])(\d{2})(?::?(\d{2})(?::?(\d{2}))?)?)?$/i;

const MINUTE = 60_000;

export function readTime(text: string, zone: string): TimeReading {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.startsWith("0000-00-00")) return { status: "none" };
  if (trimmed === "infinity") return { status: "never", sign: 1 };
  if (trimmed === "-infinity") return { status: "never", sign: -1 };
  const parts = TIME.exec(trimmed);
  if (parts === null) return { status: "unclear" };
  const number = (at: number) => Number(parts[at] ?? 0);
  const year = number(1);
  const month = number(2);
  const day = number(3);
  const isDay = year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  if (!isDay || number(4) > 23 || number(5) > 59 || number(6) > 60) return { status: "unclear" };
  const milliseconds = Number((parts[7] ?? "").slice(0, 3).padEnd(3, "0"));
  const wall = Date.UTC(year, month - 1, day, number(4), number(5), number(6), milliseconds);
  if (parts[8] !== undefined) return { status: "read", at: wall };
  if (parts[9] === undefined) return { status: "read", at: atWall(wall, zone) };
  const offset = (number(10) * 3600 + number(11) * 60 + number(12)) * 1000;
  return { status: "read", at: parts[9] === "-" ? wall + offset : wall - offset };
}

/** The 31st of April would be another day quietly. */
function daysIn(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/**
 * The instant at which the clocks of a zone show this time, given as if it were UTC. An hour that comes twice is taken the
 * first time; one that is left out, as much later as the clocks were put forward.
 */
export function atWall(wall: number, zone: string): number {
  if (zone === "UTC") return wall;
  const before = wall - offsetAt(wall - 24 * 60 * MINUTE, zone);
  if (before + offsetAt(before, zone) === wall) return before;
  const after = wall - offsetAt(wall + 24 * 60 * MINUTE, zone);
  return after + offsetAt(after, zone) === wall ? after : before;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far the clocks of a zone are ahead of UTC at an instant, in milliseconds. */
function offsetAt(instant: number, zone: string): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(zone, format);
  }
  const seen = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => seen.get(type) ?? 0;
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return wall - Math.floor(instant / 1000) * 1000;
}
