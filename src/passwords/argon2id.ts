import { WatchwordError } from "../base/errors.js";

/** What a hash costs: KiB of memory, passes over it, and lanes (RFC 9106 §3.1: m, t and p). */
export interface Argon2idCosts {
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

/** What stands in an argon2id hash besides the salt and the tag themselves. */
export interface Argon2idParameters extends Argon2idCosts {
  /** 19 (0x13) today; 16 (0x10) in hashes from before 2016, which is also meant where none is named. */
  readonly version: 16 | 19;
  readonly saltBytes: number;
  readonly tagBytes: number;
}

/** The most that a hash may cost. A stored hash is untrusted: its parameters say how much work a check is. */
export const ARGON2ID_CAPS: Argon2idCosts = { memory: 1024 * 1024, passes: 64, lanes: 64 };

/** Bytes of salt and tag in the hashes made here (RFC 9106 §4, recommended). */
export const SALT_BYTES = 16;
export const TAG_BYTES = 32;

/** The PHC string of argon2id: salts of 8 to 48 bytes, tags of 16 to 64, nothing optional besides the version. */
const PHC =
  /^\$argon2id\$(?:v=(16|19)\$)?m=([1-9]\d{0,9}),t=([1-9]\d{0,9}),p=([1-9]\d{0,9})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,86})$/;

/** Whether a stored hash says that it is argon2id; it may still be damaged. */
export function isArgon2id(hash: string): boolean {
  return hash.startsWith("$argon2id$");
}

/**
 * The parameters of an argon2id hash.
 * @throws WatchwordError `invalid-input` where the hash is damaged, of another form, or above {@link ARGON2ID_CAPS}.
 */
export function parseArgon2id(hash: string): Argon2idParameters {
  const [, version, m, t, p, salt = "", tag = ""] = PHC.exec(hash) ?? [];
  const saltBytes = base64Bytes(salt);
  const tagBytes = base64Bytes(tag);
  if (saltBytes === null || tagBytes === null)
    throw new WatchwordError(
      "invalid-input",
      "This is not a stored hash of a known form. Give the whole of it, such as $argon2id$v=19$m=19456,t=2,p=1$…$….",
      { details: { field: "hash" } },
    );
  const costs = { memory: Number(m), passes: Number(t), lanes: Number(p) };
  for (const name of ["memory", "passes", "lanes"] as const)
    if (costs[name] > ARGON2ID_CAPS[name])
      throw refusedCosts(name, costs[name], `at most ${ARGON2ID_CAPS[name]}`);
  if (costs.memory < 8 * costs.lanes) throw refusedCosts("memory", costs.memory, "at least 8 for each lane");
  return { ...costs, version: version === "19" ? 19 : 16, saltBytes, tagBytes };
}

/**
 * Whether a hash is weaker than what is made with these costs now: less memory, fewer passes, an older version, or a
 * shorter salt or tag. The lanes do not count: they share the same memory.
 */
export function isWeaker(hash: Argon2idParameters, costs: Argon2idCosts): boolean {
  return (
    hash.memory < costs.memory ||
    hash.passes < costs.passes ||
    hash.version < 19 ||
    hash.saltBytes < SALT_BYTES ||
    hash.tagBytes < TAG_BYTES
  );
}

/** A hash of nobody's password: checking against it costs what these costs say, and finding a match is infeasible. */
export function dummyArgon2id({ memory, passes, lanes }: Argon2idCosts): string {
  const zeros = (bytes: number) => Buffer.alloc(bytes).toString("base64").replaceAll("=", "");
  return `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${zeros(SALT_BYTES)}$${zeros(TAG_BYTES)}`;
}

/** How many bytes a base64 text without padding stands for; null where it is empty or not the canonical form. */
function base64Bytes(text: string): number | null {
  const bytes = Buffer.from(text, "base64");
  return text !== "" && bytes.toString("base64").replaceAll("=", "") === text ? bytes.length : null;
}

function refusedCosts(name: keyof Argon2idCosts, value: number, wanted: string): WatchwordError {
  return new WatchwordError(
    "invalid-input",
    `This stored hash asks for ${value} ${name}; ${wanted} is accepted. Do not import it: reset the password instead.`,
    { details: { field: "hash", parameter: name, value } },
  );
}
