import { WatchwordError } from "../../base/errors.js";
import { explain, nameOf, reasonOf } from "./errors.js";
import { askWire } from "./wire.js";

/** What is to be known of the place that could not be opened. */
export interface Place {
  readonly location: string;
  readonly hosts: string;
  readonly scheme: "mongodb" | "mongodb+srv";
  readonly tls: boolean;
}

/** Of Node's TLS: the certificate itself is not trusted, or no longer. */
const UNTRUSTED = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_UNTRUSTED",
  "CERT_SIGNATURE_FAILURE",
]);
const OUT_OF_DATE = new Set(["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"]);
const NOBODY_THERE = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "ENOENT",
  // Of the look-up of mongodb+srv.
  "ENODATA",
  "ESERVFAIL",
  "EREFUSED",
  "ETIMEOUT",
]);

/** How long a server may take to say what it speaks, in real milliseconds. */
const PATIENCE = 2000;

/**
 * Why a server could not be used, in the words of whoever has to do something about it. `lasting`: it will not be otherwise at the next try.
 */
export async function diagnose(
  error: unknown,
  place: Place,
): Promise<{ readonly failure: WatchwordError; readonly lasting: boolean }> {
  const refuse = (message: string) => ({
    failure: new WatchwordError("store-refused", message, { cause: error }),
    lasting: true,
  });
  const away = (message: string) => ({
    failure: new WatchwordError("store-unavailable", message, { cause: error, retryAfter: 1000 }),
    lasting: false,
  });
  const { location } = place;
  const all = causesOf(error);
  const reason = reasonOf(all.find((each) => nameOf(each) !== "MongoServerSelectionError") ?? error);
  const codes = all.flatMap((each) => ("code" in each && typeof each.code === "string" ? [each.code] : []));
  const said = all.map((each) => each.message).join(" ");

  if (
    [
      "MongoParseError",
      "MongoInvalidArgumentError",
      "MongoMissingCredentialsError",
      "MongoAPIError",
    ].includes(nameOf(error))
  )
    return {
      failure: new WatchwordError(
        "invalid-option",
        `The driver of MongoDB does not take the URL (${reason}). See mongodb.com/docs/manual/reference/connection-string for its form and options.`,
        { cause: error },
      ),
      lasting: true,
    };
  if (nameOf(error) === "MongoMissingDependencyError")
    return {
      failure: new WatchwordError(
        "package-missing",
        `The URL of MongoDB asks for something that takes another package (${reason}). Install it, or leave the option out.`,
        { cause: error },
      ),
      lasting: true,
    };
  if (/wire version/.test(said)) return refuse(tooOld(location, reason));
  if (codes.includes("ERR_TLS_CERT_ALTNAME_INVALID"))
    return refuse(
      `The certificate of MongoDB at ${location} is made out for another name (${reason}). Use the name it was made for in the URL, or give the server a certificate for this one.`,
    );
  if (codes.some((code) => UNTRUSTED.has(code)))
    return refuse(
      `The certificate of MongoDB at ${location} is not signed by an authority that is trusted here (${reason}). Name the authority's file: connect.caFile, or tlsCAFile= in the URL.`,
    );
  if (codes.some((code) => OUT_OF_DATE.has(code)))
    return refuse(
      `The certificate of MongoDB at ${location} is not valid today (${reason}). Renew it, and check the clocks of both machines.`,
    );
  if (
    codes.some((code) =>
      /^ERR_SSL_.*ALERT_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE)/.test(code),
    )
  )
    return refuse(
      `MongoDB at ${location} wants a certificate of the client, or refuses the one it got (${reason}). Name it with tlsCertificateKeyFile= in the URL.`,
    );
  if (nameOf(error) === "MongoServerError") {
    const failure = explain(error, location, "opening");
    return { failure, lasting: failure.code !== "store-unavailable" };
  }
  const topology = topologyOf(error);
  if (topology?.type === "ReplicaSetNoPrimary" && topology.known > 0)
    return away(
      `The replica set of MongoDB at ${location} has no primary: its servers answer, and none of them may be written. See rs.status() whether most of its members are up; during an election wait a few seconds.`,
    );
  if (topology?.type === "ReplicaSetNoPrimary" && topology.servers === 0)
    return refuse(
      `MongoDB answers at ${location}, but it is no member of the replica set that the URL names (replicaSet=). Correct the name, or leave it out for a server that stands alone.`,
    );
  if (codes.some((code) => NOBODY_THERE.has(code)))
    return away(
      `MongoDB at ${location} cannot be reached (${reason}). See whether it runs and listens on that address and port, and whether a firewall lets this machine through.`,
    );
  return (await fromTheWire(place, reason, refuse)) ?? away(silent(location, reason));
}

