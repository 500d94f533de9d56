// Calls one method of a store on MongoDB and prints what it was answered. Arguments: URL, prefix, and the call as JSON.
import { openMongodbStore } from "#dist/store/mongodb/open.js";

const [url, prefix, call] = process.argv.slice(2);
const [method, ...parameters] = JSON.parse(call);
const store = await openMongodbStore({ url, prefix });
console.log(JSON.stringify(await store[method](...parameters)));
await store.close();
