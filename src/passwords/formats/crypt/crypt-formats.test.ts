import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cpuTimer } from "../../../../test/helpers/cpu-time.js";
import { WatchwordError } from "../../../base/errors.js";
import { BCRYPT } from "../bcrypt.js";
import { CISCO_FORMATS } from "../cisco.js";
import { DES_CRYPT_FORMATS } from "../des-crypt.js";
import type { HashContext, PasswordFormat } from "../format.js";
import { OLD_DATABASE_FORMATS } from "../old-databases.js";
import { PHPASS } from "../phpass.js";
import { WINDOWS_FORMATS } from "../windows.js";
import { CRYPT_FORMATS } from "./crypt-formats.js";

interface Row {
  readonly scheme: string;
  readonly password_hex: string;
  readonly hash: string;
  readonly producer: string;
  readonly context?: HashContext;
}

const file = new URL("../../../../test/fixtures/crypt-cross-check/rows.json", import.meta.url);
const rows = JSON.parse(readFileSync(file, "utf8")) as readonly Row[];

const formats = [
  ...new Set([
    ...CRYPT_FORMATS,
    ...DES_CRYPT_FORMATS,
    ...WINDOWS_FORMATS,
    ...CISCO_FORMATS,
    ...OLD_DATABASE_FORMATS,
    PHPASS,
    BCRYPT,
  ]),
];

function formatOf(scheme: string): PasswordFormat {
  const format = formats.find(({ name, aliases }) => name === scheme || aliases.includes(scheme));
  if (format === undefined) throw new Error(`no format ${scheme}`);
  return format;
}

function verify(
  scheme: string,
  password: Uint8Array | string,
  hash: string,
  context: HashContext = {},
): boolean {
  return formatOf(scheme).verify(Buffer.from(password), hash, context);
}

const reasonOf = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    if (error instanceof WatchwordError) return error.details.reason;
    throw error;
  }
  return "none";
};

describe("hashes that libxcrypt, OpenSSL and Passlib made of random passwords", () => {
  const schemes = [...new Set(rows.map(({ scheme }) => scheme))];
  it.each(schemes)("of %s match these, and no others", (scheme) => {
    // crypt_blowfish marks passwords that hold 0xff in $2a$; the library behind `bcrypt` does not know that.
    const own = rows.filter(
      (row) => row.scheme === scheme && !(scheme === "bcrypt_2a" && /ff/.test(row.password_hex)),
    );
    expect(own.length).toBeGreaterThan(3);
    for (const { password_hex, hash, context } of own) {
      const password = Buffer.from(password_hex, "hex");
      expect([hash, verify(scheme, password, hash, context)]).toEqual([hash, true]);
      // The last of the bytes that count, changed in a way that no folding of case undoes.
      const longest = scheme === "des_crypt" ? 8 : scheme === "lmhash" ? 14 : scheme === "crypt16" ? 16 : 72;
      const wrong = Buffer.concat([password.subarray(0, longest), Buffer.from("~1")]);
      const last = Math.min(password.length, longest) - 1;
      if (last >= 0) wrong[last] = (password[last] ?? 0) === 0x30 ? 0x31 : 0x30;
      expect([hash, verify(scheme, wrong, hash, context)]).toEqual([hash, false]);
    }
  });
});

describe("published hashes", () => {
  it.each([
    ["md5_crypt", "rasmuslerdorf", "$1$rasmusle$rISCgZzpwk3UhDidwXvin0"],
    ["apr_md5_crypt", "myPassword", "$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/"],
    ["sha256_crypt", "Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"],
    [
      "sha256_crypt",
      "Hello world!",
      "$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA",
    ],
    [
      "sha256_crypt",
      "the minimum number is still observed",
      "$5$rounds=10$roundstoolow$yfvwcWrQ8l/K0DAWyuPMDNHpIVlTQebY9l/gL972bIC",
    ],
    [
      "sha512_crypt",
      "Hello world!",
      "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
    ],
    [
      "sha512_crypt",
      "we have a short salt string but not a short password",
      "$6$rounds=77777$short$WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5CCaUeOxFmtlcGZelFl5CxtgfiAc0",
    ],
    ["sha1_crypt", "password", "$sha1$19703$iVdJqfSE$v4qYKl1zqYThwpjJAoKX6UvlHq/a"],
    ["sha1_crypt", "password", "$sha1$21773$uV7PTeux$I9oHnvwPZHMO0Nq6/WgyGV/tDJIH"],
    ["sun_md5_crypt", "Gpcs3_adm", "$md5$zrdhpMlZ$$wBvMOEqbSjU.hu5T2VEP01"],
    // With one `$` before the digest, the salt is hashed without it.
    ["sun_md5_crypt", "passwd", "$md5$RPgLF6IJ$WTvAlUJ7MqH5xak2FMEwS/"],
    [
      "xcrypt_scrypt_7",
      "pleaseletmein",
      "$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D",
    ],
    // By libxcrypt: large enough for yescrypt's quick first pass, without a salt, and with a number of three characters.
    ["yescrypt", "pleaseletmein", "$y$j9T$$V9ciLSs58w5jfMnmcsEXk0qkKOu5/CgFTH2GgIA0iF5"],
    ["yescrypt", "pleaseletmein", "$y$j/s.b$abcd$.UC7ixaiBLKazGGhAUlxmd2VOY5y.y4ieeWy9vLgCNC"],
    ["mysql323", "pass\tword ", "5d2e19393cc5ef67"],
    ["phpass", "test12345", "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0"],
  ])("of %s match: %j", (scheme, password, hash) => {
    expect(verify(scheme, password, hash)).toBe(true);
    expect(verify(scheme, `${password}x`, hash)).toBe(false);
  });

  it.each([
    ["oracle10", "tiger", "F894844C34402B67", "scott"],
    ["msdcc", "Asdf999", "b1176c2587478785ec1037e5abc916d0", "sevans"],
    ["msdcc2", "test1", "607bbe89611e37446e736f7856515bf8", "test1"],
  ])("of %s match with the user's name: %j", (scheme, password, hash, user) => {
    expect(verify(scheme, password, hash, { user })).toBe(true);
    expect(verify(scheme, password, hash, { user: `${user}x` })).toBe(false);
    expect(reasonOf(() => verify(scheme, password, hash))).toBe("context-missing");
  });
});

