import type { Tables } from "../readers/rows.js";
import type { ImportedPassword, ImportSource, SourceItem, SourceOptions } from "../source.js";
import { person, readable } from "./person.js";
import { Reading } from "./reading.js";
import { cryptScheme, isLocked, ldapPassword, unknown } from "./schemes.js";

const APR1 = /^\$apr1\$[^$]{0,8}\$[./A-Za-z0-9]{22}$/;

/** Apache's and nginx' password files. */
export const htpasswd: ImportSource = {
  name: "htpasswd",
  title: "Apache and nginx password file",
  reads: ["htpasswd"],
  takes: "the file that htpasswd writes: one name:hash a line",
  needs: [],
  async *read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
    yield* readable(input.rows(["htpasswd"]), (row) => {
      const reading = new Reading(row, options);
      const name = reading.text("name") ?? "";
      const passwords = passwordsOf(reading.text("hash") ?? "");
      return person(reading, {
        origin: { system: "htpasswd", id: name },
        username: name,
        email: null,
        passwords,
        data: reading.rest(false),
      });
    });
  },
};

function passwordsOf(stored: string): readonly ImportedPassword[] {
  if (isLocked(stored)) return [];
  if (APR1.test(stored)) return [{ kind: "hash", scheme: "apr_md5_crypt", hash: stored }];
  const scheme = cryptScheme(stored);
  if (scheme !== null) return [{ kind: "hash", scheme, hash: stored }];
  // nginx takes a few of LDAP's names in braces; only what it marks as plain is the password itself.
  const [, plain] = /^\{PLAIN\}([\s\S]*)$/.exec(stored) ?? [];
  if (plain !== undefined) return [{ kind: "clear", text: plain }];
  const password = stored.startsWith("{") ? ldapPassword(stored) : null;
  return [password ?? unknown(stored, "it is no hash that Apache takes; on Unix it takes no plain text.")];
}
