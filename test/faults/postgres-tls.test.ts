import { chown, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeCertificate } from "../helpers/certificate.js";
import { askPostgres, startPostgres } from "../servers/postgres.js";
import type { TestServer } from "../servers/server.js";
import { openStore, withParts } from "./postgres.js";

let server: TestServer;
let folder: string;
let url: string;
const own = makeCertificate(["localhost"]);
const stranger = makeCertificate(["localhost", "127.0.0.1"]);

beforeAll(async () => {
  server = await startPostgres();
  folder = await mkdtemp(join(tmpdir(), "watchword-"));
  await writeFile(join(folder, "ca.pem"), own.cert);
  await writeFile(join(folder, "stranger.pem"), stranger.cert);
  const [row] = await askPostgres(server.url, "SHOW data_directory");
  const data = String(row?.data_directory);
  const { uid, gid } = await stat(data);
  for (const [name, text] of [
    ["server.crt", own.cert],
    ["server.key", own.key],
  ] as const) {
    await writeFile(join(data, name), text, { mode: 0o600 });
    await chown(join(data, name), uid, gid);
  }
  await askPostgres(server.url, "ALTER SYSTEM SET ssl = on");
  await askPostgres(server.url, "SELECT pg_reload_conf()");
  url = withParts(server.url, { host: "localhost" });
});
afterAll(async () => {
  await server.remove();
  await rm(folder, { recursive: true });
});

const at = (query: Record<string, string>, base = url) => withParts(base, { query });

/** Whether the connection is encrypted; or what it was refused with. */
async function reach(to: string, ca?: string): Promise<string> {
  const name = `tls-${Math.random().toString(36).slice(2)}`;
  try {
    await openStore(withParts(to, { query: { application_name: name } }), ca === undefined ? {} : { ca });
  } catch (error) {
    return error instanceof Error && "code" in error ? `${String(error.code)}: ${error.message}` : "?";
  }
  const rows = await askPostgres(
    server.url,
    "SELECT s.ssl FROM pg_stat_ssl AS s JOIN pg_stat_activity AS a ON a.pid = s.pid WHERE a.application_name = $1",
    [name],
  );
  return rows.map(({ ssl }) => (ssl === true ? "encrypted" : "in the clear")).join();
}

it("encrypts where the server can, and does without where it may", async () => {
  expect(await reach(url)).toBe("encrypted");
  expect(await reach(at({ sslmode: "disable" }))).toBe("in the clear");
  expect(await reach(at({ sslmode: "allow" }))).toBe("in the clear");
  expect(await reach(at({ sslmode: "require" }))).toBe("encrypted");
  expect(await reach(at({ sslmode: "require", channel_binding: "require" }))).toBe("encrypted");
});

it("compares certificate and name where it is asked to", async () => {
  const ca = join(folder, "ca.pem");
  expect(await reach(at({ sslmode: "verify-full", sslrootcert: ca }))).toBe("encrypted");
  expect(await reach(at({ sslmode: "verify-ca", sslrootcert: ca }))).toBe("encrypted");
  expect(await reach(url, ca)).toBe("encrypted");
  expect(await reach(at({ sslmode: "verify-full" }))).toMatch(
    /^store-refused: The certificate of .* is not trusted.*sslrootcert/,
  );
  const strange = join(folder, "stranger.pem");
  for (const sslmode of ["verify-full", "verify-ca", "require"])
    expect(await reach(at({ sslmode, sslrootcert: strange }))).toMatch(/^store-refused: .* is not trusted/);
});

it("tells a certificate for another name from one that nobody trusts", async () => {
  const ca = join(folder, "ca.pem");
  const byAddress = withParts(url, { host: "127.0.0.1" });
  expect(await reach(at({ sslmode: "verify-full", sslrootcert: ca }, byAddress))).toMatch(
    /^store-refused: The certificate of .* is for another name.*127\.0\.0\.1/,
  );
  expect(await reach(at({ sslmode: "verify-ca", sslrootcert: ca }, byAddress))).toBe("encrypted");
  // The name counts, wherever hostaddr leads.
  expect(await reach(at({ sslmode: "verify-full", sslrootcert: ca, hostaddr: "127.0.0.1" }))).toBe(
    "encrypted",
  );
  const wrong = withParts(url, { host: "db.example.com" });
  expect(await reach(at({ sslmode: "verify-full", sslrootcert: ca, hostaddr: "127.0.0.1" }, wrong))).toMatch(
    /^store-refused: The certificate of .* is for another name/,
  );
});

it("says which file cannot be read", async () => {
  expect(await reach(at({ sslrootcert: join(folder, "none.pem") }))).toMatch(
    /^store-refused: The file .*none\.pem of sslrootcert cannot be read/,
  );
});

it("says so where the server has no TLS, and goes without where it may", async () => {
  await askPostgres(server.url, "ALTER SYSTEM SET ssl = off");
  await askPostgres(server.url, "SELECT pg_reload_conf()");
  await expect.poll(() => reach(at({ sslmode: "require" }))).toMatch(/^store-refused: .* has no TLS/);
  expect(await reach(url)).toBe("in the clear");
});

it("encrypts with allow where the server lets nobody in without", async () => {
  await askPostgres(server.url, "ALTER SYSTEM SET ssl = on");
  await askPostgres(server.url, "SELECT pg_reload_conf()");
  await expect.poll(() => reach(at({ sslmode: "require" }))).toBe("encrypted");
  const [row] = await askPostgres(server.url, "SHOW hba_file");
  await writeFile(String(row?.hba_file), "hostssl all all all scram-sha-256\n");
  await askPostgres(withParts(server.url, {}), "SELECT pg_reload_conf()");
  await expect.poll(() => reach(at({ sslmode: "disable" }))).toMatch(/^store-refused: .*pg_hba\.conf/);
  await (await openStore(at({ sslmode: "allow" }))).ping();
});
