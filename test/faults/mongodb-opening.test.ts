import { spawn } from "node:child_process";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { openMongodbStore } from "#dist/store/mongodb/open.js";
import { sampleUser } from "../contract/samples.js";
import { makeCertificate } from "../helpers/certificate.js";
import { isRealMongodb, mongodbServer } from "../servers/mongodb.js";
import { testPlace } from "./mongodb.js";
import { firstOutput, runChild, temporaryFolder } from "./processes.js";

const QUICK = { attempts: 1, delay: 0, timeout: 1500 };

/** What opening fails with; the message is what people read. */
async function refusal(
  url: string,
  options: Partial<Parameters<typeof openMongodbStore>[0]> = {},
): Promise<{ readonly code: unknown; readonly message: string }> {
  try {
    const store = await openMongodbStore({ url, ...QUICK, ...options });
    await store.close();
    return { code: null, message: "opened" };
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    expect(error.name).toBe("WatchwordError");
    return { code: error.code, message: error.message };
  }
}

/** Listens on loopback until the test is over. */
async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** TLS before the run's server, which speaks none itself. */
async function behindTls(options: TlsOptions): Promise<string> {
  const { hostname, port } = new URL((await mongodbServer()).url);
  const server = createTlsServer(options, (near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) socket.on("error", () => undefined);
    near.pipe(far).pipe(near);
    near.on("close", () => far.destroy());
  });
  server.on("tlsClientError", () => undefined);
  return `mongodb://127.0.0.1:${await listening(server)}`;
}

async function fileOf(text: string): Promise<string> {
  const file = join(await temporaryFolder(), "ca.pem");
  await writeFile(file, text);
  return file;
}

describe("opening MongoDB", () => {
  it("says that nobody listens there, after as many tries as it may", async () => {
    const warned: string[] = [];
    const begun = performance.now();
    const answer = await refusal("mongodb://ada:secret@127.0.0.1:1/", {
      attempts: 4,
      delay: 100,
      logger: { warn: (_, message) => void warned.push(message) },
    });
    expect(performance.now() - begun).toBeGreaterThan(290);
    expect(answer.code).toBe("store-unavailable");
    expect(answer.message).toMatch(/127\.0\.0\.1:1\/watchword cannot be reached.*ECONNREFUSED/);
    expect(answer.message).not.toContain("secret");
    expect(warned).toEqual([]);
  });

  it("says that the name of the host is unknown", async () => {
    expect(await refusal("mongodb://no-such-host.invalid/")).toMatchObject({
      code: "store-unavailable",
      message: expect.stringMatching(/cannot be reached \(.*no-such-host\.invalid/),
    });
    expect(await refusal("mongodb+srv://no-such-host.invalid/")).toMatchObject({
      code: "store-unavailable",
      message: expect.stringMatching(/cannot be reached/),
    });
  });

  it("tells what else listens on the port: a web server, another protocol, nobody who speaks", async () => {
    const web = await listening(createHttpServer((_, response) => response.end("hello")));
    expect(await refusal(`mongodb://127.0.0.1:${web}/`)).toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/is no MongoDB/),
    });
    const banner = createServer((socket) => socket.on("error", () => undefined).write("SSH-2.0-Other\r\n"));
    expect(await refusal(`mongodb://127.0.0.1:${await listening(banner)}/`)).toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/is no MongoDB/),
    });
    const mute = createServer((socket) => socket.on("error", () => undefined).resume());
    expect(await refusal(`mongodb://127.0.0.1:${await listening(mute)}/`)).toMatchObject({
      code: "store-unavailable",
      message: expect.stringMatching(/does not answer/),
    });
    const rude = createServer((socket) => socket.destroy());
    expect(await refusal(`mongodb://127.0.0.1:${await listening(rude)}/`)).toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/hangs up on MongoDB's first message/),
    });
  });

  it("tells TLS on one side alone", async () => {
    const certificate = makeCertificate(["127.0.0.1"]);
    const wants = await behindTls(certificate);
    expect(await refusal(wants)).toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/wants TLS, and the URL does not ask for it/),
    });
    const { url } = await mongodbServer();
    expect(await refusal(`${url}?tls=true`)).toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/speaks without TLS/),
    });
  });

  it("trusts the authority that a file names, by option or URL, and nobody else's", async () => {
    const certificate = makeCertificate(["127.0.0.1"]);
    const url = await behindTls(certificate);
    const ca = await fileOf(certificate.cert);
    expect((await refusal(url, { ca })).message).toBe("opened");
    expect((await refusal(`${url}/?tls=true&tlsCAFile=${encodeURIComponent(ca)}`)).message).toBe("opened");
    expect(await refusal(`${url}/?tls=true`)).toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/not signed by an authority that is trusted here.*tlsCAFile/),
    });
    const other = await fileOf(makeCertificate(["127.0.0.1"]).cert);
    expect(await refusal(url, { ca: other })).toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/not signed by an authority/),
    });
    expect(await refusal(url, { ca: "/no/such/file.pem" })).toMatchObject({ code: "invalid-option" });
  });

  it("tells a certificate that is made out for another name", async () => {
    const certificate = makeCertificate(["db.example.com"]);
    const url = (await behindTls(certificate)).replace("127.0.0.1", "localhost");
    expect(await refusal(url, { ca: await fileOf(certificate.cert) })).toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/made out for another name.*db\.example\.com/),
    });
  });

  it.skipIf(isRealMongodb())("refuses a server that is too old", async () => {
    const jars = fileURLToPath(new URL("../../.cache/mongo-java-server/*", import.meta.url));
    const source = fileURLToPath(new URL("children/OldServer.java", import.meta.url));
    const child = spawn("java", ["-cp", jars, source], { stdio: ["pipe", "pipe", "ignore"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    let printed = "";
    child.stdout.on("data", (chunk) => {
      printed += String(chunk);
    });
    await firstOutput(child);
    expect(await refusal(`mongodb://127.0.0.1:${printed.trim()}/`)).toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/is too old.*MongoDB 4\.4 or later/),
    });
  });

  it.skipIf(isRealMongodb())("tells a replica set that the server is no member of", async () => {
    const { url } = await mongodbServer();
    expect(await refusal(`${url}?replicaSet=other`)).toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/no member of the replica set/),
    });
  });

  it.runIf(isRealMongodb())("tells a wrong password", async () => {
    const { url } = await mongodbServer();
    const { host } = new URL(url);
    expect(await refusal(`mongodb://nobody:wrong@${host}/`)).toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/does not accept the user or the password/),
    });
  });

  it("says what to install where the driver is missing", async () => {
    const folder = await temporaryFolder();
    await cp(fileURLToPath(new URL("../../dist", import.meta.url)), join(folder, "dist"), {
      recursive: true,
    });
    await cp(fileURLToPath(new URL("../../package.json", import.meta.url)), join(folder, "package.json"));
    await mkdir(join(folder, "node_modules"));
    const uuid = fileURLToPath(new URL("../../node_modules/uuid", import.meta.url));
    await symlink(uuid, join(folder, "node_modules/uuid"));
    const { output } = await runChild("open-from.mjs", join(folder, "dist/store/mongodb/open.js"));
    expect(JSON.parse(output)).toMatchObject({
      code: "package-missing",
      message: expect.stringContaining("npm install mongodb"),
    });
  });

  it("refuses options of a wrong form, without repeating a password", async () => {
    const { url } = await mongodbServer();
    for (const bad of ["mongodb://", "http://h/", "mongodb://a:secret@h/with space", "mongodb://h/%zz"])
      expect((await refusal(bad)).code).toBe("invalid-option");
    for (const bad of [
      "mongodb://a:se/cret@h/",
      "mongodb://a:secret@h/?nothing=1",
      `${url}?w=x&w=y&tls=perhaps`,
    ]) {
      const answer = await refusal(bad);
      expect(answer.code).toBe("invalid-option");
      expect(answer.message).not.toMatch(/se\/?cret/);
    }
    for (const prefix of ["", "a b", "$x", "x".repeat(101)])
      expect((await refusal(url, { prefix })).code).toBe("invalid-option");
  });

  it("makes no space where it may not", async () => {
    const place = await testPlace();
    expect(await refusal(place.url, { prefix: place.prefix, create: false })).toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/There is no user space/),
    });
    await (await place.open()).migrate();
    expect((await refusal(place.url, { prefix: place.prefix, create: false })).message).toBe("opened");
  });

  it("keeps two prefixes in one database apart", async () => {
    const [one, two] = [await testPlace(), await testPlace()];
    const [first, second] = [await one.open(), await two.open()];
    await Promise.all([first.migrate(), second.migrate()]);
    await first.createUser(sampleUser({ username: "ada" }), 0, []);
    expect((await second.createUser(sampleUser({ username: "ada" }), 0, [])).status).toBe("created");
    await first.dropPart("all");
    expect(await second.countUsers({})).toBe(1);
  });
});

