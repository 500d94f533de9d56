import type { UserSpace } from "../space/contract.js";
import type { Metrics } from "./counting.js";

const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Loads prom-client, which nobody pays for who does not use it. */
export async function createMetrics(space: UserSpace): Promise<Metrics> {
  const { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } = (await import("prom-client"))
    .default;
  // A registry of one's own: that of the module belongs to the application around us.
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const requests = new Counter({
    name: "watchword_http_requests_total",
    help: "Requests by method, route and status.",
    labelNames: ["method", "route", "status"],
    registers,
  });
  const durations = new Histogram({
    name: "watchword_http_request_duration_seconds",
    help: "How long requests took, by method and route.",
    labelNames: ["method", "route"],
    buckets: DURATIONS,
    registers,
  });
  const sessionChecks = new Counter({
    name: "watchword_session_checks_total",
    help: "Session checks over HTTP by outcome.",
    labelNames: ["outcome"],
    registers,
  });
  const signIns = new Counter({
    name: "watchword_sign_ins_total",
    help: "Sign-ins over HTTP by outcome.",
    labelNames: ["outcome"],
    registers,
  });
  const mails = new Gauge({
    name: "watchword_mails",
    help: "Mails that wait (queued) or were refused for good (failed).",
    labelNames: ["state"],
    registers,
  });
  const databaseUp = new Gauge({
    name: "watchword_database_up",
    help: "Whether the database answered this scrape: 1 or 0.",
    registers,
  });

  return {
    request({ method, route, status, ms }) {
      requests.inc({ method, route, status });
      durations.observe({ method, route }, ms / 1000);
    },
    sessionCheck: (outcome) => sessionChecks.inc({ outcome }),
    signIn: (outcome) => signIns.inc({ outcome }),
    async render() {
      try {
        const { mailsQueued, mailsFailed } = await space.database.statistics();
        mails.set({ state: "queued" }, mailsQueued);
        mails.set({ state: "failed" }, mailsFailed);
        databaseUp.set(1);
      } catch {
        // A database that is away is what this figure tells; the other figures are needed most then.
        mails.reset();
        databaseUp.set(0);
      }
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}
