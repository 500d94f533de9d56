import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { NoServer, type ServerProgram, startServer, type TestServer } from "./server.js";

const run = promisify(execFile);
const HERE = fileURLToPath(new URL(".", import.meta.url));
const MONGOD_VERSION = "7.0.24";
/** What Maven fetched, kept from run to run. */
const JARS = fileURLToPath(new URL("../../.cache/mongo-java-server", import.meta.url));

/**
 * A MongoDB of a test's own: to be stopped, hung, started again, and removed at the end.
 *
 * @param options `persistent`: data outlive a restart. A real mongod keeps them anyway.
 */
export async function startMongodb(options: { readonly persistent?: boolean } = {}): Promise<TestServer> {
  const mongod = findMongod();
  if (mongod !== null) return startServer(realServer(mongod));
  await requireMongodb();
  return startServer(javaServer(options.persistent === true));
}

/** Whether it is the real server that {@link startMongodb} starts, or mongo-java-server. */
export function isRealMongodb(): boolean {
  return Boolean(process.env.WATCHWORD_TEST_MONGODB_URL) || findMongod() !== null;
}

/** @throws NoServer where there is neither a server to be started nor one that was named. */
export async function requireMongodb(): Promise<void> {
  if (isRealMongodb()) return;
  // Asked for once a run: the processes of the tests inherit the answer.
  process.env.WATCHWORD_TEST_MONGOD ??= (await fetchMongod()) ?? "";
  if (isRealMongodb()) return;
  if (!isOnPath("java"))
    throw new NoServer(
      "there is none here: install mongod, or a JDK with Maven (Debian: default-jdk-headless, maven) for mongo-java-server, or name a server by WATCHWORD_TEST_MONGODB_URL",
    );
  await fetchJars();
}

/** The real server, out of the cache of `mongodb-memory-server-core` or from MongoDB's own site; null: neither can be had. */
async function fetchMongod(): Promise<string | null> {
  const { MongoBinary } = await import("mongodb-memory-server-core");
  try {
    return await MongoBinary.getPath({ version: MONGOD_VERSION });
  } catch (error) {
    const why = String(error).split("\n").at(-1) ?? "";
    console.warn(
      `No mongod ${MONGOD_VERSION} could be fetched (${why}): mongo-java-server stands in for it.`,
    );
    return null;
  }
}

async function fetchJars(): Promise<void> {
  if (existsSync(join(JARS, "done"))) return;
  if (!isOnPath("mvn"))
    throw new NoServer(
      "there is Java but no Maven, which fetches mongo-java-server: install it (Debian: maven), or name a server by WATCHWORD_TEST_MONGODB_URL",
    );
  await mkdir(JARS, { recursive: true });
  try {
    await run("mvn", [
      ...["-q", "-B", "-f", join(HERE, "pom.xml")],
      ...["dependency:copy-dependencies", `-DoutputDirectory=${JARS}`],
    ]);
  } catch (error) {
    const said = error instanceof Error && "stdout" in error ? String(error.stdout) : String(error);
    const first = said.split("\n").find((line) => line.includes("ERROR")) ?? said;
    throw new NoServer(
      `Maven could not fetch mongo-java-server (${first.trim()}): look at the network, or name a server by WATCHWORD_TEST_MONGODB_URL`,
    );
  }
  await mkdir(join(JARS, "done"));
}

function javaServer(persistent: boolean): ServerProgram {
  return {
    command: (port, folder) => [
      "java",
      ...["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", join(JARS, "*")],
      ...[join(HERE, "Main.java"), String(port), ...(persistent ? [join(folder, "data.mv")] : [])],
    ],
    ready: /^ready \d+$/m,
    url: (port) => `mongodb://127.0.0.1:${port}/`,
    stopSignal: "SIGTERM",
  };
}

function realServer(mongod: string): ServerProgram {
  return {
    command: (port, folder) => [
      mongod,
      ...["--dbpath", folder, "--port", String(port), "--bind_ip", "127.0.0.1"],
    ],
    ready: /Waiting for connections/,
    url: (port) => `mongodb://127.0.0.1:${port}/`,
    stopSignal: "SIGTERM",
  };
}

/** The real server: one that was named (or fetched), or the first on the PATH. */
function findMongod(): string | null {
  const named = process.env.WATCHWORD_TEST_MONGOD;
  if (named) return named;
  return isOnPath("mongod") ? "mongod" : null;
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));
}
