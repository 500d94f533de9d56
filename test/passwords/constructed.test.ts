import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { digestOf, hmacOf, pbkdf2Of } from "../../src/passwords/formats/digests.js";
import type { HashContext } from "../../src/passwords/formats/format.js";
import { FORMATS, formatNamed, formatsOf, resolveFormat } from "../../src/passwords/formats/registry.js";
import { saslprep } from "../../src/passwords/formats/saslprep.js";

interface Constructed {
  readonly password: string;
  readonly vectors: readonly {
    readonly scheme: string;
    readonly hash: string | object;
    readonly context?: HashContext;
  }[];
}

const { password, vectors }: Constructed = JSON.parse(
  readFileSync(new URL("../fixtures/password-hashes/constructed.json", import.meta.url), "utf8"),
);

function verify(scheme: string, typed: string, hash: string | object, context: HashContext = {}): boolean {
  const text = typeof hash === "string" ? hash : JSON.stringify(hash);
  return resolveFormat(text, { scheme }).verify(Buffer.from(typed), text, context);
}

describe("forms of identity services", () => {
  it.each(vectors.map((vector, index) => [vector.scheme, index] as const))("%s (%i)", (scheme, index) => {
    const { hash, context = {} } = vectors[index] ?? { hash: "" };
    expect(verify(scheme, password, hash, context)).toBe(true);
    expect(verify(scheme, `${password}!`, hash, context)).toBe(false);
    expect(verify(scheme, "", hash, context)).toBe(false);
  });

  it("of Flask-Security are also those of the password itself, where it was told to hash that alone", () => {
    const hash = vectors.find(({ scheme }) => scheme === "flask_security")?.hash ?? "";
    expect(verify("flask_security", password, hash)).toBe(false);
    const single =
      "$pbkdf2-sha512$1000$8/6/9x6DcA6BsNZaK.V8Tw$QF4wOXcxVnm0Y3d5/LGugrLLivN1mMnWjT4OTVNA9PkllsWgvOg5gtKbSsUqk6T6eW3sSeL7ki0ylDsQptyzig";
    expect(verify("flask_security", "correct horse battery staple", single, { pepper: "146585" })).toBe(true);
  });
});

/** The example of Firebase's own tool. */
const FIREBASE = {
  hash: "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
  salt: "42xEC+ixf3L2lw==",
  separator: "Bw==",
  signerKey: "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
};

describe("Firebase's scrypt", () => {
  const { hash, salt, separator, signerKey } = FIREBASE;
  const urlSafe = (text: string) => text.replaceAll("+", "-").replaceAll("/", "_");
  it.each([
    [
      "firebase_scrypt",
      { passwordHash: hash, salt },
      { signerKey, saltSeparator: separator, rounds: 8, memoryCost: 14 },
    ],
    [
      "firebase_scrypt",
      { passwordHash: urlSafe(hash), salt: urlSafe(salt) },
      { signerKey, saltSeparator: separator },
    ],
    ["supabase_fbscrypt", `$fbscrypt$v=1,n=14,r=8,p=1,ss=${separator},sk=${signerKey}$${salt}$${hash}`, {}],
    ["kratos_firescrypt", `$firescrypt$ln=14,r=8,p=1$${salt}$${hash}$${separator}$${signerKey}`, {}],
    ["passwap_firebasescrypt", `$firebasescrypt$ln=14,r=8$${salt}$${hash}$${separator}$${signerKey}`, {}],
    ["supertokens_fscrypt", `$f_scrypt$${hash}$${salt}$m=14$r=8$s=${separator}`, { signerKey }],
    ["scrypt_firebase", `${hash}$${salt}$${signerKey}$${separator}$8$14`, {}],
  ])("as %s keeps it", (scheme, stored, context) => {
    expect(verify(scheme, "user1password", stored, context)).toBe(true);
    expect(verify(scheme, "user1passwore", stored, context)).toBe(false);
  });

  it("is not checked without the project's keys", () => {
    expect(() => verify("firebase_scrypt", "x", { passwordHash: hash, salt })).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ reason: "context-missing" }) }),
    );
  });
});

