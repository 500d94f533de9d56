import { describe, expect, it } from "vitest";
import {
  DUMPED,
  dataOf,
  expected,
  notesOf,
  original,
  readSource,
  schemesOf,
  tellings,
  usersOf,
  userWithId,
} from "../helpers/import-source.js";

// Databases and exports of other systems, as they wrote them, person by person.

interface People<P> {
  readonly users: readonly (P & { readonly password: string | null; readonly scheme: string | null })[];
}

for (const [folder, files] of [
  ["django", ["db.sqlite3", "postgres.sql", "postgres-copy.sql"]],
  ["django-3.2", ["db.sqlite3", "postgres.sql"]],
] as const)
  describe(folder, () => {
    interface Person {
      readonly id: number;
      readonly username: string;
      readonly email: string;
      readonly first_name: string;
      readonly last_name: string;
      readonly is_active: boolean;
      readonly is_staff: boolean;
      readonly is_superuser: boolean;
      readonly date_joined: string;
      readonly last_login: string | null;
      readonly groups?: readonly string[];
    }
    const { users } = expected<People<Person>>(`${folder}/expected.json`);
    const when = (text: string | null) =>
      text === null ? null : Date.parse(text.replace(/(\.\d{3})\d*/, "$1"));

    for (const file of files)
      it(`gives everybody of ${file}, whatever the order of its columns`, async () => {
        const items = await readSource("django", [original(`${folder}/${file}`)]);
        expect(usersOf(items).length).toBe(users.length);
        for (const person of users) {
          const user = userWithId(items, String(person.id));
          expect(user.username).toBe(person.username);
          expect(user.email).toBe(person.email === "" ? null : person.email);
          expect(user.active).toBe(person.is_active);
          expect(user.superuser).toBe(person.is_superuser);
          expect(user.createdAt).toBe(when(person.date_joined));
          expect(user.lastSignInAt).toBe(when(person.last_login));
          expect([...user.roles].sort()).toEqual([...(person.groups ?? [])].sort());
          const { first_name, last_name, is_staff } = person;
          expect(dataOf(user)).toEqual({ first_name, last_name, is_staff });
          if (person.password === null) expect(user.passwords).toEqual([]);
          else expect(schemesOf(user)[0]).toMatch(new RegExp(`^django_(?:${djangoName(person.scheme)})`));
        }
      });

    it("makes administrators of staff who may change users, and of nobody else", async () => {
      const items = await readSource("django", [original(`${folder}/${files[0]}`)]);
      for (const person of users)
        expect(userWithId(items, String(person.id)).admin).toBe(person.is_staff && person.is_superuser);
    });
  });

function djangoName(scheme: string | null): string {
  return (scheme ?? "none").replace(/ .*/, "");
}

