import { expect, it } from "vitest";
import { salsa20 } from "./salsa20.js";

/** Words in the order of the diagonals, and back: word `i` stands for word `5i mod 16`. */
const toDiagonals = (bytes: Buffer) =>
  Int32Array.from({ length: 16 }, (_, word) => bytes.readInt32LE(4 * ((word * 5) % 16)));

it("Salsa20/8 makes of the input of RFC 7914 §8 its output", () => {
  const input = Buffer.from(
    "7e879a214f3ec9867ca940e641718f26baee555b8c61c1b50df846116dcd3b1d" +
      "ee24f319df9b3d8514121e4b5ac5aa3276021d2909c74829edebc68db8b8c25e",
    "hex",
  );
  const output = Buffer.from(
    "a41f859c6608cc993b81cacb020cef05044b2181a2fd337dfd7b1c6396682f29" +
      "b4393168e3c9e6bcfe6bc5b7a06d96bae424cc102c91745c24ad673dc7618f81",
    "hex",
  );
  const words = toDiagonals(input);
  salsa20(words, 0, 8);
  expect(words).toEqual(toDiagonals(output));
});
