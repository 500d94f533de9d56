// Uses every thread of the store and ends without closing it: nothing may hold the process open.
import { open } from "./store.mjs";

const store = await open();
await store.migrate();
await store.takeTurn("mail", "one", 2, 1);
await store.countUsers({});
console.log("done");
