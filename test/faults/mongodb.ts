import { randomUUID } from "node:crypto";
import { MongoClient } from "mongodb";
import { onTestFinished } from "vitest";
import type { Store } from "#dist/store/contract.js";
import { openMongodbStore } from "#dist/store/mongodb/open.js";
import { mongodbServer } from "../servers/mongodb.js";

/** A user space of a test's own on the run's server, in the database `watchword`; dropped when the test is over. */
export interface TestPlace {
  readonly url: string;
  readonly prefix: string;
  /** Beside the store: to look, and to lay in what no store would. */
  readonly client: MongoClient;
  collection(name: string): ReturnType<ReturnType<MongoClient["db"]>["collection"]>;
  /** Another store over the same space, as another process would have it; closed when the test is over. */
  open(options?: Partial<Parameters<typeof openMongodbStore>[0]>): Promise<Store>;
}

export async function testPlace(): Promise<TestPlace> {
  const { url } = await mongodbServer();
  const prefix = `f${randomUUID().slice(0, 8)}_`;
  const client = await MongoClient.connect(url);
  const db = client.db("watchword");
  onTestFinished(async () => {
    for (const { name } of await db.listCollections().toArray())
      if (name.startsWith(prefix)) await db.collection(name).drop();
    await client.close();
  });
  return {
    url,
    prefix,
    client,
    collection: (name) => db.collection(prefix + name),
    async open(options = {}) {
      const store = await openMongodbStore({ url, prefix, ...options });
      onTestFinished(() => store.close());
      return store;
    },
  };
}

const OUTBOXED = ["users", "sessions", "codes", "blocks", "mails"];

/** Documents that still carry something, or that are dead and still there. */
export async function leftBehind(place: TestPlace): Promise<object[]> {
  const left: object[] = [];
  for (const name of OUTBOXED) {
    const found = await place
      .collection(name)
      .find({ $or: [{ outboxSince: { $ne: null } }, { gone: { $ne: null } }] })
      .toArray();
    // A mail that was sent is remembered for a day.
    left.push(...found.filter((each) => name !== "mails" || each.outboxSince !== null));
  }
  return left;
}
