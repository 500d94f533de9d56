import type { Visit } from "./visit.js";
import type { Words } from "./words.js";

/** What was just done, said on the page after it: by name in the address, so that a reload does nothing twice. */
export type NoticeName = keyof Words["notices"];

/** The notice that the address names; null for none, and for a name that is not in the list. */
export function noticeOf(visit: Visit): string | null {
  const name = visit.query("done");
  const { notices } = visit.words;
  return name !== null && isNoticeName(name, notices) ? notices[name] : null;
}

function isNoticeName(name: string, notices: Words["notices"]): name is NoticeName {
  return Object.hasOwn(notices, name);
}

/** A path of this site with a notice on it. */
export function withNotice(path: string, name: NoticeName): string {
  return `${path}?done=${name}`;
}
