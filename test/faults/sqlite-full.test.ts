import { join } from "node:path";
import { expect, it } from "vitest";
import { sampleUser, together } from "../contract/samples.js";
import { openStore, temporaryFolder } from "./processes.js";

it("says that the disk is full, keeps what was acknowledged, and goes on when there is space again", async () => {
  const file = join(await temporaryFolder(), "users.db");
  const store = await openStore(file, { sizeLimit: 400 * 1024 });
  await store.migrate();
  const kept: string[] = [];
  const refused: string[] = [];
  for (let round = 0; round < 40; round++)
    await together(20, async (at) => {
      const username = `user-${round}-${at}`;
      const user = sampleUser({ username, data: JSON.stringify({ note: "x".repeat(2000) }) });
      try {
        await store.createUser(user, 0, []);
        kept.push(username);
      } catch (error) {
        expect(error).toMatchObject({ code: "store-full", message: expect.stringContaining(file) });
        refused.push(username);
      }
    });
  expect(kept.length).toBeGreaterThan(20);
  expect(refused.length).toBeGreaterThan(20);

  const names = async () => {
    const users = await store.listUsers({ filter: {}, order: "username", after: null, size: 10_000 });
    return users.map(({ username }) => username);
  };
  expect(await names()).toEqual([...kept].sort());

  const gone = await store.findUser([`u:${kept[0]}`]);
  for (const username of kept.slice(0, 20)) {
    const user = await store.findUser([`u:${username}`]);
    await store.deleteUser(user?.id ?? "", []);
  }
  expect(gone).not.toBeNull();
  expect(await store.createUser(sampleUser({ username: "later" }), 0, [])).toEqual({ status: "created" });
  await store.close();

  const reopened = await openStore(file);
  expect(await reopened.countUsers({})).toBe(kept.length - 20 + 1);
});