describe("Better Auth", () => {
  interface Copy {
    readonly id: string;
    readonly created_at: string;
    readonly ban_expires: string | null;
    readonly totp_secret_base32?: string;
    readonly backup_codes?: readonly string[];
  }
  interface Person {
    readonly email: string;
    readonly username: string | null;
    readonly name: string;
    readonly email_verified: boolean;
    readonly role: string;
    readonly banned: boolean;
    readonly ban_reason: string | null;
    readonly two_factor: boolean;
    readonly in_sqlite: Copy;
    readonly in_postgres: Copy;
  }
  const told = expected<People<Person> & { readonly secret: string }>("better-auth/expected.json");
  const FILES = [
    ["auth.sqlite", "in_sqlite"],
    ["postgres.sql", "in_postgres"],
  ] as const;

  for (const [file, copy] of FILES)
    it(`gives everybody of ${file}, with their second factors opened`, async () => {
      const items = await readSource("better-auth", [original(`better-auth/${file}`)], {
        answers: { secret: told.secret },
      });
      expect(usersOf(items).length).toBe(told.users.length);
      for (const person of told.users) {
        const here = person[copy];
        const user = userWithId(items, here.id);
        expect(user.username).toBe(person.username);
        expect(user.email).toBe(person.email);
        expect(user.emailVerified).toBe(person.email_verified);
        expect(user.roles).toEqual(person.role.split(","));
        expect(user.admin).toBe(person.role.split(",").includes("admin"));
        expect(user.createdAt).toBe(Date.parse(here.created_at));
        expect(schemesOf(user)).toEqual(person.password === null ? [] : ["better_auth_scrypt"]);
        expect(dataOf(user)).toEqual({ name: person.name });
        if (person.banned)
          expect(user.blocked).toMatchObject({
            reason: person.ban_reason,
            until: here.ban_expires === null ? null : Date.parse(here.ban_expires),
          });
        else expect(user.blocked).toBeNull();
        expect(user.factors.map(({ value }) => value)).toEqual(
          person.two_factor
            ? [
                { kind: "totp", secret: here.totp_secret_base32, digits: 6, period: 30, algorithm: "SHA1" },
                { kind: "codes", codes: here.backup_codes },
              ]
            : [],
        );
      }
    });

  it("keeps second factors sealed where the secret is missing or another, and says so", async () => {
    for (const answers of [{}, { secret: "another secret altogether, 32 long" }]) {
      const items = await readSource("better-auth", [original("better-auth/auth.sqlite")], { answers });
      const sealed = usersOf(items).filter(({ factors }) => factors.length > 0);
      expect(sealed.length).toBe(told.users.filter(({ two_factor }) => two_factor).length);
      for (const user of sealed) {
        expect(user.factors.map(({ value }) => value.kind)).toEqual(["sealed", "sealed"]);
        expect(notesOf(user)).toContain("need-missing");
      }
    }
  });

  it("gives live sessions where they are wanted", async () => {
    const asked = { keepSessions: true, now: DUMPED };
    const items = await readSource("better-auth", [original("better-auth/postgres.sql")], asked);
    const agnes = userWithId(items, told.users[0]?.in_postgres.id ?? "");
    expect(agnes.sessions[0]).toEqual({
      token: "RFuvAI2DMn3I4t9ORmQPLk4GPrqbnqWp",
      createdAt: Date.parse("2026-11-22T09:02:09.178Z"),
      expiresAt: Date.parse("2026-11-29T09:02:09.178Z"),
      ip: "203.0.113.1",
      userAgent: "originals/1",
    });
    const later = { keepSessions: true, now: Date.parse("2026-12-01T00:00:00Z") };
    const over = await readSource("better-auth", [original("better-auth/postgres.sql")], later);
    expect(usersOf(over).flatMap(({ sessions }) => sessions)).toEqual([]);
  });
});

for (const folder of ["wordpress-6.1", "wordpress-6.8"])
  it(`${folder}: everybody with the roles that PHP wrote`, async () => {
    interface Person {
      readonly id: number;
      readonly username: string;
      readonly email: string;
      readonly display_name: string;
      readonly first_name: string;
      readonly last_name: string;
      readonly nicename: string;
      readonly roles: readonly string[];
      readonly registered: string;
      readonly reset_pending: boolean;
    }
    const { users } = expected<People<Person>>(`${folder}/expected.json`);
    const items = await readSource("wordpress", [original(`${folder}/wp_users.sql`)]);
    expect(usersOf(items).length).toBe(users.length);
    const schemes: Readonly<Record<string, string>> = {
      "wp-bcrypt": "wordpress_68",
      phpass: "wordpress_phpass",
      bcrypt: "wordpress_phpass",
      md5: "wordpress_md5",
    };
    for (const person of users) {
      const user = userWithId(items, String(person.id));
      expect(user.username).toBe(person.username);
      expect(user.email).toBe(person.email === "" ? null : person.email);
      expect([...user.roles].sort()).toEqual([...person.roles].sort());
      expect(user.admin).toBe(person.roles.includes("administrator"));
      expect(schemesOf(user)).toEqual([schemes[person.scheme ?? ""]]);
      const at = Date.parse(`${person.registered.replace(" ", "T")}Z`);
      expect(user.createdAt).toBe(Number.isNaN(at) ? null : at);
      expect(notesOf(user).includes("code-left")).toBe(person.reset_pending);
      const { display_name, nicename, first_name, last_name } = person;
      expect(dataOf(user)).toMatchObject({
        display_name,
        user_nicename: nicename,
        usermeta: { first_name, last_name },
      });
      expect(JSON.stringify(dataOf(user))).not.toMatch(/user_activation_key|session_tokens/);
    }
  });

