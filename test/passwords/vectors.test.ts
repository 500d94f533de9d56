import { describe, expect, it } from "vitest";
import { resolveFormat } from "../../src/passwords/formats/registry.js";
import { readVectors, type Vector } from "./vectors.js";

const vectors = readVectors();
const schemes = [...new Set(vectors.map(({ scheme }) => scheme))];

const verify = ({ scheme, hash, context }: Vector, password: Buffer) =>
  resolveFormat(hash, { scheme }).verify(password, hash, context);

describe("hashes that other systems made", () => {
  it("are 582 in 142 schemes", () => {
    expect(vectors).toHaveLength(582);
    expect(schemes).toHaveLength(142);
  });

  it.each(schemes)("%s: the right passwords fit, the others do not", (scheme) => {
    for (const vector of vectors.filter((one) => one.scheme === scheme)) {
      expect(verify(vector, vector.password), vector.hash).toBe(vector.valid);
      // In front, because some formats look at no more than eight bytes.
      if (vector.valid) {
        const changed = Buffer.concat([Buffer.from("!"), vector.password]);
        expect(verify(vector, changed), vector.hash).toBe(false);
      }
    }
  });
});

describe("a weak hash inside of argon2id", () => {
  const wrapped = vectors.flatMap((vector) => {
    const format = resolveFormat(vector.hash, { scheme: vector.scheme });
    const bare = format.wrap?.bare(vector.hash) ?? null;
    return format.wrap === undefined || bare === null ? [] : [{ vector, format, wrap: format.wrap, bare }];
  });

  it("is possible for every form that is weak or broken", () => {
    const left = vectors.filter(({ scheme, hash }) => {
      const format = resolveFormat(hash, { scheme });
      const { strength } = format.inspect(hash);
      const isCheap = format.caps === "" && (strength === "weak" || strength === "broken");
      return isCheap && (format.wrap?.bare(hash) ?? null) === null;
    });
    expect([...new Set(left.map(({ scheme }) => scheme))]).toEqual([]);
    expect(wrapped.length).toBeGreaterThan(150);
  });

  it("keeps its shape, its salt and its cost, and loses its digest", () => {
    for (const { vector, format, wrap, bare } of wrapped) {
      expect(format.recognise(bare), bare).toBe(true);
      expect(format.inspect(bare), bare).toEqual(format.inspect(vector.hash));
      expect(wrap.expected(bare).equals(wrap.expected(vector.hash)), bare).toBe(false);
      expect(format.wrap?.bare(bare)).toBe(bare);
    }
  });

  it("fits the same passwords", () => {
    for (const { vector, wrap, bare } of wrapped) {
      const expected = wrap.expected(vector.hash);
      const digests = wrap.digests(vector.password, bare, vector.context);
      expect(
        digests.some((digest) => digest.equals(expected)),
        vector.hash,
      ).toBe(vector.valid);
    }
  });
});
