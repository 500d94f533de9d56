import { PBKDF2_SHA256_SHAPE } from "./django.js";
import { readBase64, readHex } from "./encodings.js";
import { textFields } from "./fields.js";
import type { PasswordFormat } from "./format.js";
import { pbkdf2Format, pbkdf2Hash } from "./pbkdf2.js";
import { expectedBytes } from "./simple.js";

export const OWN_TABLE_FORMATS: readonly PasswordFormat[] = [
  pbkdf2Format({
    name: "piccolo_pbkdf2_sha256",
    title: "PBKDF2 with HMAC-SHA256, of Piccolo: digest in hexadecimal, the salt's digits as text",
    sources: ["piccolo"],
    shape: PBKDF2_SHA256_SHAPE,
    parse(hash) {
      const [, rounds, salt = "", expected = ""] = PBKDF2_SHA256_SHAPE.exec(hash) ?? [];
      return pbkdf2Hash("piccolo_pbkdf2_sha256", {
        digest: "sha256",
        salt: Buffer.from(salt),
        rounds: Number(rounds),
        expected: expectedBytes("piccolo_pbkdf2_sha256", readHex(expected), 32),
      });
    },
  }),
  pbkdf2Format({
    name: "clerk_pbkdf2_sha256",
    title: "PBKDF2 with HMAC-SHA256, of Clerk: salt and digest in base64",
    sources: ["clerk"],
    shape: PBKDF2_SHA256_SHAPE,
    parse(hash) {
      const [, rounds, salt = "", expected = ""] = PBKDF2_SHA256_SHAPE.exec(hash) ?? [];
      return pbkdf2Hash("clerk_pbkdf2_sha256", {
        digest: "sha256",
        salt: readBase64(salt),
        rounds: Number(rounds),
        expected: readBase64(expected),
      });
    },
  }),
  pbkdf2Format({
    name: "pgusers_pbkdf2_sha512",
    best: "fair",
    title: "PBKDF2 with HMAC-SHA512, 100,000 rounds, of pgusers: two columns in hexadecimal",
    sources: ["pgusers"],
    shape: { fields: ["salt", "kpasswd"] },
    parse(hash) {
      const { salt, kpasswd } = textFields("pgusers_pbkdf2_sha512", hash, ["salt", "kpasswd"]);
      return pbkdf2Hash("pgusers_pbkdf2_sha512", {
        digest: "sha512",
        salt: readHex(salt),
        rounds: 100_000,
        expected: expectedBytes("pgusers_pbkdf2_sha512", readHex(kpasswd), 64),
      });
    },
  }),
];
