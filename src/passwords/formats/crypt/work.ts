/**
 * What crypt(3) cannot have hashed: its passwords are texts of C, which end at a NUL.
 */
export function holdsNul(password: Uint8Array): boolean {
  return password.includes(0);
}

/** A password this long goes through a round in about the time of a short one. */
const SHORT = 128;

/**
 * Whether a password is too long for so many rounds: where each round hashes the whole password, a long one multiplies the
 * work that the cap allows. A short one may have as many rounds as the cap says, one of 4 KiB a thirty-second of them.
 */
export function isTooLong(password: Uint8Array, rounds: number, mostRounds: number): boolean {
  return rounds * Math.max(1, password.length / SHORT) > mostRounds;
}

/** How the caps of such a format are told. */
export function roundsCap(mostRounds: number): string {
  return `${mostRounds.toLocaleString("en")} rounds, and fewer for passwords of more than ${SHORT} bytes`;
}

/** A text as a digest to be compared. */
export function textDigest(text: string): Buffer {
  return Buffer.from(text, "latin1");
}