export function tooOld(location: string, reason: string): string {
  return `MongoDB at ${location} is too old (${reason}). Watchword needs MongoDB 4.4 or later.`;
}

function silent(location: string, reason: string): string {
  return `MongoDB at ${location} does not answer (${reason}). See whether the server is hung or still starting, and whether something between here and there drops the connection.`;
}

async function fromTheWire<T>(
  place: Place,
  reason: string,
  refuse: (message: string) => T,
): Promise<T | null> {
  const { location, scheme, tls } = place;
  const host = firstHost(place.hosts);
  if (scheme !== "mongodb" || host === null) return null;
  switch (await askWire(host.name, host.port, PATIENCE)) {
    case "mongodb":
      return tls
        ? refuse(
            `MongoDB at ${location} speaks without TLS, and the URL asks for TLS. Turn TLS on at the server, or leave tls=true (and the CA file) out where the network is safe.`,
          )
        : null;
    case "tls":
      return tls
        ? null
        : refuse(
            `What listens at ${location} wants TLS, and the URL does not ask for it. Add tls=true to the URL, and name the CA file where its authority is not a public one.`,
          );
    case "other":
      return refuse(
        `What listens at ${location} is no MongoDB (it answers in another language). Check host and port; MongoDB's own is 27017.`,
      );
    case "closed":
      return tls
        ? null
        : refuse(
            `What listens at ${location} hangs up on MongoDB's first message (${reason}). Check the port; where it is MongoDB, it may want TLS (tls=true), or take nobody from this address.`,
          );
    default:
      return null;
  }
}

function firstHost(hosts: string): { readonly name: string; readonly port: number } | null {
  const match = /^(?:\[([^\]]+)\]|([^:,%]+))(?::(\d+))?(?:,|$)/.exec(hosts);
  const name = match?.[1] ?? match?.[2];
  return name === undefined ? null : { name, port: Number(match?.[3] ?? 27017) };
}

/** The error, what lies beneath it, and what each server's own failure was. */
function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  const visit = (each: unknown): void => {
    if (!(each instanceof Error) || causes.includes(each)) return;
    causes.push(each);
    visit(each.cause);
    for (const server of serversOf(each)) if ("error" in server) visit(server.error);
  };
  visit(error);
  return causes;
}

function serversOf(error: unknown): object[] {
  if (!(error instanceof Error) || !("reason" in error)) return [];
  const { reason } = error;
  if (typeof reason !== "object" || reason === null || !("servers" in reason)) return [];
  return reason.servers instanceof Map ? [...reason.servers.values()] : [];
}

function topologyOf(
  error: unknown,
): { readonly type: unknown; readonly known: number; readonly servers: number } | null {
  if (!(error instanceof Error) || !("reason" in error)) return null;
  const { reason } = error;
  if (typeof reason !== "object" || reason === null || !("type" in reason)) return null;
  const servers = serversOf(error);
  const known = servers.filter((server) => "type" in server && server.type !== "Unknown").length;
  return { type: reason.type, known, servers: servers.length };
}
