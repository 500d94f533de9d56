import { createHash, hash } from "node:crypto";
import { encode64InOrder } from "./crypt64.js";
import { MD5_ORDER } from "./md5-crypt.js";

/** Hamlet III.1 as Project Gutenberg prints it, with the zero byte that ends a text in C: 1,517 bytes. */
const HAMLET = Buffer.from(`To be, or not to be,--that is the question:--
Whether 'tis nobler in the mind to suffer
The slings and arrows of outrageous fortune
Or to take arms against a sea of troubles,
And by opposing end them?--To die,--to sleep,--
No more; and by a sleep to say we end
The heartache, and the thousand natural shocks
That flesh is heir to,--'tis a consummation
Devoutly to be wish'd. To die,--to sleep;--
To sleep! perchance to dream:--ay, there's the rub;
For in that sleep of death what dreams may come,
When we have shuffled off this mortal coil,
Must give us pause: there's the respect
That makes calamity of so long life;
For who would bear the whips and scorns of time,
The oppressor's wrong, the proud man's contumely,
The pangs of despis'd love, the law's delay,
The insolence of office, and the spurns
That patient merit of the unworthy takes,
When he himself might his quietus make
With a bare bodkin? who would these fardels bear,
To grunt and sweat under a weary life,
But that the dread of something after death,--
The undiscover'd country, from whose bourn
No traveller returns,--puzzles the will,
And makes us rather bear those ills we have
Than fly to others that we know not of?
Thus conscience does make cowards of us all;
And thus the native hue of resolution
Is sicklied o'er with the pale cast of thought;
And enterprises of great pith and moment,
With this regard, their currents turn awry,
And lose the name of action.--Soft you now!
The fair Ophelia!--Nymph, in thy orisons
Be all my sins remember'd.
\0`);

/** Rounds on top of those that a hash names. */
const LEAST_ROUNDS = 4096;

/**
 * Sun's MD5 crypt, `$md5$`: rounds of MD5, in each of which two bits that the digest before picks out of itself decide
 * whether fifteen hundred bytes of Shakespeare are hashed too.
 *
 * @param setting the hash up to where its salt ends: with the second `$` where two stand before the digest, as both are hashed.
 * @param rounds those that the hash names, 0 where it names none.
 * @returns 22 characters.
 * @see A. Muffett, "OpenSolaris, Pluggable Crypt, and the SunMD5 Password Hash Algorithm", 2005
 */
export function sunMd5Crypt(password: Buffer, setting: string, rounds: number): string {
  let digest: string = createHash("md5").update(password).update(setting, "latin1").digest("binary");
  // Digest, perhaps Hamlet, and the number of the round in decimal: one buffer for each, filled anew.
  const short = Buffer.alloc(16 + 10);
  const long = Buffer.concat([short.subarray(0, 16), HAMLET, Buffer.alloc(10)]);
  const bytes = new Uint8Array(16);
  const all = LEAST_ROUNDS + rounds;
  for (let round = 0; round < all; round++) {
    for (let index = 0; index < 16; index++) bytes[index] = digest.charCodeAt(index);
    const layout = coin(bytes, round) === 1 ? long : short;
    const end = layout === long ? 16 + HAMLET.length : 16;
    layout.write(digest, 0, "latin1");
    const digits = layout.write(String(round), end, "latin1");
    digest = hash("md5", layout.subarray(0, end + digits), "binary");
  }
  return encode64InOrder(Buffer.from(digest, "latin1"), MD5_ORDER);
}

/** One bit of the digest; positions beyond its end begin anew. */
function bit(bytes: Uint8Array, position: number): number {
  return ((bytes[(position >>> 3) & 15] as number) >>> (position & 7)) & 1;
}

/** A bit that the digest picks by way of two of its bytes. */
function picked(bytes: Uint8Array, one: number, other: number): number {
  const a = bytes[one & 15] as number;
  const b = bytes[other & 15] as number;
  const value = (bytes[(a >>> (b % 5)) & 15] as number) >>> ((b >>> (a & 7)) & 1);
  return bit(bytes, value);
}

/** Whether this round takes the text along. */
function coin(bytes: Uint8Array, round: number): number {
  const shiftX = bit(bytes, round);
  const shiftY = bit(bytes, round + 64);
  let x = 0;
  let y = 0;
  for (let index = 0; index < 7; index++) {
    x |= picked(bytes, index + shiftX, index + shiftX + 3) << index;
    y |= picked(bytes, index + 8 + shiftY, index + 11 + shiftY) << index;
  }
  return bit(bytes, x) ^ bit(bytes, y);
}
