import pino from "pino";
import { newToken } from "../../base/crypto.js";
import { type RunningServer, startServer } from "../../http/server.js";
import { type Logger, openUserSpace, type UserSpace } from "../../index.js";
import { layBanner } from "../banner.js";
import { UsageError } from "../errors.js";
import type { GlobalFlags, Invocation } from "../invocation.js";
import { mailOptions } from "../mail-flags.js";
import { startMetricsServer } from "../metrics-server.js";
import { print, surviveBrokenPipe } from "../output.js";
import { isLoopback, loopbackOrigin, reservePort } from "../ports.js";
import { readVersion } from "../version.js";
import { setUpLink } from "./set-up.js";

export interface ServeFlags extends GlobalFlags {
  readonly port: number;
  readonly host: string;
  readonly baseUrl?: string;
  readonly trustProxy: number;
  readonly metricsPort?: number;
  readonly smtpUrl?: string;
  readonly mailFrom?: string;
  readonly templates?: string;
  readonly links?: string;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
}

/** Runs until SIGTERM or SIGINT. Log lines go to stderr; links and keys go to stdout only. */
export async function run({ flags, typed }: Invocation<ServeFlags>): Promise<void> {
  if (flags.baseUrl === undefined && !isLoopback(flags.host))
    throw new UsageError(
      `Give --base-url, the address under which people reach this server, such as https://accounts.example.com: --host ${flags.host} is open to other machines, and links in mails must not guess.`,
    );
  const mail = await mailOptions({
    smtpUrl: typed("smtpUrl"),
    mailFrom: typed("mailFrom"),
    templates: flags.templates,
    links: flags.links,
  });
  // Before the space opens: links need the port, and a port in use should not leave a new database behind.
  const port = await reservePort(flags.host, flags.port, "--port (or the variable PORT)");
  if (flags.metricsPort !== undefined) await reservePort(flags.host, flags.metricsPort, "--metrics-port");
  const logger = pino({ level: flags.logLevel }, pino.destination({ dest: 2, sync: true }));
  endOnUncaughtErrors(logger);

  // What the library reads from the environment is left to it, so that `config` shows where it comes from.
  const baseUrl = flags.baseUrl === undefined ? `http://localhost:${port}` : typed("baseUrl");
  const outboxOrigin = loopbackOrigin(flags.host, port);
  const outboxKey =
    outboxOrigin !== null && flags.smtpUrl === undefined && process.env.NODE_ENV !== "production"
      ? newToken()
      : null;
  const metricsToken =
    process.env.WATCHWORD_METRICS_TOKEN ?? (flags.metricsPort === undefined ? null : newToken());
  const space = await openUserSpace(flags.database, {
    ...(baseUrl !== undefined && { baseUrl }),
    mail,
    http: {
      trustProxy: flags.trustProxy,
      ...(outboxKey !== null && { outboxKey }),
      ...(metricsToken !== null && { metricsToken }),
    },
    logger,
  });
  const stopped = untilStopped();
  const servers = await startServers(space, { ...flags, port, metricsToken, log: logger });
  surviveBrokenPipe();
  await print(
    layBanner({
      version: readVersion(),
      baseUrl: space.baseUrl,
      listening: servers.url,
      host: flags.host,
      metrics: servers.metricsUrl,
      location: space.database.location,
      outbox:
        space.mail.transport === "outbox" && outboxKey !== null
          ? `${outboxOrigin}/outbox?key=${encodeURIComponent(outboxKey)}`
          : null,
      setUp: await newSetUpLink(space),
    }),
  );

  logger.info({ signal: await stopped }, "stopping: finishing what was accepted");
  try {
    await servers.close();
    await space.close();
  } catch (error) {
    logger.error({ err: error }, "stopping did not end well");
    process.exit(1);
  }
  logger.info({}, "stopped");
  process.exit(0);
}

interface Listening {
  readonly port: number;
  readonly host: string;
  readonly metricsPort?: number;
  readonly metricsToken: string | null;
  readonly log: Logger;
}

interface Servers {
  readonly url: string;
  readonly metricsUrl: string | null;
  close(): Promise<void>;
}

/** All that listens, or nothing: where one port cannot be had, the space and the others are closed again. */
async function startServers(space: UserSpace, options: Listening): Promise<Servers> {
  const { port, host, metricsPort, metricsToken: token, log } = options;
  let main: RunningServer | null = null;
  try {
    main = await startServer(space, { port, host, log });
    const metrics =
      metricsPort === undefined || token === null
        ? null
        : await startMetricsServer(space, { port: metricsPort, host, token, log });
    const all = [main, ...(metrics === null ? [] : [metrics])];
    return {
      url: main.url,
      metricsUrl: metrics === null ? null : `${metrics.url}/metrics`,
      close: async () => {
        await Promise.all(all.map((server) => server.close()));
      },
    };
  } catch (error) {
    await main?.close();
    await space.close();
    throw error;
  }
}

async function newSetUpLink(space: UserSpace): Promise<string | null> {
  const token = await space.setUp.createToken();
  return token === null ? null : setUpLink(space.baseUrl, token);
}

const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/** Resolves at the first signal; the second one ends the process where it stands. */
function untilStopped(): Promise<string> {
  return new Promise((resolve) => {
    let stopping = false;
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.on(signal, () => {
        if (stopping) process.exit(128 + SIGNAL_NUMBERS[signal]);
        stopping = true;
        resolve(signal);
      });
  });
}

/** After an error that nobody caught, nothing is known to be whole any more: what was acknowledged is on disk, so end. */
function endOnUncaughtErrors(logger: pino.Logger): void {
  process.on("uncaughtException", (error, origin) => {
    logger.fatal({ err: error, origin }, "an error that nobody caught; ending");
    process.exit(1);
  });
}
