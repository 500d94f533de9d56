// Opens a MongoDB with the code at the path that the first argument names, and prints the error.
const { openMongodbStore } = await import(process.argv[2]);
try {
  await openMongodbStore({ url: "mongodb://127.0.0.1:1/" });
} catch (error) {
  console.log(JSON.stringify({ code: error.code, message: error.message }));
}
