// Has the locks under a database proven, and prints what came of it.
import { open } from "./store.mjs";

const store = await open();
try {
  await store.proveAtomicity();
  console.log("proven");
} catch (error) {
  console.log(`${error.code}: ${error.message}`);
} finally {
  await store.close();
}
