import { expect, it } from "vitest";
import { faultsOf, INSERTERS, RACERS, type RaceResults, TRIES } from "./proof-verdict.js";

const HONEST: RaceResults = {
  increments: { acknowledged: RACERS, counted: RACERS },
  takers: 1,
  charges: { acknowledged: TRIES, rests: TRIES },
  inserts: { acknowledged: 1, kept: 1 },
  upserts: 1,
  tookKey: false,
  joined: true,
};

it("finds nothing wrong with a server that keeps its word", () => {
  expect(faultsOf(HONEST)).toEqual([]);
});

// Each as a server that speaks MongoDB's language was, or might be.
it.each<[string, Partial<RaceResults>, RegExp]>([
  ["loses increments", { increments: { acknowledged: 200, counted: 2 } }, /200 increments.*it kept 2$/],
  ["refuses increments", { increments: { acknowledged: 150, counted: 150 } }, /took 150 of 200 increments/],
  ["lets two take what one may", { takers: 2 }, /2 were said to have been made/],
  ["lets nobody take it", { takers: 0 }, /0 were said/],
  ["charges a try twice", { charges: { acknowledged: 25, rests: 20 } }, /charged 25 times.*20 times/],
  ["tells two the same rest", { charges: { acknowledged: 20, rests: 13 } }, /saw 13 different rests/],
  ["takes the same key twice", { inserts: { acknowledged: 2, kept: 2 } }, /it took 2 and kept 2/],
  ["says that it refused, and keeps it", { inserts: { acknowledged: 1, kept: 3 } }, /it took 1 and kept 3/],
  ["has no multikey unique index", { inserts: { acknowledged: INSERTERS, kept: 50 } }, /it took 50/],
  ["lets two insert one id", { upserts: 2 }, /2 said that they inserted it/],
  ["does not ask the index on an update", { tookKey: true }, /update was let take a key/],
  ["has no $lookup", { joined: false }, /\$lookup does not join/],
])("finds out one that %s", (_, results, expected) => {
  const faults = faultsOf({ ...HONEST, ...results });
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(expected);
});
