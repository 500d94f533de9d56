import { createHash, createHmac, pbkdf2Sync, scryptSync } from "node:crypto";
import { blockMixPwxform, newPwxform, type Pwxform, SBOX_WORDS } from "./pwxform.js";
import { salsa20 } from "./salsa20.js";

/** What a setting of yescrypt asks for. */
export interface YescryptParameters {
  /**
   * `scrypt` is RFC 7914; `worm` writes its memory once and reads it often; `rw` reads and writes it, through pwxform: the
   * one that is in use.
   */
  readonly mode: "scrypt" | "worm" | "rw";
  /** How many blocks of memory, a power of two. */
  readonly n: number;
  /** The size of a block: 128 bytes times this. */
  readonly r: number;
  /** Parallelism. */
  readonly p: number;
  /** Time on top of the memory; 0 by default. */
  readonly t: number;
}

/** N/p · r from which on the hash of a quick pass is hashed instead of the password. */
const PREHASH_LEAST = 0x20000;

/**
 * yescrypt, without a ROM.
 *
 * @param salt as bytes.
 * @returns 32 bytes.
 * @see A. Peslyak, "yescrypt - scalable KDF and password hashing scheme" (PHC, 2014 to 2018)
 */
export function yescrypt(password: Buffer, salt: Buffer, parameters: YescryptParameters): Buffer {
  const { mode, n, r, p } = parameters;
  if (mode === "scrypt")
    return scryptSync(password, salt, 32, { N: n, r, p, maxmem: 128 * r * (n + p) + (1 << 20) });
  let key = password;
  // Large settings begin with a quick pass, so that a server may move that to the client.
  if (mode === "rw" && n / p >= 0x100 && (n / p) * r >= PREHASH_LEAST)
    key = body(key, salt, { ...parameters, n: n / 64, t: 0 }, true);
  return body(key, salt, parameters, false);
}

function body(password: Buffer, salt: Buffer, parameters: YescryptParameters, prehash: boolean): Buffer {
  const { mode, n, r, p, t } = parameters;
  const hashed = hmac(Buffer.from(prehash ? "yescrypt-prehash" : "yescrypt"), password);
  const bytes = pbkdf2Sync(hashed, salt, 1, 128 * r * p, "sha256");
  const blocks = new Int32Array(32 * r * p);
  for (let word = 0; word < blocks.length; word++) blocks[word] = bytes.readInt32LE(4 * word);

  const memory = new Int32Array(32 * r * n);
  let key: Buffer = Buffer.from(bytes.subarray(0, 32));
  if (mode === "rw") key = mixReadWrite(blocks, memory, { n, r, p, t }, key);
  else
    for (let part = 0; part < p; part++) {
      const block = blocks.subarray(32 * r * part, 32 * r * (part + 1));
      fill(block, memory, n, null, false);
      mix(block, memory, n, even(t === 0 ? n : t === 1 ? n + Math.ceil(n / 2) : n * t), null, false);
    }

  for (let word = 0; word < blocks.length; word++) bytes.writeInt32LE(blocks[word] as number, 4 * word);
  const derived = pbkdf2Sync(key, bytes, 1, 32, "sha256");
  if (prehash) return derived;
  // The last steps are those of SCRAM (RFC 5802): what is stored is the hash of a client key.
  return createHash("sha256")
    .update(hmac(derived, Buffer.from("Client Key")))
    .digest();
}

interface Costs {
  readonly n: number;
  readonly r: number;
  readonly p: number;
  readonly t: number;
}

