import { hmacOf } from "./digests.js";
import type { PasswordFormat } from "./format.js";
import { layeredFormat } from "./layered.js";
import { changed } from "./text.js";

/**
 * Flask-Security hashes a digest of the password that is keyed with the application's SECURITY_PASSWORD_SALT, unless it
 * was told not to; the stored text shows neither. Both are tried, the digest first.
 */
export function flaskSecurityFormats(inner: readonly PasswordFormat[]): readonly PasswordFormat[] {
  return [
    layeredFormat({
      name: "flask_security",
      title: "Argon2, bcrypt, PBKDF2 or SHA-crypt over a keyed digest of the password, of Flask-Security",
      sources: ["flask-security"],
      shape: /^\$[^\s]{12,400}$/,
      detectable: false,
      accepts: ["pepper"],
      strength: "strong",
      flags: ["truncates"],
      inner,
      unwrap: (hash) => hash,
      before(password, { pepper }) {
        const normal = changed(password, (text) => text.normalize("NFKD"));
        if (normal === null) return [password];
        if (pepper === undefined) return [normal];
        return [Buffer.from(hmacOf("sha512", pepper, normal).toString("base64")), normal];
      },
    }),
  ];
}
