import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { WatchwordError } from "../../base/errors.js";
import type { PostgresHost, PostgresTls, TlsMode } from "./url.js";

/** Which ways to connect are tried, in order: with TLS or without. */
export function tlsWays(mode: TlsMode, host: PostgresHost): readonly boolean[] {
  // Nobody listens on a Unix socket, and libpq has no TLS there either.
  if (host.host.startsWith("/")) return [false];
  if (mode === "disable") return [false];
  if (mode === "allow") return [false, true];
  return mode === "prefer" ? [true, false] : [true];
}

/** Read anew for each connection, so that a certificate that was renewed needs no restart. */
export async function tlsOptions(
  tls: PostgresTls,
  { host, address }: PostgresHost,
): Promise<ConnectionOptions> {
  const [ca, cert, key, crl] = await Promise.all([
    file("sslrootcert", tls.rootCert),
    file("sslcert", tls.cert),
    file("sslkey", tls.key),
    file("sslcrl", tls.revoked),
  ]);
  const isVerified = tls.mode === "verify-ca" || tls.mode === "verify-full";
  return {
    rejectUnauthorized: isVerified,
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
    ...(crl === null ? {} : { crl }),
    ...(tls.keyPassword === null ? {} : { passphrase: tls.keyPassword }),
    ...(tls.least === null ? {} : { minVersion: tls.least }),
    ...(tls.most === null ? {} : { maxVersion: tls.most }),
    ...(tls.mode === "verify-ca" ? { checkServerIdentity: () => undefined } : {}),
    // The certificate is the one of the name, wherever hostaddr leads.
    ...(address === null ? {} : { host, ...(isIP(host) === 0 ? { servername: host } : {}) }),
  };
}

async function file(parameter: string, path: string | null): Promise<Buffer | null> {
  if (path === null) return null;
  try {
    return await readFile(path);
  } catch (error) {
    throw new WatchwordError(
      "store-refused",
      `The file ${path} of ${parameter} cannot be read (${error instanceof Error ? error.message : String(error)}). Check its name and this user's rights.`,
      { cause: error },
    );
  }
}