describe("Keycloak", () => {
  interface Person {
    readonly id: string;
    readonly username: string;
    readonly email: string;
    readonly first_name: string;
    readonly last_name: string;
    readonly enabled: boolean;
    readonly email_verified: boolean;
    readonly required_actions: readonly string[];
    readonly created_ms: number;
    readonly attributes: object;
    readonly groups: readonly string[];
    readonly roles: readonly string[];
    readonly totp_secret_base32?: string;
  }
  const { users } = expected<People<Person>>("keycloak/expected.json");

  for (const form of ["realm-export.json", "dir"])
    it(`gives everybody of ${form}`, async () => {
      const items = await readSource("keycloak", [original(`keycloak/${form}`)]);
      expect(usersOf(items).length).toBe(users.length);
      for (const person of users) {
        const user = userWithId(items, person.id);
        expect(user.username).toBe(person.username);
        expect(user.email).toBe(person.email);
        expect(user.emailVerified).toBe(person.email_verified);
        expect(user.active).toBe(person.enabled);
        expect(user.roles).toEqual(person.roles);
        expect(user.createdAt).toBe(person.created_ms);
        const some = <T>(name: string, list: readonly T[]) => (list.length === 0 ? {} : { [name]: list });
        expect(dataOf(user)).toEqual({
          firstName: person.first_name,
          lastName: person.last_name,
          attributes: person.attributes,
          ...some("groups", person.groups),
          ...some("requiredActions", person.required_actions),
        });
        const scheme = (person.scheme ?? "").replace(/-(?:t3|27500)$/, "").replace("-", "_");
        expect(schemesOf(user)).toEqual(person.password === null ? [] : [`keycloak_${scheme}`]);
        const secrets = user.factors.map(({ value }) => (value.kind === "totp" ? value.secret : value.kind));
        expect(secrets).toEqual(person.totp_secret_base32 === undefined ? [] : [person.totp_secret_base32]);
      }
    });
});

describe("Devise", () => {
  interface Person {
    readonly id: number;
    readonly email: string;
    readonly confirmed: boolean;
    readonly locked: boolean;
    readonly sign_in_count: number;
  }
  const { users, pepper } = expected<People<Person> & { readonly pepper: string }>("devise/expected.json");
  const file = [original("devise/users.sqlite3")];

  it("gives everybody, the locked ones blocked", async () => {
    const items = await readSource("devise", file, { answers: { pepper } });
    expect(usersOf(items).length).toBe(users.length);
    for (const person of users) {
      const user = userWithId(items, String(person.id));
      expect(user.email).toBe(person.email);
      expect(user.emailVerified).toBe(person.confirmed);
      expect(user.blocked !== null).toBe(person.locked);
      expect(dataOf(user)).toEqual({ sign_in_count: person.sign_in_count });
      if (person.password === null) expect(user.passwords).toEqual([]);
      else expect(user.passwords).toMatchObject([{ scheme: "devise_bcrypt", context: { pepper } }]);
      expect(notesOf(user)).not.toContain("need-missing");
    }
  });

  it("asks for the pepper, and takes an empty one for none", async () => {
    const asked = await readSource("devise", file);
    expect(usersOf(asked).filter((user) => notesOf(user).includes("need-missing")).length).toBe(
      users.filter(({ password }) => password !== null).length,
    );
    const none = await readSource("devise", file, { answers: { pepper: "" } });
    expect(schemesOf(userWithId(none, "1"))).toEqual(["bcrypt"]);
    expect(notesOf(userWithId(none, "1"))).toEqual([]);
  });

  it("opens a lock again by itself where Devise would have", async () => {
    const locked = users.find((person) => person.locked);
    const soon = await readSource("devise", file, { answers: { pepper, "unlock-in": "3600" } });
    expect(userWithId(soon, String(locked?.id)).blocked).toBeNull();
    const late = await readSource("devise", file, { answers: { pepper, "unlock-in": "999999999" } });
    const since = Date.parse("2025-02-03T04:05:06Z");
    expect(userWithId(late, String(locked?.id)).blocked).toMatchObject({
      since,
      until: since + 999_999_999_000,
    });
  });
});