describe("the unique index of names", () => {
  it("is refused loudly where users of one name are there already", async () => {
    const place = await testPlace();
    const same = { keys: ["u:ada"] };
    await place.collection("users").insertMany([same, { ...same }]);
    const store = await place.open();
    await expect(store.migrate()).rejects.toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/cannot make the index "keys".*unique.*u:ada/),
    });
    // Nothing says that the space was migrated, and the next one may try again.
    expect((await store.schema()).version).toBe(0);
    await place.collection("users").deleteMany({});
    expect(await store.migrate()).toHaveLength((await store.schema()).latest);
  });

  it("is made again at opening where somebody dropped it, and refused where that cannot be", async () => {
    const place = await testPlace();
    const store = await place.open();
    await store.migrate();
    await place.collection("users").dropIndex("keys");
    const again = await place.open();
    await again.createUser(sampleUser({ username: "ada" }), 0, []);
    expect((await again.createUser(sampleUser({ username: "ada" }), 0, [])).status).toBe("taken");

    await place.collection("users").dropIndex("keys");
    await place.collection("users").insertOne({ keys: ["u:ada"] });
    expect(await refusal(place.url, { prefix: place.prefix })).toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/same key are there already/),
    });
  });

  it("is not taken at its name: one that is not unique is refused", async () => {
    const place = await testPlace();
    const store = await place.open();
    await store.migrate();
    await place.collection("users").dropIndex("keys");
    await place.collection("users").createIndex({ keys: 1 }, { name: "keys" });
    expect(await refusal(place.url, { prefix: place.prefix })).toMatchObject({
      code: "store-refused",
      message: expect.stringMatching(/[Dd]rop (it|that one)/),
    });
  });
});
