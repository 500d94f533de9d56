import type { ImportSourceInfo } from "./contract.js";

/**
 * The systems whose users `space.transfer.import` brings over, with what to hand over and what each needs besides. No user
 * space is needed to ask.
 *
 * @example
 * ```ts
 * const sources = await importSources();
 * console.log(sources.some(({ name }) => name === "wordpress")); // true
 * ```
 */
export async function importSources(): Promise<readonly ImportSourceInfo[]> {
  const { sourceInfos } = await import("../transfer/sources/index.js");
  return sourceInfos();
}
