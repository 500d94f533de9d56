import { describe, expect, it } from "vitest";
import type { Argon2idCosts } from "./argon2id.js";
import { createTopUp } from "./top-up.js";

const COSTS: Argon2idCosts = { memory: 1000, passes: 2, lanes: 1 };
/** Milliseconds that argon2id with {@link COSTS} takes on the clock of these tests. */
const WHOLE = 40;

function topUp() {
  let time = 0;
  const asked: number[] = [];
  const fill = createTopUp(
    ({ memory }) => {
      asked.push(memory);
      time += (WHOLE * memory) / COSTS.memory;
    },
    () => time,
  );
  return { asked, fill };
}

describe("a failed check of a cheap hash", () => {
  it("is filled up with a whole argon2id while its pace is not known", () => {
    const { asked, fill } = topUp();
    fill(COSTS, 30);
    expect(asked).toEqual([1000]);
  });

  it("is filled up with the part of argon2id that is left", () => {
    const { asked, fill } = topUp();
    for (const spent of [0, 10, 20, 30]) fill(COSTS, spent);
    expect(asked).toEqual([1000, 750, 500, 250]);
  });

  it("that took as long by itself is left alone", () => {
    const { asked, fill } = topUp();
    for (const spent of [0, 40, 39.9, 4000]) fill(COSTS, spent);
    expect(asked).toEqual([1000]);
  });

  it("asks for no less memory than argon2id takes", () => {
    const { asked, fill } = topUp();
    const costs = { memory: 64, passes: 2, lanes: 4 };
    fill(costs, 0);
    fill(costs, 2.4);
    expect(asked).toEqual([64, 32]);
  });
});
