import { isIP } from "node:net";

/**
 * The address of the client: the socket's, or with `trustProxy` proxies of ours in front, the one that the outermost of them
 * saw. `X-Forwarded-For` with the socket's address behind it is a list of hops; what stands left of the trusted ones is what
 * anybody can write, so it is not looked at. A list shorter than that has no stranger in it, and its first hop is the client.
 * @param forwarded The header `X-Forwarded-For`, or null.
 * @param socket The address at the other end of the connection, where it is known.
 * @param trustProxy How many proxies in front of the server are ours.
 */
export function clientIp(
  forwarded: string | null,
  socket: string | undefined,
  trustProxy: number,
): string | undefined {
  const own = socket === undefined ? undefined : parseIp(socket);
  if (trustProxy === 0 || forwarded === null) return own;
  const hops = [...forwarded.split(",").map(parseIp), own];
  // A hop that is no address was written by a proxy that hides it; the next one towards us is the best that we know.
  for (let at = Math.max(0, hops.length - 1 - trustProxy); at < hops.length; at++) {
    const hop = hops[at];
    if (hop !== undefined) return hop;
  }
  return undefined;
}

const BRACKETED = /^\[([^\]]+)\](?::\d+)?$/;
const WITH_PORT = /^([^:]+):\d+$/;

/** One address without port, brackets and zone; an IPv4 address within IPv6 (RFC 4291 §2.5.5.2) as the IPv4 that it is. */
function parseIp(text: string): string | undefined {
  const trimmed = text.trim();
  const bare = BRACKETED.exec(trimmed)?.[1] ?? WITH_PORT.exec(trimmed)?.[1] ?? trimmed;
  const address = bare.split("%", 1)[0]?.toLowerCase() ?? "";
  const mapped = address.startsWith("::ffff:") ? address.slice(7) : address;
  if (isIP(mapped) === 4) return mapped;
  return isIP(address) === 0 ? undefined : address;
}
