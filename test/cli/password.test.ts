import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readVectors } from "../passwords/vectors.js";
import { Bench } from "./command-line.js";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

const MD5_CRYPT = "$1$XLF4z2V2$ysGdM1x3Vz1o10jGSDahs0";

/** What the command answers to rows of its standard input. */
async function batch(rows: readonly (object | string | Buffer)[], args: readonly string[] = []) {
  const lines = rows.map((row) =>
    Buffer.isBuffer(row) ? row : Buffer.from(typeof row === "string" ? row : JSON.stringify(row)),
  );
  const input = Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));
  const ended = await bench.run(["password", "verify", "--batch", ...args], { input });
  const answers: Record<string, unknown>[] = ended.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  return { ...ended, answers };
}

describe("watchword password verify --batch", () => {
  it("answers each row, in the order of the rows", async () => {
    // Slow ones first: their answers must not be overtaken.
    const vectors = readVectors()
      .filter((_, index) => index % 9 === 0)
      .toSorted((a, b) => b.hash.length - a.hash.length);
    const rows = vectors.map(({ scheme, password, hash, context }) => ({
      scheme,
      password_hex: password.toString("hex"),
      hash: hash.startsWith('{"') ? JSON.parse(hash) : hash,
      context,
    }));
    const { answers, code, stderr } = await batch(rows);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(answers).toEqual(vectors.map(({ scheme, valid }) => ({ scheme, valid })));
  });

  it("takes a source in place of a scheme, and tells the scheme", async () => {
    const hash = "pbkdf2_sha256$1000$ZVr99TFMsni3$MdTMyYBZYrXAe5DzdudUoCj3XcLpmtWw3kY8rjQMj/E=";
    const password = "correct horse battery staple";
    const { answers } = await batch([
      { password, hash, source: "django" },
      { password: `${password} `, hash, source: "django" },
      { password, hash },
      { password, hash, source: "piccolo" },
    ]);
    expect(answers.slice(0, 2)).toEqual([
      { scheme: "django_pbkdf2_sha256", valid: true },
      { scheme: "django_pbkdf2_sha256", valid: false },
    ]);
    expect(answers[2]).toMatchObject({
      error: {
        code: "invalid-input",
        details: { candidates: ["django_pbkdf2_sha256", "piccolo_pbkdf2_sha256", "clerk_pbkdf2_sha256"] },
      },
    });
    expect(answers[3]).toMatchObject({ error: { details: { reason: "hash-damaged" } } });
  });

  it("tells what is wrong with a row in its place, and goes on", async () => {
    const good = { password: "correct horse battery staple", hash: MD5_CRYPT };
    const bad: readonly (object | string | Buffer)[] = [
      "not json",
      "[1]",
      "null",
      Buffer.from([0x7b, 0xff, 0x7d]),
      { hash: MD5_CRYPT },
      { password: "x" },
      { ...good, password_hex: "00" },
      { hash: MD5_CRYPT, password_hex: "0" },
      { ...good, scheme: 5 },
      { ...good, scheme: "rot13" },
      { ...good, hash: [] },
      { ...good, hash: "x".repeat(300_000) },
      { ...good, hash: "x".repeat(20_000) },
      { ...good, password: "x".repeat(5000) },
      { ...good, context: { nobody: "knows" } },
      { password: "x", hash: "md5e8a48653851e28c69d0506508fb27fc5" },
      { password: "x", hash: `$pbkdf2-sha256$4000000000$${"A".repeat(22)}$${"A".repeat(43)}` },
    ];
    const { answers, code } = await batch([...bad.flatMap((row) => [row, good]), "", "   "]);
    expect(code).toBe(0);
    expect(answers).toHaveLength(2 * bad.length);
    answers.forEach((answer, index) => {
      if (index % 2 === 1) expect(answer).toEqual({ scheme: "md5_crypt", valid: true });
      else
        expect(answer, JSON.stringify(bad[index / 2])?.slice(0, 80)).toMatchObject({
          error: { code: "invalid-input" },
        });
    });
    expect(JSON.stringify(answers)).not.toContain("correct horse");
  });

  it("keeps no row longer than it must: 100 MB of rows go through a heap of 48", async () => {
    const row = `${JSON.stringify({ password: "x", hash: "nothing that is known", note: "y".repeat(5000) })}\n`;
    const call = bench.start(["password", "verify", "--batch"], {
      env: { NODE_OPTIONS: "--max-old-space-size=48" },
    });
    for (let block = 0; block < 200; block++)
      if (call.child.stdin?.write(row.repeat(100)) === false)
        await new Promise((resolve) => call.child.stdin?.once("drain", resolve));
    call.child.stdin?.end();
    const { code, stdout } = await call.ended;
    expect(code).toBe(0);
    expect(stdout.split("\n")).toHaveLength(20_000 + 1);
  });

  it("wants rows, and nothing besides", async () => {
    expect((await bench.run(["password", "verify", "--batch", MD5_CRYPT], { input: "" })).code).toBe(2);
    expect(
      (await bench.run(["password", "verify", "--batch", "--scheme", "bcrypt"], { input: "" })).code,
    ).toBe(2);
    expect(await batch([])).toMatchObject({ code: 0, stdout: "" });
  });
});

