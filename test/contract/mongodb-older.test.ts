import { expect, it } from "vitest";
import { testPlace } from "../faults/mongodb.js";
import { ADA, becomesNumbered, SESSION } from "./older.js";

it("collections of version 1 get their people numbers, and keep all else", async () => {
  const place = await testPlace();
  const first = await place.open();
  await first.migrate();
  await first.createUser(ADA, 0, []);
  await first.createSession(SESSION, { recordSignIn: false, keep: 10, settle: [] }, []);
  // As a program of before has left it: no such field, no such collection, an earlier version.
  await place.collection("users").updateMany({}, { $unset: { number: "" } });
  await place.collection("sequences").drop();
  await place.collection("schema").updateOne({}, { $set: { version: 1 } });

  const store = await place.open();
  await becomesNumbered(store, 1);
  const names = (await place.client.db("watchword").listCollections().toArray()).map(({ name }) => name);
  expect(names).toContain(`${place.prefix}sequences`);
});
