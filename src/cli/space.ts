import type { Logger, OpenOptions, UserSpace } from "../index.js";
import type { GlobalFlags } from "./invocation.js";
import { warn } from "./output.js";

/**
 * Opens the user space, hands it to `use`, and closes it however that ends. Mails stay queued for the server. A
 * database that does not exist, or is older than this program, is refused unless `options` says otherwise: a command
 * that looks must not make or change one.
 */
export async function withSpace<Result>(
  flags: GlobalFlags,
  use: (space: UserSpace) => Promise<Result>,
  options: OpenOptions = {},
): Promise<Result> {
  const { openUserSpace } = await import("../index.js");
  const space = await openUserSpace(flags.database, {
    create: false,
    migrate: false,
    ...options,
    mail: { ...options.mail, courier: false },
    logger: options.logger ?? briefLogger,
  });
  try {
    return await use(space);
  } finally {
    await space.close();
  }
}

/** What somebody should look at, in one line each; errors that end the command are thrown besides. */
export const briefLogger: Logger = {
  debug() {},
  info() {},
  warn: logBriefly,
  error: logBriefly,
};

function logBriefly(fields: object, message: string): void {
  const cause = "err" in fields && fields.err instanceof Error ? `: ${fields.err.message}` : "";
  warn(`${message}${cause}`);
}

/** For a look ahead of the real opening, which says all that is to be said. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** For commands that make the database where there is none. */
export const MAKES_DATABASE = { create: true, migrate: true } as const;
