/** The first that fits wins: browsers name their forebears too. */
const BROWSERS: readonly (readonly [token: string, name: string])[] = [
  ["Edg", "Edge"],
  ["OPR/", "Opera"],
  ["SamsungBrowser/", "Samsung Internet"],
  ["Firefox/", "Firefox"],
  ["FxiOS/", "Firefox"],
  ["CriOS/", "Chrome"],
  ["Chrome/", "Chrome"],
  ["Safari/", "Safari"],
  ["curl/", "curl"],
];

const SYSTEMS: readonly (readonly [token: string, name: string])[] = [
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Android", "Android"],
  ["Windows", "Windows"],
  ["Mac OS X", "macOS"],
  ["CrOS", "ChromeOS"],
  ["Linux", "Linux"],
];

/**
 * What a `User-Agent` header says of browser and system; null for a part that is not known. Only for showing: anyone
 * can send any text, so the header itself is never repeated in a mail.
 */
export function deviceName(userAgent: string | null): { browser: string | null; system: string | null } {
  const text = (userAgent ?? "").slice(0, 512);
  const named = (table: readonly (readonly [string, string])[]) =>
    table.find(([token]) => text.includes(token))?.[1] ?? null;
  return { browser: named(BROWSERS), system: named(SYSTEMS) };
}
