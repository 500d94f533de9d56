// One of several processes that write to the same user space at once. Prints what it was answered. Arguments: URL, prefix, its name.
import { randomUUID } from "node:crypto";
import { openMongodbStore } from "#dist/store/mongodb/open.js";

const [url, prefix, name] = process.argv.slice(2);
const store = await openMongodbStore({ url, prefix });
const migrations = await store.migrate();

function user(username) {
  const id = randomUUID();
  return {
    user: {
      id,
      version: 1,
      sessionEpoch: 0,
      state: "active",
      username,
      email: null,
      emailVerifiedAt: null,
      locale: null,
      active: true,
      admin: false,
      superuser: false,
      roles: [],
      blocked: null,
      secondFactor: null,
      number: null,
      data: "{}",
      createdAt: 1,
      updatedAt: 1,
      lastSignInAt: null,
    },
    keys: [
      { key: `i:${id}`, kind: "id", value: id },
      { key: `u:${username}`, kind: "username", value: username },
    ],
    password: null,
  };
}
const together = (count, call) => Promise.all(Array.from({ length: count }, (_, at) => call(at)));

const own = await together(50, (at) => store.createUser(user(`${name}-${at}`), 0, []));
const shared = await together(20, (at) => store.createUser(user(`shared-${at}`), 0, []));
const lists = await together(40, () =>
  store.hitLimits(
    [
      { key: "wide", rule: { max: 1000, window: null } },
      { key: "narrow", rule: { max: 50, window: null } },
    ],
    1,
  ),
);
await together(20, () => store.hitLimits([{ key: "refunded", rule: { max: 1000, window: null } }], 1));
await together(10, () => store.settleLimits([{ key: "refunded", action: "refund" }], 1));
const turns = await together(5, (at) => store.takeTurn("turn", `${name}-${at}`, 100, 1));
const numbers = await together(50, () => store.nextNumber("users"));
await store.close();
console.log(
  JSON.stringify({
    migrations,
    numbers,
    own: own.filter(({ status }) => status === "created").length,
    shared: shared.filter(({ status }) => status === "created").length,
    hits: lists.filter((list) => list.every(({ allowed }) => allowed)).length,
    turns: turns.filter(Boolean).length,
  }),
);