describe("watchword password verify", () => {
  it("checks one password, and says so by its exit code", async () => {
    const verify = (input: string) =>
      bench.run(["password", "verify", MD5_CRYPT, "--password-stdin", "--json"], { input });
    const right = await verify("correct horse battery staple\n");
    expect(right).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(right.stdout)).toEqual({ scheme: "md5_crypt", valid: true });
    expect(await verify("wrong\n")).toMatchObject({ code: 1 });
  });

  it("tells what is wrong with the hash before anybody types a password", async () => {
    const { code, stderr } = await bench.run(["password", "verify", "9cc2ae8a1ba7a93da39b46fc1019c481"], {
      input: "",
    });
    expect(code).toBe(1);
    expect(stderr).toContain("hex_md5");
  });

  it("takes what the hash needs as --context", async () => {
    const args = ["password", "verify", "md5e8a48653851e28c69d0506508fb27fc5", "--password-stdin"];
    const context = ["--context", '{"user":"ada"}'];
    expect(await bench.run([...args, ...context], { input: "x" })).toMatchObject({ code: 1, stderr: "" });
    expect((await bench.run(args, { input: "x" })).stderr).toContain("context.user");
  });
});

describe("watchword password identify", () => {
  it("tells what a hash is and how strong, without its salt or digest", async () => {
    const { code, stdout } = await bench.run(["password", "identify"], { input: `${MD5_CRYPT}\n` });
    expect(code).toBe(0);
    expect(stdout).toContain("md5_crypt");
    expect(stdout).toContain("weak");
    expect(stdout).not.toContain("XLF4z2V2");
  });

  it("lists what it could be where the text does not tell, and one where the source does", async () => {
    const hex = "9cc2ae8a1ba7a93da39b46fc1019c481";
    const all = await bench.json<{ scheme: string | null; candidates: { scheme: string }[] }>([
      "password",
      "identify",
      hex,
    ]);
    expect(all.scheme).toBeNull();
    expect(all.candidates.map(({ scheme }) => scheme)).toEqual(
      expect.arrayContaining(["hex_md5", "nthash", "lmhash", "htdigest", "hex_md4"]),
    );
    const one = await bench.json<{ scheme: string }>(["password", "identify", hex, "--source", "wordpress"]);
    expect(one.scheme).toBe("wordpress_md5");
  });

  it("fails where no form fits, or there is no such source", async () => {
    expect(await bench.run(["password", "identify", "nothing that is known"])).toMatchObject({ code: 1 });
    const { code, stderr } = await bench.run(["password", "identify", MD5_CRYPT, "--source", "atlantis"]);
    expect(code).toBe(1);
    expect(stderr).toContain("django");
  });
});
