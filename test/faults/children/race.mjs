// One of several processes that write to the same file at once. Prints what it was answered.
import { randomUUID } from "node:crypto";
import { open } from "./store.mjs";

const name = process.argv[3];
const store = await open();
const migrations = await store.migrate();
const times = { createdAt: 1, updatedAt: 1, lastSignInAt: null, emailVerifiedAt: null };
const flags = {
  active: true,
  admin: false,
  superuser: false,
  roles: [],
  blocked: null,
  secondFactor: null,
  number: null,
  state: "active",
};
const rule = { max: 50, window: null };
function user(username) {
  const id = randomUUID();
  return {
    user: {
      id,
      version: 1,
      sessionEpoch: 0,
      username,
      email: null,
      locale: null,
      data: "{}",
      ...times,
      ...flags,
    },
    keys: [{ key: `u:${username}`, kind: "username", value: username }],
    password: null,
  };
}
const own = await Promise.all(
  Array.from({ length: 100 }, (_, at) => store.createUser(user(`${name}-${at}`), 0, [])),
);
const shared = await Promise.all(
  Array.from({ length: 20 }, (_, at) => store.createUser(user(`shared-${at}`), 0, [])),
);
const hits = await Promise.all(
  Array.from({ length: 40 }, () => store.hitLimits([{ key: "shared", rule }], 1)),
);
const numbers = await Promise.all(Array.from({ length: 50 }, () => store.nextNumber("users")));
await store.close();
console.log(
  JSON.stringify({
    migrations,
    numbers,
    own: own.filter(({ status }) => status === "created").length,
    shared: shared.filter(({ status }) => status === "created").length,
    hits: hits.filter(([hit]) => hit.allowed).length,
  }),
);
