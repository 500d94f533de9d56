import { isLoopback, isUnencrypted } from "./ports.js";
import { layFacts } from "./table.js";

export interface BannerFacts {
  readonly version: string;
  readonly baseUrl: string;
  /** Where the server listens, which is elsewhere when a proxy stands before it. */
  readonly listening: string;
  /** The address of this machine that it listens on, as it was given. */
  readonly host: string;
  readonly metrics: string | null;
  readonly location: string;
  readonly outbox: string | null;
  readonly setUp: string | null;
}

/** What `watchword serve` says on stdout when it is ready. */
export function layBanner(facts: BannerFacts): string {
  const lines: [string, string][] = [["  URL", facts.baseUrl]];
  if (!isLoopback(facts.host) || new URL(facts.baseUrl).port !== new URL(facts.listening).port)
    lines.push(["  Listening", listeningOn(facts)]);
  if (facts.metrics !== null) lines.push(["  Metrics", facts.metrics]);
  lines.push(["  Data", facts.location]);
  if (facts.outbox !== null) lines.push(["  Outbox", facts.outbox]);
  if (facts.setUp !== null) lines.push(["  Set up", facts.setUp]);
  const hints = [
    isUnencrypted(facts.baseUrl)
      ? `Warning: ${facts.baseUrl} is not https: passwords would travel unencrypted; put TLS in front and give an https --base-url.`
      : null,
    facts.outbox === null ? null : "No mail server is set up: mails land in the outbox.",
    facts.setUp === null
      ? null
      : "There is no administrator yet: open the set-up link to become the first. It works once, for 24 hours; `watchword set-up` makes a new one.",
    "Stop with Ctrl-C.",
  ].filter((hint) => hint !== null);
  return `Watchword ${facts.version} is running.\n\n${layFacts(lines)}\n${hints.join("\n")}\n`;
}

/** Other machines can reach it where it is not on loopback, so the real address is shown and not a friendly name. */
function listeningOn({ listening, host }: BannerFacts): string {
  if (isLoopback(host)) return listening;
  return `http://${host.includes(":") ? `[${host}]` : host}:${new URL(listening).port || "80"}`;
}
