import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WatchwordError } from "../../src/base/errors.js";
import type { HashContext, PasswordFormat } from "../../src/passwords/formats/format.js";
import { candidatesOf, FORMATS, formatNamed } from "../../src/passwords/formats/registry.js";
import { cpuTimer } from "../helpers/cpu-time.js";
import { readVectors } from "./vectors.js";

const vectors = readVectors();

/** Everything that some format needs. */
const CONTEXT: HashContext = {
  user: "ada",
  realm: "realm",
  pepper: "pepper",
  signerKey: "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
  saltSeparator: "Bw==",
  rounds: 1,
  memoryCost: 4,
};

/** What a hash costs, where it says so: a test is to find what breaks, not to wait for what is costly on purpose. */
function isCheap(format: PasswordFormat, hash: string): boolean {
  const { parameters } = format.inspect(hash);
  const number = (name: string) => Number(parameters[name] ?? 0);
  return (
    number("rounds") <= 20_000 &&
    number("cost") <= 6 &&
    number("memory") * number("passes") <= 8192 &&
    number("N") * Math.max(1, number("r")) <= 2 ** 15 &&
    !["fusionauth", "firebase_imported", "auth0_custom_password_hash", "yescrypt", "gost_yescrypt"].includes(
      format.name,
    )
  );
}

/** As {@link handle}, without computing anything: for more texts than there is time for. */
function inspectOnly(format: PasswordFormat, hash: string): void {
  try {
    format.inspect(hash);
    format.wrap?.bare(hash);
  } catch (error) {
    if (!(error instanceof WatchwordError)) throw new Error(`${format.name}: ${hash}`, { cause: error });
  }
}

/** Does all that can be done with a text; anything but an answer or a WatchwordError is a failure. */
function handle(format: PasswordFormat, hash: string, password: Buffer): void {
  const used = cpuTimer();
  try {
    if (!format.recognise(hash)) return;
    if (isCheap(format, hash)) format.verify(password, hash, CONTEXT);
    const bare = format.wrap?.bare(hash);
    if (typeof bare === "string") format.inspect(bare);
  } catch (error) {
    if (!(error instanceof WatchwordError)) throw new Error(`${format.name}: ${hash}`, { cause: error });
    expect(error.code).toBe("invalid-input");
  }
  expect(used(), `${format.name}: ${hash}`).toBeLessThan(2000);
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./+";

/** One letter for another, which leaves the shape whole; or something that does not belong there. */
const change = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ at: fc.nat(600), cut: fc.constant(1), put: fc.constantFrom(...LETTERS) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      at: fc.nat(600),
      cut: fc.nat(3),
      put: fc.oneof(
        fc.string({ maxLength: 3 }),
        fc.constantFrom("$", "=", "}", "{", '"', "\0", "é", "\u{1F511}", "-1", "1e9", "null", "[]"),
      ),
    }),
  },
);

/** A vector with a few characters changed, left out, doubled or put in. */
const mutated = fc
  .tuple(fc.constantFrom(...vectors), fc.array(change, { minLength: 1, maxLength: 3 }))
  .map(([{ scheme, hash }, changes]) => ({
    scheme,
    hash: changes.reduce((text, { at, cut, put }) => {
      const from = at % (text.length + 1);
      return text.slice(0, from) + put + text.slice(from + cut);
    }, hash),
  }));

const passwords = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes));

