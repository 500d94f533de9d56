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
