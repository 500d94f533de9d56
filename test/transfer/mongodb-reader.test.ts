import { describe, expect, it } from "vitest";
import { toTagged } from "../../src/base/values.js";
import { inputFile } from "../../src/transfer/readers/file.js";
import { mongoDatabase } from "../../src/transfer/readers/mongodb.js";
import { readNdjson } from "../../src/transfer/readers/ndjson.js";
import { collect } from "../helpers/collect.js";
import { restoredMongodb } from "../helpers/restored.js";

const ORIGINALS = new URL("../fixtures/originals/", import.meta.url).pathname;

describe("a live MongoDB", () => {
  it.each([
    ["easy-mongodb-auth", ["users", "blocked", "limit"]],
    ["djmongoauth", ["djmongoauth_user", "djmongoauth_session", "auth_user"]],
    ["minimus-users", ["users"]],
  ])("gives exactly what its export gives: %s", async (folder, collections) => {
    const database = await restoredMongodb(folder, collections);
    try {
      const live = await mongoDatabase(database.url);
      expect((await live.list()).map((info) => info.table).sort()).toEqual([...collections].sort());
      for (const collection of collections) {
        const file = inputFile(`${ORIGINALS}${folder}/${collection}.ndjson`);
        const exported = (await collect(readNdjson(file, { extended: true }))).map((line) =>
          toTagged(line.value),
        );
        const read = (await collect(live.rows([collection]))).map((row) => toTagged(row.values));
        expect(new Set(read.map((one) => JSON.stringify(one)))).toEqual(
          new Set(exported.map((one) => JSON.stringify(one))),
        );
      }
      await live.close();
    } finally {
      await database.drop();
    }
  });

  it("wants a database in the URL, and says what it cannot reach", async () => {
    await expect(mongoDatabase("mongodb://localhost:1")).rejects.toThrow(/names no database/);
    await expect(
      mongoDatabase("mongodb://ada:secret@127.0.0.1:1/app?serverSelectionTimeoutMS=200"),
    ).rejects.toThrow(/^(?!.*secret).*127\.0\.0\.1:1\/app cannot be read/);
  });
});
