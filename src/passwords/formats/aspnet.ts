import type { DigestName } from "./digests.js";
import { readBase64 } from "./encodings.js";
import { damaged, type PasswordFormat } from "./format.js";
import { pbkdf2Format, pbkdf2Hash } from "./pbkdf2.js";
import { expectedBytes } from "./simple.js";

const V2 = /^A[A-P][A-Za-z0-9+/]{64}==$/;
const V3 = /^AQAAAA[A-Za-z0-9+/]{52,1400}={0,2}$/;
/** The numbers of KeyDerivationPrf. */
const PRFS: readonly DigestName[] = ["sha1", "sha256", "sha512"];

export const ASPNET_FORMATS: readonly PasswordFormat[] = [
  pbkdf2Format({
    name: "aspnet_identity_v2",
    best: "weak",
    title: "PBKDF2 with HMAC-SHA1, 1,000 rounds, of ASP.NET Identity 2",
    sources: ["aspnet"],
    shape: V2,
    parse(hash) {
      const bytes = expectedBytes("aspnet_identity_v2", readBase64(hash), 49);
      return pbkdf2Hash("aspnet_identity_v2", {
        digest: "sha1",
        salt: bytes.subarray(1, 17),
        rounds: 1000,
        expected: bytes.subarray(17),
      });
    },
  }),
  pbkdf2Format({
    name: "aspnet_identity_v3",
    title: "PBKDF2 of ASP.NET Core Identity 3 and later",
    sources: ["aspnet"],
    shape: V3,
    longest: 1500,
    parse(hash) {
      const name = "aspnet_identity_v3";
      const bytes = expectedBytes(name, readBase64(hash));
      const digest = PRFS[bytes.readUInt32BE(1)];
      const saltEnd = 13 + bytes.readUInt32BE(9);
      if (digest === undefined) throw damaged(name, "it names no digest that is known");
      if (saltEnd < 29 || saltEnd + 16 > bytes.length)
        throw damaged(name, "its salt or its digest is too short");
      return pbkdf2Hash(name, {
        digest,
        salt: bytes.subarray(13, saltEnd),
        rounds: bytes.readUInt32BE(5),
        expected: bytes.subarray(saltEnd),
      });
    },
  }),
];