it("Flask-Security: everybody with roles, and the salt that their hashes need", async () => {
  interface Person {
    readonly id: number;
    readonly email: string;
    readonly username: string | null;
    readonly active: boolean;
    readonly confirmed: boolean;
    readonly roles: readonly string[];
    readonly fs_uniquifier: string;
  }
  const told = expected<People<Person> & { readonly security_password_salt: string }>(
    "flask-security/expected.json",
  );
  const salt = told.security_password_salt;
  const items = await readSource("flask-security", [original("flask-security/app.sqlite")], {
    answers: { salt },
  });
  expect(usersOf(items).length).toBe(told.users.length);
  for (const person of told.users) {
    const user = userWithId(items, String(person.id));
    expect(user.email).toBe(person.email);
    expect(user.username).toBe(person.username);
    expect(user.active).toBe(person.active);
    expect(user.emailVerified).toBe(person.confirmed);
    expect(user.roles).toEqual(person.roles);
    expect(dataOf(user)).toMatchObject({ fs_uniquifier: person.fs_uniquifier });
    if (person.password === null) expect(user.passwords).toEqual([]);
    else expect(user.passwords).toMatchObject([{ scheme: "flask_security", context: { pepper: salt } }]);
  }
  const without = await readSource("flask-security", [original("flask-security/app.sqlite")]);
  expect(notesOf(userWithId(without, "1"))).toContain("need-missing");
});

it("Werkzeug: everybody of Flask's tutorial, and one password in clear", async () => {
  const { users } = expected<People<{ readonly id: number; readonly username: string }>>(
    "flask-werkzeug/expected.json",
  );
  const items = await readSource("werkzeug", [original("flask-werkzeug/flaskr.sqlite")]);
  expect(usersOf(items).length).toBe(users.length);
  for (const person of users) {
    const user = userWithId(items, String(person.id));
    expect(user.username).toBe(person.username);
    expect(user.email).toBeNull();
    if (person.scheme === "plain") expect(user.passwords).toEqual([{ kind: "clear", text: person.password }]);
    else expect(schemesOf(user)).toEqual(["werkzeug"]);
  }
});

it("FastAPI Users: everybody with their flags", async () => {
  interface Person {
    readonly id: string;
    readonly email: string;
    readonly is_active: boolean;
    readonly is_superuser: boolean;
    readonly is_verified: boolean;
  }
  const { users } = expected<People<Person>>("fastapi-users/expected.json");
  const items = await readSource("fastapi-users", [original("fastapi-users/users.sqlite")]);
  expect(usersOf(items).length).toBe(users.length);
  for (const person of users) {
    const user = userWithId(items, person.id);
    expect(user.email).toBe(person.email);
    expect(user).toMatchObject({
      active: person.is_active,
      superuser: person.is_superuser,
      emailVerified: person.is_verified,
      data: new Map(),
    });
    expect(schemesOf(user)).toEqual([person.scheme === "argon2id" ? "argon2" : "bcrypt"]);
  }
});

