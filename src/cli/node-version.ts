/** The oldest that works; `engines` of package.json says the same. */
const OLDEST_NODE = [20, 19] as const;

/** Why this version of Node cannot run Watchword; null where it can. Imports nothing: it runs before all else. */
export function nodeTooOld(version: string): string | null {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return null;
  return `Node ${version} is too old; Watchword needs ${OLDEST_NODE.join(".")} or newer.`;
}
