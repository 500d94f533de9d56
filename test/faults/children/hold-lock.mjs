// Holds the database for itself until it is killed. Second argument: how the transaction begins.
import { openDatabase } from "#dist/store/sqlite/driver.js";
import { file } from "./store.mjs";

const database = openDatabase(file);
database.exec(`BEGIN ${process.argv[3]}`);
console.log("held");
setInterval(() => database.prepare("SELECT 1").get(), 1000);