describe("whatever a stored hash says", () => {
  it("damaged in any way, it is checked or refused, by its own form", () => {
    fc.assert(
      fc.property(mutated, passwords, ({ scheme, hash }, password) => {
        const format = formatNamed(scheme);
        if (format !== undefined) handle(format, hash, password);
      }),
      { numRuns: 10_000 },
    );
  });

  it("damaged in any way, it is recognised or not, by every form", () => {
    fc.assert(
      fc.property(mutated, ({ hash }) => {
        const { detected, named } = candidatesOf(hash);
        for (const format of [...detected, ...named]) handle(format, hash, Buffer.from("x"));
      }),
      { numRuns: 300 },
    );
  });

  it("any text and any object of fields are checked or refused", () => {
    const anything = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.json({ maxDepth: 3 }),
      fc
        .constantFrom(...FORMATS)
        .chain(({ shape }) =>
          fc
            .dictionary(fc.constantFrom(...(shape.match(/\w+/g) ?? ["x"])), fc.jsonValue({ maxDepth: 2 }))
            .map((fields) => JSON.stringify(fields)),
        ),
    );
    fc.assert(
      fc.property(anything, passwords, (hash, password) => {
        for (const format of FORMATS) handle(format, hash, password);
      }),
      { numRuns: 500 },
    );
  });

  it("cut off anywhere, or short of a part in its middle, it is checked or refused", () => {
    for (const { scheme, hash } of vectors.filter((_, index) => index % 2 === 0)) {
      const format = formatNamed(scheme);
      if (format === undefined) continue;
      for (let length = 0; length < hash.length; length++)
        for (const text of [
          hash.slice(0, length),
          `${hash.slice(0, length)}=`,
          `${hash.slice(0, length)}==`,
          hash.slice(0, length) + hash.slice(length + 4),
          hash.slice(0, length) + hash.slice(-4),
        ])
          if (format.recognise(text)) inspectOnly(format, text);
    }
  });

  it("a value in a JSON field is of another type, and is refused", () => {
    for (const { scheme, hash } of vectors) {
      const format = formatNamed(scheme);
      if (format === undefined || !hash.startsWith('{"')) continue;
      const fields: Record<string, unknown> = JSON.parse(hash);
      for (const name of Object.keys(fields))
        for (const value of [null, 1, -1, 1e300, true, [], {}, "", "\0", { value: 1 }, [["x"]]])
          handle(format, JSON.stringify({ ...fields, [name]: value }), Buffer.from("x"));
    }
  });

  it("however long and repetitive it is, looking at it takes no time", () => {
    const used = cpuTimer();
    let texts = 0;
    for (const { hash } of vectors.filter((_, index) => index % 5 === 0))
      for (const filler of ["A", "0", "$", "a$", "=", "/", "{", "1,"])
        for (const keep of [1, 4, Math.floor(hash.length / 2), hash.length - 1]) {
          candidatesOf(
            hash.slice(0, keep) + filler.repeat(Math.floor(16_000 / filler.length)) + hash.slice(keep),
          );
          texts++;
        }
    expect(used() / texts).toBeLessThan(5);
  });
});

describe("the forms", () => {
  it("have shapes that are anchored and hold no repetition of a repetition", () => {
    for (const { name, shape } of FORMATS.filter((format) => !format.shape.startsWith("{"))) {
      for (const part of shape.startsWith("(?:^") ? shape.slice(3, -1).split(")|(?:") : [shape])
        expect(part, name).toMatch(/^\^[\s\S]*\$$/);
    }
  });

  it("have names and aliases that no other has, and sources in lower case", () => {
    const names = FORMATS.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
    for (const { sources, name } of FORMATS)
      for (const source of sources) expect(source, name).toMatch(/^[a-z0-9-]+$/);
  });

  it("never fit the empty digest or an absent one", () => {
    for (const { scheme, hash, context } of vectors) {
      const format = formatNamed(scheme);
      const cut = hash.replace(/[A-Za-z0-9+/.=]{8,}("?[}\]]*)$/, "$1");
      if (format === undefined || cut === hash || !format.recognise(cut) || !isReadable(format, cut))
        continue;
      expect(format.verify(Buffer.from("no password of anybody"), cut, context), hash).toBe(false);
    }
  });
});

function isReadable(format: PasswordFormat, hash: string): boolean {
  try {
    format.inspect(hash);
    return isCheap(format, hash);
  } catch (error) {
    if (error instanceof WatchwordError) return false;
    throw error;
  }
}