/** SMix for memory that is read and written: p parts fill and mix a share each, then all mix the whole. @returns the key. */
function mixReadWrite(blocks: Int32Array, memory: Int32Array, costs: Costs, password: Buffer): Buffer {
  const { n, r, p, t } = costs;
  const words = 32 * r;
  let share = Math.floor(n / p);
  let loops = t === 0 ? Math.ceil(share / 3) : t === 1 ? Math.ceil((share * 2) / 3) : share * (t - 1);
  const writing = even(Math.floor(loops / p));
  loops = even(loops);
  share -= share % 2;

  let key = password;
  const forms: Pwxform[] = [];
  for (let part = 0; part < p; part++) {
    const block = blocks.subarray(words * part, words * (part + 1));
    const boxes = new Int32Array(SBOX_WORDS);
    fill(block.subarray(0, 32), boxes, SBOX_WORDS / 32, null, false);
    if (part === 0) key = hmac(lastOf(block), password);
    const form = newPwxform(boxes);
    forms.push(form);
    const size = part < p - 1 ? share : n - share * part;
    const own = memory.subarray(words * share * part, words * (share * part + size));
    fill(block, own, size, form, true);
    mix(block, own, powerOfTwoWithin(size), writing, form, true);
  }
  forms.forEach((form, part) => {
    mix(blocks.subarray(words * part, words * (part + 1)), memory, n, loops - writing, form, false);
  });
  return key;
}

/** SMix1: fills the memory with the blocks that come out of one another, each with an earlier one mixed in where `reading`. */
function fill(
  block: Int32Array,
  memory: Int32Array,
  n: number,
  form: Pwxform | null,
  reading: boolean,
): void {
  const x = shuffled(block);
  for (let index = 0; index < n; index++) {
    memory.set(x, index * x.length);
    if (reading && index > 1) {
      const within = powerOfTwoWithin(index);
      xorInto(x, memory, ((integerify(x) & (within - 1)) >>> 0) + (index - within));
    }
    blockMix(x, form);
  }
  unshuffle(x, block);
}

/** SMix2: mixes blocks of the memory in, in an order that the block itself tells, and puts them back where `writing`. */
function mix(
  block: Int32Array,
  memory: Int32Array,
  n: number,
  loops: number,
  form: Pwxform | null,
  writing: boolean,
): void {
  const x = shuffled(block);
  for (let loop = 0; loop < loops; loop++) {
    const index = (integerify(x) & (n - 1)) >>> 0;
    xorInto(x, memory, index);
    if (writing) memory.set(x, index * x.length);
    blockMix(x, form);
  }
  unshuffle(x, block);
}

function blockMix(x: Int32Array, form: Pwxform | null): void {
  if (form === null) blockMixSalsa(x);
  else blockMixPwxform(x, form);
}

/** scryptBlockMix (RFC 7914 §4): Salsa20/8 over each 64 bytes, then the even ones before the odd ones. */
function blockMixSalsa(x: Int32Array): void {
  const count = x.length / 16;
  const mixed = new Int32Array(x.length);
  const last = x.slice(-16);
  for (let part = 0; part < count; part++) {
    for (let word = 0; word < 16; word++)
      last[word] = (last[word] as number) ^ (x[part * 16 + word] as number);
    salsa20(last, 0, 8);
    mixed.set(last, ((part >> 1) + (part & 1) * (count / 2)) * 16);
  }
  x.set(mixed);
}

/** The lowest 32 bits of the last 64 bytes as a number: no memory here has more than 2^32 blocks. */
function integerify(x: Int32Array): number {
  return x[x.length - 16] as number;
}

function xorInto(x: Int32Array, memory: Int32Array, index: number): void {
  const from = index * x.length;
  for (let word = 0; word < x.length; word++) x[word] = (x[word] as number) ^ (memory[from + word] as number);
}

/** Words in the order of the diagonals: see `salsa20`. */
function shuffled(block: Int32Array): Int32Array {
  return block.map((_, word) => block[(word & ~15) + (((word & 15) * 5) % 16)] as number);
}

function unshuffle(x: Int32Array, block: Int32Array): void {
  x.forEach((value, word) => {
    block[(word & ~15) + (((word & 15) * 5) % 16)] = value;
  });
}

function lastOf(block: Int32Array): Buffer {
  const bytes = Buffer.alloc(64);
  block.subarray(-16).forEach((word, index) => {
    bytes.writeInt32LE(word, 4 * index);
  });
  return bytes;
}

function powerOfTwoWithin(number: number): number {
  return 2 ** (31 - Math.clz32(number));
}

function even(number: number): number {
  return number + (number % 2);
}

function hmac(key: Buffer, message: Buffer): Buffer {
  return createHmac("sha256", key).update(message).digest();
}
