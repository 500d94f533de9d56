import { MongoClient } from "mongodb";
import { expect, it, onTestFinished } from "vitest";
import { mongodbServer, startMongodb } from "./mongodb.js";

async function withClient<T>(url: string, use: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = await MongoClient.connect(url, { socketTimeoutMS: 5000 });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

it("shares one server for the run, which today's driver talks to", async () => {
  const { url } = await mongodbServer();
  expect(await withClient(url, (client) => client.db("admin").command({ ping: 1 }))).toMatchObject({ ok: 1 });
});

it("keeps what it has over a stop, and hangs and goes on when told", async () => {
  const server = await startMongodb({ persistent: true });
  onTestFinished(() => server.remove());
  const kept = (client: MongoClient) => client.db("watchword").collection("kept");
  await withClient(server.url, async (client) => {
    await kept(client).insertOne({ number: 1 });
    server.pause();
    const count = kept(client).countDocuments();
    expect(await Promise.race([count, new Promise((resolve) => setTimeout(resolve, 200, "hangs"))])).toBe(
      "hangs",
    );
    server.resume();
    expect(await count).toBe(1);
  });
  await server.stop();
  await server.start();
  expect(await withClient(server.url, (client) => kept(client).countDocuments())).toBe(1);
  await server.kill();
  await server.start();
  expect(await withClient(server.url, (client) => client.db("admin").command({ ping: 1 }))).toMatchObject({
    ok: 1,
  });
});
