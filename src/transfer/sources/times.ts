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
  if (trimmed === "" || /^0000-00-00/.test(trimmed)) return { status: "none" };
  if (trimmed === "infinity") return { status: "never", sign: 1 };
  if (trimmed === "-infinity") return { status: "never", sign: -1 };
  const parts = TIME.exec(trimmed);
  if (parts === null) return { status: "unclear" };
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  if (year === undefined || month === undefined || day === undefined) return { status: "unclear" };
  const milliseconds = Number((parts[7] ?? "").slice(0, 3).padEnd(3, "0"));
  const wall = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
  // The 31st of April, or a 25th hour, would be another time quietly.
  const date = new Date(wall);
  if (year < 100 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || (hour ?? 0) > 23)
    return { status: "unclear" };
  if (parts[8] !== undefined) return { status: "read", at: wall };
  if (parts[9] !== undefined) {
    const [hours, minutes, seconds] = parts.slice(10, 13).map((part) => Number(part ?? 0));
    const offset = ((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000;
    return { status: "read", at: parts[9] === "-" ? wall + offset : wall - offset };
  }
  return { status: "read", at: atWall(wall, zone) };
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