describe("Cisco's hashes", () => {
  it.each([
    ["0123456789abcdefghijklmnopq", "uBalMbrToh/2zmEA", true],
    ["0123456789abcdefghijklmnopqr", "tYCvlx91x3F2RmQI", false],
    ["0123456789abcdefghijklmnopqrstuv", "eiYlo4wlCa0UExyM", false],
  ])("mix the user's name in up to 27 bytes, on an ASA: %s", (password, hash, mixed) => {
    expect(verify("cisco_asa", password, hash, { user: "administrator" })).toBe(true);
    expect(verify("cisco_asa", password, hash, { user: "somebody" })).toBe(!mixed);
    expect(verify("cisco_asa", password, hash)).toBe(!mixed);
  });

  it("are of no password that the device does not take", () => {
    expect(verify("cisco_asa", "0123456789abcdefghijklmnopqrstuvw", "eiYlo4wlCa0UExyM")).toBe(false);
    expect(verify("cisco_pix", "0123456789abcdefg", "eiYlo4wlCa0UExyM")).toBe(false);
  });
});

describe("what crypt(3) reads", () => {
  it("holds no NUL: a password with one matches nothing", () => {
    for (const { scheme, password_hex, hash, producer } of rows) {
      if (producer !== "libxcrypt" || /^(bcrypt_2[aby]|bsd_nthash|xcrypt_scrypt_7)$/.test(scheme)) continue;
      const cut = Buffer.concat([Buffer.from(password_hex, "hex"), Buffer.from("\0tail")]);
      expect([hash, verify(scheme, cut, hash)]).toEqual([hash, false]);
    }
  });

  it("does not hold 0x00 to 0x7f apart from 0x80 to 0xff in traditional crypt, but in nothing newer", () => {
    expect(
      verify(
        "des_crypt",
        Buffer.from("rasmuslerdorf").map((byte) => byte | 128),
        "rl.3StKT.4T8M",
      ),
    ).toBe(true);
    const md5 = "$1$rasmusle$rISCgZzpwk3UhDidwXvin0";
    expect(
      verify(
        "md5_crypt",
        Buffer.from("rasmuslerdorf").map((byte) => byte | 128),
        md5,
      ),
    ).toBe(false);
  });
});

describe("a hash that asks for too much", () => {
  const digest = (length: number) => ".".repeat(length);
  it.each([
    ["sha256_crypt", `$5$rounds=3000001$salt$${digest(43)}`],
    ["sha512_crypt", `$6$rounds=999999999$salt$${digest(86)}`],
    ["sha1_crypt", `$sha1$3000001$salt$${digest(28)}`],
    ["sun_md5_crypt", `$md5,rounds=4294967295$salt$$${digest(22)}`],
    ["phpass", `$P$U12345678${digest(22)}`],
    ["bcrypt_2x", `$2x$31$${digest(53)}`],
    ["xcrypt_scrypt_7", `$7$z6..../....salt$${digest(43)}`],
    ["yescrypt", `$y$jFT$abcdefghijklmnop$${digest(43)}`],
    ["yescrypt", `$y$jzT$abcdefghijklmnop$${digest(43)}`],
    ["yescrypt", `$y$j9T/yz$abcdefghijklmnop$${digest(43)}`],
    ["gost_yescrypt", `$gy$jFT$abcdefghijklmnop$${digest(43)}`],
    ["bsdi_crypt", `_....salt${digest(11)}`],
  ])("is refused at once by %s: %s", (scheme, hash) => {
    const used = cpuTimer();
    expect(formatOf(scheme).recognise(hash)).toBe(true);
    expect(["hash-cost", "hash-damaged"]).toContain(reasonOf(() => verify(scheme, "password", hash)));
    expect(used()).toBeLessThan(100);
  });

  it("has fewer rounds for a long password, so that the two do not multiply", () => {
    const used = cpuTimer();
    const hash = `$6$rounds=3000000$salt$${".".repeat(86)}`;
    expect(verify("sha512_crypt", "x".repeat(4096), hash)).toBe(false);
    expect(used()).toBeLessThan(100);
  });
});

