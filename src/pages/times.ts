import type { Visit } from "./visit.js";

/** A point in time, written as in the mails: in UTC, because nobody told us where the reader is. */
export function when(visit: Visit, at: Date): string {
  return visit.messages.mail.time(at.getTime());
}

/** As {@link when}, for an end that may not be set. */
export function whenUntil(visit: Visit, until: Date | null): string | null {
  return until === null ? null : when(visit, until);
}

/** A time to wait, such as "in 5 minutes", in the language of the page. */
export function inWords(lang: string, milliseconds: number): string {
  const format = new Intl.RelativeTimeFormat(lang, { numeric: "always" });
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  if (seconds < 60) return format.format(seconds, "second");
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return format.format(minutes, "minute");
  const hours = Math.ceil(minutes / 60);
  return hours < 48 ? format.format(hours, "hour") : format.format(Math.ceil(hours / 24), "day");
}

/** How long a typed code works, as the mail with it says. */
export function codeLifetime(visit: Visit): string {
  return visit.messages.mail.duration(visit.space.codes.policy.lifetime);
}