for (const files of [["users.csv", "authorities.csv"], ["h2-script.sql"]])
  it(`Spring Security: everybody of ${files.join(" and ")}`, async () => {
    interface Person {
      readonly username: string;
      readonly enabled: boolean;
      readonly authorities: readonly string[];
    }
    const { users } = expected<People<Person>>("spring-security/expected.json");
    const paths = files.map((file) => original(`spring-security/${file}`));
    const items = await readSource("spring-security", paths);
    expect(usersOf(items).length).toBe(users.length);
    for (const person of users) {
      const user = userWithId(items, person.username);
      expect(user.username).toBe(person.username);
      expect(user.active).toBe(person.enabled);
      expect(user.admin).toBe(false);
      expect([...user.roles].sort()).toEqual([...person.authorities].sort());
      const [password] = user.passwords;
      if (person.scheme === "{noop}") expect(password).toEqual({ kind: "clear", text: person.password });
      else
        expect(password).toMatchObject({ kind: "hash", hash: expect.stringContaining(person.scheme ?? "") });
    }
  });

for (const file of ["slapcat.ldif", "ldapsearch.ldif"])
  it(`OpenLDAP: everybody of ${file}, several passwords included`, async () => {
    interface Person {
      readonly dn: string;
      readonly username: string;
      readonly emails: readonly string[];
      readonly schemes: readonly string[];
      readonly first_name: string | null;
      readonly last_name: string;
      readonly locked: boolean;
    }
    const { users } = expected<People<Person>>("openldap/expected.json");
    const items = await readSource("ldif", [original(`openldap/${file}`)]);
    expect(usersOf(items).length).toBe(users.length);
    for (const person of users) {
      // slapcat writes the plus in hexadecimal.
      const [user] = usersOf(items).filter(({ username }) => username === person.username);
      if (user === undefined) throw new Error(`${person.username} is not there`);
      const [first = null, ...more] = person.emails;
      expect(user.email).toBe(first);
      const data = dataOf(user);
      expect(data.mail).toEqual(more.length === 0 ? undefined : person.emails);
      expect(data.givenName ?? null).toBe(person.first_name);
      expect(data.sn).toBe(person.last_name);
      // Only slapcat knows who is locked.
      expect(user.blocked !== null).toBe(person.locked && file === "slapcat.ldif");
      expect(
        user.passwords.map((password) =>
          password.kind === "hash"
            ? password.hash.replace(/\}.*/, "}")
            : password.kind === "clear"
              ? "cleartext"
              : "?",
        ),
      ).toEqual(person.schemes);
      expect(JSON.stringify(data)).not.toContain("userPassword");
    }
    if (file === "slapcat.ldif")
      expect(
        usersOf(items)
          .filter(({ roles }) => roles.includes("editors"))
          .map(({ username }) => username),
      ).toEqual(["agnes.holm", "chen_li", "EvaQ"]);
  });

it("htpasswd: everybody, by the form of their hashes", async () => {
  const { users } = expected<People<{ readonly username: string }>>("htpasswd/expected.json");
  const items = await readSource("htpasswd", [original("htpasswd/users.htpasswd")]);
  const schemes: Readonly<Record<string, string>> = {
    bcrypt: "bcrypt",
    apr1: "apr_md5_crypt",
    sha1: "ldap_sha1",
    "sha512-crypt": "sha512_crypt",
    "sha256-crypt": "sha256_crypt",
    "des-crypt": "des_crypt",
  };
  expect(usersOf(items).map((user) => [user.username, schemesOf(user)])).toEqual(
    users.map(({ username, scheme }) => [username, [schemes[scheme ?? ""]]]),
  );
});