describe("published examples", () => {
  it.each([
    ["mariadb_ed25519", "secret", "ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY"],
    [
      "mssql2012",
      "hashcat",
      "0x02000102030434ea1b17802fd95ea6316bd61d2c94622ca3812793e8fb1672487b5c904a45a31b2ab4a78890d563d2fcf5663e46fe797d71550494be50cf4915d3f4d55ec375",
    ],
    [
      "oracle12c",
      "hashcat",
      "T:78281A9C0CF626BD05EFC4F41B515B61D6C4D95A250CD4A605CA0EF97168D670EBCB5673B6F5A2FB9CC4E0C0101E659C0C4E3B9B3BEDA846CD15508E88685A2334141655046766111066420254008225",
    ],
    [
      "mysql_caching_sha2",
      "hashcat",
      `0x24412430303524F9CC98CE08892924F50A213B6BC571A2C11778C5625479393559393965414D45316477456B484F41316E64484742577A2E3162785353526B7554584647562F`,
    ],
    ["ldap_apr1", "ｆｕｌｌｗｉｄｔｈ ﬁ ligature", "{APR1}ed6UIt9Mw8DzHt1SxFP4Y09keWJZZ3NU"],
  ])("of %s fit", (scheme, typed, hash) => {
    expect(verify(scheme, typed, hash)).toBe(true);
    expect(verify(scheme, `${typed}x`, hash)).toBe(false);
  });

  it("of the digests that Node does not have any more, as OpenSSL's legacy provider gives them", () => {
    const hex = (bytes: Buffer) => bytes.toString("hex");
    expect(hex(digestOf("whirlpool", "abc")).slice(0, 32)).toBe("4e2448a4c6f486bb16b6562c73b4020b");
    expect(hex(digestOf("whirlpool", "")).slice(0, 32)).toBe("19fa61d75522a4669b44e39c1d2e1726");
    expect(hex(digestOf("mdc2", "Now is the time for all "))).toBe("42e50cd224baceba760bdd2bd409281a");
    expect(hex(hmacOf("whirlpool", "key", "abc")).slice(0, 32)).toBe("cc54c8afbd90efeb6fc30b50853cd9ec");
    expect(hex(hmacOf("md4", "key", "abc"))).toBe("32c43d6d6eda7f1e464711473b956b68");
    const derived = (name: "md4" | "whirlpool") =>
      hex(pbkdf2Of(name, Buffer.from("password"), Buffer.from("saltsaltsaltsalt"), 2000, 32));
    expect(derived("whirlpool")).toBe("2274b1cfd631b1b635fc5920d214406d6117afb77b27146e199163294b8593a3");
    expect(derived("md4")).toBe("8aa34ee16da1e8cb976b29705aab55154d41e9af777b86c65fbbcb59c3ae6066");
  });
});

describe("SASLprep", () => {
  // The examples of RFC 4013 §3, and what PostgreSQL and Passlib were seen to do.
  it.each([
    ["I\u00ADX", "IX"],
    ["user", "user"],
    ["USER", "USER"],
    ["\u00AA", "a"],
    ["\u2168", "IX"],
    ["\u0007", null],
    ["\u0627\u0031", null],
    ["a\u00A0b", "a b"],
    ["\u{1F511}", null],
    ["\u0221", null],
    ["e\u0301", "\u00E9"],
  ])("makes %j to %j", (text, prepared) => {
    expect(saslprep(text)).toBe(prepared);
  });
});

