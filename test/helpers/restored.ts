import { readFileSync } from "node:fs";
import { BSON, type Document, MongoClient } from "mongodb";
import pg from "pg";
import { mongodbServer } from "../servers/mongodb.js";
import { postgresServer } from "../servers/postgres.js";

const ORIGINALS = new URL("../fixtures/originals/", import.meta.url).pathname;

/** A live database with what another system wrote in it. */
export interface Restored {
  readonly url: string;
  drop(): Promise<void>;
}

/** A database of its own with a dump restored; what psql does by itself is left out. */
export async function restoredPostgres(path: string): Promise<Restored> {
  const server = await postgresServer();
  const name = `restored_${path.replace(/\W/g, "_").toLowerCase()}_${Date.now()}`;
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(readFileSync(`${ORIGINALS}${path}`, "utf8").replace(/^\\.*$/gm, ""));
  await client.end();
  return {
    url: url.href,
    async drop() {
      await admin.query(`DROP DATABASE ${name}`);
      await admin.end();
    },
  };
}

/** A database of its own with the collections that lie in a folder of exports. */
export async function restoredMongodb(folder: string, collections: readonly string[]): Promise<Restored> {
  const { url } = await mongodbServer();
  const client = new MongoClient(url);
  await client.connect();
  const name = `restored_${folder.replaceAll("-", "_")}_${Date.now()}`;
  for (const collection of collections) {
    const lines = readFileSync(`${ORIGINALS}${folder}/${collection}.ndjson`, "utf8").trim().split("\n");
    const documents = lines.map((line): Document => BSON.EJSON.parse(line, { relaxed: false }));
    await client.db(name).collection(collection).insertMany(documents);
  }
  const at = new URL(url);
  at.pathname = `/${name}`;
  return {
    url: at.href,
    async drop() {
      await client.db(name).dropDatabase();
      await client.close();
    },
  };
}
