import { once } from "node:events";
import { createServer } from "node:net";
import { CommandError } from "./errors.js";

/** Whether only this machine itself can reach an address. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** Whether what browsers send to a base URL crosses a network in the open. */
export function isUnencrypted(baseUrl: string): boolean {
  const { protocol, hostname } = new URL(baseUrl);
  return protocol === "http:" && !isLoopback(hostname.replace(/^\[(.*)\]$/, "$1"));
}

/**
 * The origin under which the pages that are for this machine alone can be opened, wherever the world reaches the server;
 * null where it does not listen there.
 */
export function loopbackOrigin(host: string, port: number): string | null {
  if (host === "::1") return `http://[::1]:${port}`;
  return ["127.0.0.1", "localhost", "0.0.0.0", "::"].includes(host) ? `http://localhost:${port}` : null;
}

/**
 * Makes sure that a port can be listened on, and answers with its number; for 0 with that of a free one.
 * @param flag What chose it, for the message.
 * @throws CommandError `port-in-use`, `port-refused`
 */
export async function reservePort(host: string, port: number, flag: string): Promise<number> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    throw portError(host, port, flag, error);
  }
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : port;
}

/** A failure to listen, in words that help. */
function portError(host: string, port: number, flag: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EADDRINUSE")
    return new CommandError(
      "port-in-use",
      `Port ${port} on ${host} is in use. Stop the program that listens there, or choose another port with ${flag}.`,
      { cause: error },
    );
  if (code === "EACCES")
    return new CommandError(
      "port-refused",
      `This system user may not listen on port ${port}; choose one above 1023 with ${flag}.`,
      { cause: error },
    );
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EINVAL" || code === "EAI_AGAIN")
    return new CommandError(
      "port-refused",
      `This machine has no address ${host}; choose another with --host.`,
      {
        cause: error,
      },
    );
  return error;
}