describe("hostile texts", () => {
  const alphabet = "./09AZazx$,=_*{}é\0\n😀";
  const mutated = fc
    .tuple(
      fc.constantFrom(...rows),
      fc.nat(),
      fc.nat({ max: 4 }),
      fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 4 }),
    )
    .map(([row, at, cut, put]) => {
      const from = at % (row.hash.length + 1);
      return { scheme: row.scheme, hash: row.hash.slice(0, from) + put + row.hash.slice(from + cut) };
    });

  it("give an answer or a WatchwordError, soon", () => {
    fc.assert(
      fc.property(mutated, fc.uint8Array({ maxLength: 40 }), ({ scheme, hash }, password) => {
        const used = cpuTimer();
        for (const format of formats) {
          if (!format.recognise(hash)) {
            expect(reasonOf(() => format.inspect(hash))).toBe("hash-damaged");
            continue;
          }
          const reason = reasonOf(() => format.inspect(hash));
          if (reason !== "none") expect(["hash-damaged", "hash-cost"]).toContain(reason);
          if (format.name === scheme) {
            const context = { user: "ada" };
            expect(
              reasonOf(() =>
                expect(format.verify(Buffer.from(password), hash, context)).toBeTypeOf("boolean"),
              ),
            ).toBe(reason);
          }
        }
        expect(used()).toBeLessThan(10_000);
      }),
      { numRuns: 300 },
    );
  }, 120_000);

  it("are told from hashes in linear time", () => {
    const texts = [...new Set(rows.map(({ hash }) => hash.slice(0, 12)))].map((start) =>
      start.padEnd(65_536, "a"),
    );
    texts.push(
      "$".repeat(65_536),
      "a".repeat(65_536),
      "0".repeat(65_536),
      `${"a".repeat(13)}\n`.repeat(4681),
    );
    const used = cpuTimer();
    for (const text of texts) for (const format of formats) expect(format.recognise(text)).toBe(false);
    expect(used()).toBeLessThan(500);
  });
});

describe("a weak hash", () => {
  it("can be laid into a strong one: without its digest it still tells right passwords from wrong ones", () => {
    const wrapped = new Set<string>();
    for (const { scheme, password_hex, hash, context = {} } of rows) {
      const { wrap, recognise } = formatOf(scheme);
      const bare = wrap?.bare(hash) ?? null;
      // An even number of encryptions under DES' weakest key, that of the empty password, gives the zeros back.
      if (wrap === undefined || bare === null || bare === hash) continue;
      wrapped.add(scheme);
      expect(recognise(bare)).toBe(true);
      expect(verify(scheme, Buffer.from(password_hex, "hex"), bare, context)).toBe(false);
      const of = (password: Buffer) => wrap.digests(password, bare, context);
      const expected = wrap.expected(hash);
      expect(of(Buffer.from(password_hex, "hex"))).toContainEqual(expected);
      expect(of(Buffer.from("another"))).not.toContainEqual(expected);
    }
    expect([...wrapped].sort()).toEqual([
      "apr_md5_crypt",
      "bigcrypt",
      "bsd_nthash",
      "bsdi_crypt",
      "cisco_asa",
      "cisco_pix",
      "crypt16",
      "des_crypt",
      "hex_md4",
      "lmhash",
      "md5_crypt",
      "msdcc",
      "msdcc2",
      "mysql323",
      "nthash",
      "oracle10",
      "phpass",
      "sha1_crypt",
    ]);
  });

  it("that costs the guesser enough rests as it is", () => {
    const bare = (scheme: string, hash: string) => formatOf(scheme).wrap?.bare(hash);
    expect(bare("phpass", `$P$B12345678${".".repeat(22)}`)).not.toBeNull();
    expect(bare("phpass", `$P$H12345678${".".repeat(22)}`)).toBeNull();
    expect(bare("sha1_crypt", `$sha1$480000$salt$${".".repeat(28)}`)).toBeNull();
    expect(bare("bsdi_crypt", `_..zzsalt${".".repeat(11)}`)).toBeNull();
  });
});