it("shadow: people and not the system's accounts; who is locked keeps the hash", async () => {
  interface Person {
    readonly username: string;
    readonly name: string;
    readonly uid: number;
    readonly locked: boolean;
    readonly expires: string | null;
  }
  const { users } = expected<People<Person>>("shadow/expected.json");
  const items = await readSource("shadow", [original("shadow/shadow"), original("shadow/passwd")]);
  expect(usersOf(items).length).toBe(users.length);
  const schemes: Readonly<Record<string, string>> = {
    yescrypt: "yescrypt",
    "gost-yescrypt": "gost_yescrypt",
    scrypt: "xcrypt_scrypt_7",
    bcrypt: "bcrypt",
    "bcrypt-a": "bcrypt",
    sha512crypt: "sha512_crypt",
    sha256crypt: "sha256_crypt",
    sunmd5: "sunmd5",
    md5crypt: "md5_crypt",
    bsdicrypt: "bsdi_crypt",
    descrypt: "des_crypt",
    nt: "nt",
  };
  for (const person of users) {
    const user = userWithId(items, person.username);
    expect(user.active).toBe(!person.locked);
    expect(schemesOf(user)).toEqual(person.scheme === null ? [] : [schemes[person.scheme]]);
    expect(dataOf(user)).toMatchObject({ name: person.name, uid: person.uid });
    expect(notesOf(user).includes("account-expires")).toBe(person.expires !== null);
  }
  expect(tellings(items, "account-left").length).toBe(2);
  const late = { now: Date.parse("2031-05-05T00:00:00Z") };
  const later = await readSource("shadow", [original("shadow/shadow"), original("shadow/passwd")], late);
  expect(usersOf(later).filter(({ active }) => !active).length).toBe(
    users.filter(({ locked }) => locked).length + 1,
  );
});

for (const file of ["pg_dumpall-roles.sql", "pg_authid.csv"])
  it(`PostgreSQL roles: everybody of ${file}`, async () => {
    interface Person {
      readonly username: string;
      readonly can_login: boolean;
      readonly valid_until: string | null;
    }
    const { users } = expected<People<Person>>("postgresql-roles/expected.json");
    const items = await readSource("postgresql-roles", [original(`postgresql-roles/${file}`)]);
    expect(usersOf(items).length).toBe(users.length);
    for (const person of users) {
      const user = userWithId(items, person.username);
      expect(user.active).toBe(person.can_login);
      expect(user.superuser).toBe(false);
      const context = person.scheme === "md5" ? { context: { user: person.username } } : {};
      const scheme = person.scheme === "md5" ? "postgres_md5" : "postgres_scram_sha_256";
      expect(user.passwords).toMatchObject(person.scheme === null ? [] : [{ scheme, ...context }]);
      expect(notesOf(user).includes("account-expires")).toBe(person.valid_until !== null);
      expect(dataOf(user)).toMatchObject({ rolsuper: false, rolconnlimit: -1 });
    }
    const late = { now: Date.parse("2030-02-01T00:00:00Z") };
    const later = await readSource("postgresql-roles", [original(`postgresql-roles/${file}`)], late);
    for (const person of users.filter(({ valid_until }) => valid_until !== null))
      expect(userWithId(later, person.username).passwords).toEqual([]);
  });

for (const file of ["global_priv.sql", "system-users.sql", "mysql-user.tsv"])
  it(`MariaDB: everybody of ${file}`, async () => {
    interface Person {
      readonly username: string;
      readonly host: string;
      readonly locked: boolean;
      readonly password_expired?: boolean;
    }
    const { users } = expected<People<Person>>("mariadb-users/expected.json");
    const items = await readSource("mariadb-users", [original(`mariadb-users/${file}`)]);
    expect(usersOf(items).length).toBe(users.length);
    const schemes: Readonly<Record<string, string>> = {
      mysql_native_password: "mysql41",
      mysql_old_password: "mysql323",
      ed25519: "mariadb_ed25519",
    };
    const tellsLocks = file !== "mysql-user.tsv";
    for (const person of users) {
      const user = userWithId(items, `${person.username}@${person.host}`);
      expect(user.username).toBe(person.username);
      expect(user.active).toBe(!(person.locked && tellsLocks));
      expect(schemesOf(user)).toEqual(person.scheme === "none" ? [] : [schemes[person.scheme ?? ""]]);
      const expired = person.password_expired === true ? { password_expired: true } : {};
      expect(dataOf(user)).toEqual({ host: person.host, ...expired });
    }
    expect(tellings(items, "value-unclear").length).toBe(tellsLocks ? 0 : 1);
  });
