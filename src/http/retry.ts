import { SECOND } from "../base/clock.js";
import type { Quota } from "../base/errors.js";

/** What a refusal says about coming back. */
export interface Refusal {
  readonly status: number;
  /** Whole milliseconds. */
  readonly retryAfter: number;
  /** The limit that was reached, where it is known. */
  readonly quota?: Quota | undefined;
}

/**
 * The header fields of 429 and 503: `Retry-After` (RFC 9110 §10.2.3), and with 429 `RateLimit` and, where the limit is
 * known, `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10, as RFC 9651 lists). All in whole seconds, never less
 * than one.
 */
export function retryFields({ status, retryAfter, quota }: Refusal): Record<string, string> {
  const wait = inSeconds(retryAfter);
  const retry = { "retry-after": String(wait) };
  if (status !== 429) return retry;
  const limited = { ...retry, ratelimit: `"default";r=0;t=${wait}` };
  if (quota === undefined) return limited;
  const window = quota.window === undefined ? "" : `;w=${inSeconds(quota.window)}`;
  return { ...limited, "ratelimit-policy": `"default";q=${quota.limit}${window}` };
}

function inSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / SECOND));
}