describe("what others import", () => {
  it.each([
    [
      "clerk",
      [
        "argon2i",
        "argon2id",
        "bcrypt",
        "bcrypt_peppered",
        "bcrypt_sha256_django",
        "hmac_sha256_utf16_b64",
        "ldap_ssha",
        "md5",
        "md5_phpass",
        "md5_salted",
        "phpass",
        "clerk_pbkdf2_sha1",
        "clerk_pbkdf2_sha256",
        "pbkdf2_sha256_django",
        "clerk_pbkdf2_sha512",
        "pbkdf2_sha512_hex",
        "scrypt_firebase",
        "scrypt_werkzeug",
        "sha256",
        "sha256_salted",
        "sha512_symfony",
      ],
    ],
    [
      "kratos",
      [
        "md5_crypt",
        "bcrypt",
        "sha256_crypt",
        "sha512_crypt",
        "argon2id",
        "argon2i",
        "pbkdf2_phc",
        "kratos_pbkdf2_sha3",
        "kratos_scrypt",
        "ldap_salted_sha1",
        "ldap_salted_sha256",
        "ldap_salted_sha512",
        "kratos_template",
        "kratos_firescrypt",
        "kratos_md5",
        "kratos_hmac",
        "kratos_crypt",
      ],
    ],
    [
      "passwap",
      [
        "argon2i",
        "argon2id",
        "bcrypt",
        "drupal7",
        "md5_crypt",
        "hex_md5",
        "passwap_md5salted",
        "phpass",
        "sha256_crypt",
        "sha512_crypt",
        "scrypt_phc",
        "pbkdf2_sha1",
        "pbkdf2_sha224",
        "pbkdf2_sha256",
        "pbkdf2_sha384",
        "pbkdf2_sha512",
        "ldap_salted_sha1",
        "passwap_firebasescrypt",
      ],
    ],
    [
      "auth0",
      [
        "argon2id",
        "bcrypt",
        "auth0_custom_password_hash",
        "pbkdf2_phc",
        "hex_md4",
        "hex_md5",
        "hex_sha1",
        "hex_sha256",
        "hex_sha512",
        "ldap_salted_sha1",
      ],
    ],
    ["supertokens", ["bcrypt", "argon2id", "supertokens_fscrypt"]],
    ["supabase", ["bcrypt", "argon2id", "argon2i", "supabase_fbscrypt"]],
    ["workos", ["bcrypt", "firebase_scrypt", "ldap_salted_sha1", "scrypt_phc", "argon2id"]],
    ["stytch", ["bcrypt", "scrypt_phc", "argon2i", "argon2id", "hex_md5", "hex_sha1", "pbkdf2_phc"]],
    ["fusionauth", ["phpass", "bcrypt", "fusionauth"]],
    [
      "janssen",
      [
        "ldap_sha1",
        "ldap_salted_sha1",
        "ldap_salted_sha256",
        "ldap_salted_sha384",
        "ldap_salted_sha512",
        "ldap_md5",
        "ldap_salted_md5",
        "ldap_crypt",
        "atlassian_pbkdf2_sha1",
        "ldap_argon2",
      ],
    ],
  ])("from %s is known here", (source, schemes) => {
    const known = formatsOf(source);
    for (const scheme of schemes) {
      const format = formatNamed(scheme);
      expect(format, scheme).toBeDefined();
      // A second spelling of a source tells two forms of one shape apart: `clerk-hex`, `clerk-django`.
      if (format !== undefined)
        expect(
          known.includes(format) || format.sources.some((name) => name.startsWith(`${source}-`)),
          scheme,
        ).toBe(true);
    }
  });

  it("with PBKDF2 over each digest that Auth0 takes can be checked", () => {
    const salt = Buffer.from("saltsaltsaltsalt");
    const bare = (bytes: Buffer) => bytes.toString("base64").replaceAll("=", "");
    for (const [name, digest] of [
      ["md4", "md4"],
      ["RSA-MD5", "md5"],
      ["whirlpool", "whirlpool"],
      ["mdc2", "mdc2"],
      ["sha384", "sha384"],
      ["rmd160", "ripemd160"],
    ] as const) {
      const value = `$pbkdf2-${name}$i=50,l=32$${bare(salt)}$${bare(pbkdf2Of(digest, Buffer.from(password), salt, 50, 32))}`;
      const stored = { algorithm: "pbkdf2", hash: { value, encoding: "utf8" } };
      expect(verify("auth0_custom_password_hash", password, stored), name).toBe(true);
      expect(verify("auth0_custom_password_hash", "x", stored), name).toBe(false);
    }
  });

  it("comes with sources for every form but umbrellas and bare digests", () => {
    const without = FORMATS.filter(({ sources }) => sources.length === 0).map(({ name }) => name);
    expect(without.filter((name) => !name.startsWith("hex_"))).toEqual(["argon2", "scrypt"]);
  });
});
