import type { SessionCheckResult, SignInResult } from "../space/contract.js";

/** One request, as logs and figures know it: no address, no query, no cookie, no body. */
export interface RequestLine {
  readonly method: string;
  /** The pattern of the route, such as `/api/admin/users/:id`; `unmatched` where there is none. */
  readonly route: string;
  readonly status: number;
  /** Milliseconds, to a tenth. */
  readonly ms: number;
  readonly requestId?: string;
}

/** What is counted, and the text that Prometheus reads. */
export interface Metrics {
  request(line: RequestLine): void;
  sessionCheck(outcome: SessionCheckResult["status"]): void;
  signIn(outcome: SignInResult["status"] | "error"): void;
  /** The counts in Prometheus's text format, and its media type. */
  render(): Promise<{ readonly type: string; readonly text: string }>;
}
