import { expect, it } from "vitest";
import { original, readSource } from "../helpers/import-source.js";
import { restoredMongodb } from "../helpers/restored.js";

const told = (items: Awaited<ReturnType<typeof readSource>>) => items.map((item) => ({ ...item, where: "" }));

it.each([
  ["easy-mongodb-auth", ["users", "blocked", "limit"]],
  [
    "djmongoauth",
    ["djmongoauth_user", "djmongoauth_session", "djmongoauth_temporaryauthenticator", "auth_user"],
  ],
  ["minimus-users", ["users"]],
])("%s of a live MongoDB gives what its export gives", async (from, collections) => {
  const database = await restoredMongodb(from, collections);
  try {
    const files = collections.map((collection) => original(`${from}/${collection}.ndjson`));
    const live = await readSource(from, [database.url], { keepSessions: true });
    const exported = await readSource(from, files, { keepSessions: true });
    expect(new Set(told(live))).toEqual(new Set(told(exported)));
    expect(live.length).toBe(exported.length);
  } finally {
    await database.drop();
  }
});
