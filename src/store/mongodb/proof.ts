import type { Collection } from "mongodb";
import { WatchwordError } from "../../base/errors.js";
import type { Database } from "./database.js";
import { explain, isDuplicateKey } from "./errors.js";
import { newMark } from "./outbox.js";
import { faultsOf, INSERTERS, RACERS, type RaceResults, TRIES } from "./proof-verdict.js";

interface Scratch {
  readonly _id: string;
  readonly keys: readonly string[];
  readonly count: number;
  readonly owner: string | null;
}

/**
 * Everything that Watchword promises rests on two promises of the server: a condition and its change are one step, and a unique index lets
 * one in. Some servers that speak MongoDB's language do not keep them (FerretDB 1.24 lost 198 of 200 increments). So they are tried.
 *
 * @throws WatchwordError `store-refused`, with the numbers
 */
export async function proveAtomicity(database: Database, location: string): Promise<void> {
  const scratch = database.db.collection<Scratch>(`${database.prefix}proof_${newMark().replace(/\W/g, "")}`);
  try {
    const faults = faultsOf(await race(scratch));
    if (faults.length > 0)
      throw new WatchwordError(
        "store-refused",
        `What answers at ${location} does not keep two writers apart: ${faults.join("; ")}. Names would not be unique and codes not single-use there. Use MongoDB 4.4 or later, or a service that keeps its single-document promises.`,
        { details: { faults } },
      );
  } catch (error) {
    throw explain(error, location, "opening");
  } finally {
    await scratch.drop().catch((error: unknown) => {
      database.warn(
        { err: error, collection: scratch.collectionName },
        "the scratch collection of the proof stayed",
      );
    });
  }
}

async function race(scratch: Collection<Scratch>): Promise<RaceResults> {
  await scratch.createIndex({ keys: 1 }, { name: "keys", unique: true });
  const one = { count: 0, owner: null };
  await scratch.insertMany([
    { _id: "counter", keys: ["counter"], ...one },
    { _id: "prize", keys: ["prize"], ...one },
    { _id: "tries", keys: ["tries"], ...one, count: TRIES },
    // What the $lookup is to find by it.
    { _id: "pointer", keys: ["pointer"], count: 0, owner: "counter" },
  ]);
  return {
    increments: await increments(scratch),
    takers: await takers(scratch),
    charges: await charges(scratch),
    inserts: await inserts(scratch),
    upserts: await upserts(scratch),
    tookKey: await tookKey(scratch),
    joined: await joined(scratch),
  };
}

function together<T>(count: number, call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => call(index)));
}

async function increments(scratch: Collection<Scratch>): Promise<RaceResults["increments"]> {
  const answers = await together(RACERS, () => scratch.updateOne({ _id: "counter" }, { $inc: { count: 1 } }));
  const counter = await scratch.findOne({ _id: "counter" }, { projection: { count: 1 } });
  return {
    acknowledged: answers.filter(({ modifiedCount }) => modifiedCount === 1).length,
    counted: counter?.count ?? 0,
  };
}

async function takers(scratch: Collection<Scratch>): Promise<number> {
  const answers = await together(RACERS, (at) =>
    scratch.updateOne({ _id: "prize", owner: null }, { $set: { owner: `racer ${at}` } }),
  );
  return answers.filter(({ modifiedCount }) => modifiedCount === 1).length;
}

async function charges(scratch: Collection<Scratch>): Promise<RaceResults["charges"]> {
  const answers = await together(RACERS, () =>
    scratch.findOneAndUpdate(
      { _id: "tries", count: { $gt: 0 } },
      { $inc: { count: -1 } },
      { returnDocument: "after", projection: { count: 1 } },
    ),
  );
  const charged = answers.filter((answer) => answer !== null);
  return { acknowledged: charged.length, rests: new Set(charged.map(({ count }) => count)).size };
}

async function inserts(scratch: Collection<Scratch>): Promise<RaceResults["inserts"]> {
  const took = await together(INSERTERS, (at) =>
    orDuplicate(async () => {
      const keys = [`own ${at}`, "shared"];
      await scratch.insertOne({ _id: `insert ${at}`, keys, count: 0, owner: null });
      return true;
    }),
  );
  const kept = await scratch.find({ keys: "shared" }, { projection: { _id: 1 } }).toArray();
  return { acknowledged: took.filter(Boolean).length, kept: kept.length };
}

async function upserts(scratch: Collection<Scratch>): Promise<number> {
  const inserted = await together(INSERTERS, (at) =>
    orDuplicate(async () => {
      const change = { $set: { count: at }, $setOnInsert: { keys: ["upsert"], owner: null } };
      return (await scratch.updateOne({ _id: "upsert" }, change, { upsert: true })).upsertedCount === 1;
    }),
  );
  return inserted.filter(Boolean).length;
}

function tookKey(scratch: Collection<Scratch>): Promise<boolean> {
  return orDuplicate(async () => {
    const change = { $set: { keys: ["pointer", "counter"] } };
    return (await scratch.updateOne({ _id: "pointer" }, change)).modifiedCount === 1;
  });
}

async function joined(scratch: Collection<Scratch>): Promise<boolean> {
  const from = scratch.collectionName;
  const [found] = await scratch
    .aggregate<{ readonly its: readonly Scratch[] }>([
      { $match: { _id: "pointer" } },
      { $lookup: { from, localField: "owner", foreignField: "_id", as: "its" } },
      { $project: { "its.count": 0 } },
    ])
    .toArray();
  return found?.its[0]?._id === "counter";
}

/** A unique index that refuses is no failure here, but what is hoped for. */
async function orDuplicate(write: () => Promise<boolean>): Promise<boolean> {
  try {
    return await write();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return false;
  }
}
