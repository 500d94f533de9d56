// Opens the database as a user who has no right to it, and prints the error.
import { open } from "./store.mjs";

if (process.getuid() === 0) {
  process.setgid(65_534);
  process.setuid(65_534);
}
try {
  await open({ create: process.argv[3] === "create" });
  console.log(JSON.stringify({ code: null, message: "opened" }));
} catch (error) {
  console.log(JSON.stringify({ code: error.code, message: error.message }));
}
