// The least that an HTTP answer costs on this machine: node:http, and nothing behind it.
import { createServer } from "node:http";

createServer((_request, response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": 2 });
  response.end("{}");
}).listen(Number(process.argv[2]), "127.0.0.1");
