import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { NoServer, startServer, type TestServer } from "./server.js";

const run = promisify(execFile);

/**
 * A PgBouncer in transaction mode before a PostgreSQL server, with fewer connections to it than callers.
 *
 * @param settings Further ones of pgbouncer.ini.
 *
 * @throws NoServer
 */
export async function startPgbouncer(
  postgresUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<TestServer> {
  const program = await requirePgbouncer();
  const target = new URL(postgresUrl);
  const user = decodeURIComponent(target.username);
  const password = decodeURIComponent(target.password).replaceAll("'", "''");
  const database = target.pathname.slice(1);
  const isRoot = process.getuid?.() === 0;
  const id = async (flag: string) => Number((await run("id", [flag, "nobody"])).stdout);
  return startServer({
    ...(isRoot ? { user: { uid: await id("-u"), gid: await id("-g") } } : {}),
    command: (port, folder) => {
      return [program, join(folder, `pgbouncer-${port}.ini`)];
    },
    async prepare(folder, port) {
      await writeFile(
        join(folder, `pgbouncer-${port}.ini`),
        `[databases]
${database} = host=${target.hostname} port=${target.port || "5432"} user='${user}' password='${password}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 5
max_client_conn = 500
${Object.entries(settings)
  .map(([name, value]) => `${name} = ${value}`)
  .join("\n")}
`,
        { mode: 0o644 },
      );
    },
    ready: /process up/,
    url: (port) => `postgres://${encodeURIComponent(user)}@127.0.0.1:${port}/${database}`,
    stopSignal: "SIGTERM",
  });
}

/** @throws NoServer where the program is not there, or too old to say its version */
export async function requirePgbouncer(): Promise<string> {
  for (const program of [process.env.WATCHWORD_TEST_PGBOUNCER, "pgbouncer", "/usr/sbin/pgbouncer"])
    if (program !== undefined && program !== "")
      try {
        await run(program, ["--version"]);
        return program;
      } catch {
        // The next one.
      }
  throw new NoServer(
    "there is no PgBouncer here: install Debian's pgbouncer, or name the program by WATCHWORD_TEST_PGBOUNCER",
  );
}
