import { Client } from "pg";
import { expect, it, onTestFinished } from "vitest";
import { postgresServer, startPostgres } from "./postgres.js";

async function connect(url: string): Promise<Client> {
  const client = new Client(url);
  // A server that is stopped or killed tells its connections so; nobody else listens here.
  client.on("error", () => {});
  await client.connect();
  return client;
}

it("shares one server for the run, whose superuser may do everything", async () => {
  const client = await connect((await postgresServer()).url);
  const { rows } = await client.query("SELECT current_setting('is_superuser') AS super");
  expect(rows).toEqual([{ super: "on" }]);
  await client.end();
});

it("keeps what it has over a stop and a kill, and hangs and goes on when told", async () => {
  const server = await startPostgres();
  onTestFinished(() => server.remove());
  const first = await connect(server.url);
  await first.query("CREATE TABLE kept (number int)");
  server.pause();
  const answer = first.query("SELECT 1 AS one").then(({ rows }) => rows);
  expect(await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 200, "hangs"))])).toBe(
    "hangs",
  );
  server.resume();
  expect(await answer).toEqual([{ one: 1 }]);
  await server.kill();
  await server.start();
  const second = await connect(server.url);
  await second.query("INSERT INTO kept VALUES (1)");
  await server.stop();
  await server.start();
  const third = await connect(server.url);
  expect((await third.query("SELECT number FROM kept")).rows).toEqual([{ number: 1 }]);
  await third.end();
});

it("asks for the password", async () => {
  const server = await startPostgres();
  onTestFinished(() => server.remove());
  const url = new URL(server.url);
  url.password = "another";
  await expect(connect(url.href)).rejects.toMatchObject({ code: "28P01" });
});
