/**
 * The base 64 of crypt(3): its own alphabet, and no padding. Traditional crypt writes the highest bits first, all that
 * came later writes three bytes as one number with its lowest six bits first.
 */
export const CRYPT64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The value of each character code, 255 where it is none of the alphabet. */
const VALUES = new Uint8Array(128).fill(255);
for (let value = 0; value < 64; value++) VALUES[CRYPT64.charCodeAt(value)] = value;

/** The six bits that a character stands for, or -1 where it is none of the alphabet or there is none. */
export function valueOf64(text: string, at: number): number {
  const value = VALUES[text.charCodeAt(at)];
  return value === undefined || value === 255 ? -1 : value;
}

/** A number from characters with the lowest six bits first; -1 where one is not of the alphabet. At most five characters. */
export function number64(text: string): number {
  let number = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    const value = valueOf64(text, at);
    if (value < 0) return -1;
    number = number * 64 + value;
  }
  return number;
}

/** Bytes as text, the lowest bits of each three bytes first. A remainder of one byte takes two characters, of two three. */
export function encode64(bytes: Uint8Array): string {
  let text = "";
  for (let from = 0; from < bytes.length; from += 3) {
    const group = bytes.subarray(from, from + 3);
    let number = 0;
    group.forEach((byte, index) => {
      number |= byte << (8 * index);
    });
    for (let left = group.length + 1; left > 0; left--) {
      text += CRYPT64.charAt(number & 63);
      number >>>= 6;
    }
  }
  return text;
}

/** As {@link encode64}, of the bytes in another order: `order` holds the position of each byte to be written. */
export function encode64InOrder(bytes: Uint8Array, order: readonly number[]): string {
  return encode64(Uint8Array.from(order, (from) => bytes[from] ?? 0));
}

/** The bytes of a text of {@link encode64}; null where it is not exactly what that would have written. */
export function decode64(text: string): Buffer | null {
  const bytes: number[] = [];
  for (let from = 0; from < text.length; from += 4) {
    const group = text.slice(from, from + 4);
    const number = number64(group);
    if (number < 0 || group.length === 1) return null;
    for (let byte = 0; byte < group.length - 1; byte++) bytes.push((number >>> (8 * byte)) & 255);
  }
  const decoded = Buffer.from(bytes);
  return encode64(decoded) === text ? decoded : null;
}

/** Bytes as text, the highest bits first and zero bits at the end: traditional crypt. */
export function encode64HighFirst(bytes: Uint8Array): string {
  let text = "";
  for (let bit = 0; bit < bytes.length * 8; bit += 6) {
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    text += CRYPT64.charAt((pair >>> (10 - (bit & 7))) & 63);
  }
  return text;
}
