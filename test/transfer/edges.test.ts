import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Asked,
  dataOf,
  notesOf,
  readSource,
  schemesOf,
  tellings,
  usersOf,
  userWithId,
} from "../helpers/import-source.js";

// What the databases at hand have no example of, and others will.

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "watchword-edges-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(from: string, files: Readonly<Record<string, string>>, asked: Asked = {}) {
  const paths: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    paths.push(path);
  }
  return readSource(from, paths, asked);
}

const BCRYPT = "$2a$10$PZlbUpHNt1f3kZTCKCC0POGXnSpxhM9PLrjCkGJwBGS3nIq4GfdyK";
const json = (value: unknown) => JSON.stringify(value);
const lines = (...values: unknown[]) => values.map(json).join("\n");

describe("numbers", () => {
  const IDS = [
    ["1", 1],
    ["9007199254740991", 2 ** 53 - 1],
    ["9007199254740992", null],
    ["9223372036854775807", null],
    ["-9223372036854775808", null],
    ["0", null],
    ["-5", null],
    ["'017'", null],
    ["'1.0'", null],
    ["'0x10'", null],
    ["'1e3'", null],
    ["' 7'", null],
    ["'7\n'", null],
    ["'\u0667'", null],
    ["''", null],
    ["'ada'", null],
  ] as const;
  const rows = (table: string, row: (id: string, at: number) => string) =>
    IDS.map(([id], at) => `INSERT INTO ${table} VALUES (${row(id, at)});`).join("\n");
  const DUMPS = {
    pgusers: `CREATE TABLE users (userid text, username text, email text, salt text, kpasswd text, admin boolean, extra_data bytea);
${rows("users", (id, at) => `${id}, 'user${at}', 'u${at}@example.org', NULL, NULL, false, NULL`)}`,
    piccolo: `CREATE TABLE piccolo_user (id text, username text, password text, email text, active boolean, admin boolean, superuser boolean);
${rows("piccolo_user", (id, at) => `${id}, 'user${at}', '', '', true, false, false`)}`,
  };
  for (const [from, dump] of Object.entries(DUMPS))
    it(`of ${from} are ids from 1 to 2^53 - 1; whoever has another id comes without one, and it is told`, async () => {
      const users = usersOf(await read(from, { "dump.sql": dump }));
      expect(users.map(({ number }) => number)).toEqual(IDS.map(([, number]) => number));
      expect(users.map(({ origin }) => origin.id)).toEqual(IDS.map(([id]) => id.replace(/^'|'$/g, "")));
      for (const user of users) expect(notesOf(user).includes("value-unclear")).toBe(user.number === null);
    });
});

describe("Django", () => {
  const tables = `
CREATE TABLE auth_user (id int, password text, is_superuser boolean, username text, email text, is_staff boolean, is_active boolean);
CREATE TABLE auth_permission (id int, name text, content_type_id int, codename text);
CREATE TABLE auth_group (id int, name text);
CREATE TABLE auth_group_permissions (id int, group_id int, permission_id int);
CREATE TABLE auth_user_groups (id int, user_id int, group_id int);
CREATE TABLE auth_user_user_permissions (id int, user_id int, permission_id int);
INSERT INTO auth_permission VALUES (4, 'Can change user', 2, 'change_user'), (5, 'Can view user', 2, 'view_user');
INSERT INTO auth_group VALUES (1, 'staff'), (2, 'readers');
INSERT INTO auth_group_permissions VALUES (1, 1, 4), (2, 2, 5);`;
  const user = (id: number, staff: boolean) =>
    `INSERT INTO auth_user VALUES (${id}, '!', false, 'u${id}', '', ${staff}, true);`;

  it("staff with the right to change users, by a group or their own, are administrators", async () => {
    const items = await read("django", {
      "django.sql": `${tables}
${[1, 2, 3, 4].map((id) => user(id, true)).join("\n")}
${user(5, false)}
INSERT INTO auth_user_groups VALUES (1, 1, 1), (2, 3, 2), (3, 5, 1);
INSERT INTO auth_user_user_permissions VALUES (1, 2, 4), (2, 4, 5);`,
    });
    expect(usersOf(items).map(({ origin, admin }) => [origin.id, admin])).toEqual([
      ["1", true],
      ["2", true],
      ["3", false],
      ["4", false],
      ["5", false],
    ]);
    expect(userWithId(items, "5").roles).toEqual(["staff"]);
  });

  it("a user model of one's own, with a hash of nobody's", async () => {
    const items = await read(
      "django",
      {
        "django.sql": `
CREATE TABLE shop_customer (id int, password text, is_active boolean, email text, town text);
CREATE TABLE shop_customer_groups (id int, customer_id int, group_id int);
CREATE TABLE auth_group (id int, name text);
INSERT INTO shop_customer VALUES (1, 'rot13$unsafe', true, 'a@example.org', 'Oslo'), (2, '${BCRYPT}', false, 'b@example.org', '');
INSERT INTO shop_customer_groups VALUES (1, 2, 9);
INSERT INTO auth_group VALUES (9, 'gold');`,
      },
      { table: "shop_customer" },
    );
    expect(schemesOf(userWithId(items, "1"))).toEqual(["unknown"]);
    expect(dataOf(userWithId(items, "1"))).toMatchObject({ town: "Oslo" });
    // Bare bcrypt is what Django itself never writes nor takes.
    expect(schemesOf(userWithId(items, "2"))).toEqual(["unknown"]);
    expect(userWithId(items, "2")).toMatchObject({ active: false, roles: ["gold"] });
  });
});

describe("LDAP", () => {
  it("finds groups by members, however their names are written", async () => {
    const items = await read("ldif", {
      "people.ldif": `
dn: uid=ada\\2Blovelace, ou=People,dc=Example,dc=org
objectClass: inetOrgPerson
uid: ada+lovelace
userPassword: {SSHA}bm90IHJlYWxseSBhIGhhc2gsIGJ1dA==

dn: cn=Engineers,ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: Engineers
member: UID=ada\\+lovelace,ou=people,dc=example,dc=org

dn: cn=unix,ou=groups,dc=example,dc=org
objectClass: posixGroup
cn: unix
memberUid: ada+lovelace
`,
    });
    expect(usersOf(items).map(({ username, roles }) => [username, roles])).toEqual([
      ["ada+lovelace", ["Engineers", "unix"]],
    ]);
  });

  it("reads what userPassword says: locked, in clear, elsewhere, unknown; and who is switched off", async () => {
    const entry = (uid: string, ...more: readonly string[]) =>
      ["", `dn: uid=${uid},dc=org`, "objectClass: person", `uid: ${uid}`, ...more, ""].join("\n");
    const items = await read("ldif", {
      "people.ldif": [
        entry("locked", "userPassword: {CRYPT}!$1$abc$JBSWY3DPEHPK3PXP123456"),
        entry("clear", "userPassword: {CLEARTEXT}hunter2"),
        entry("sasl", "userPassword: {SASL}sasl@EXAMPLE.ORG"),
        entry("strange", "userPassword: {ROT13}uhagre2"),
        entry("crypt", "userPassword: {crypt}$1$abcdefgh$0123456789./ABCDEFGHIJ"),
        entry("hex", "userPassword: {md5}5f4dcc3b5aa765d61d8327deb882cf99"),
        entry("off389", "nsAccountLock: true"),
        entry("offad", "userAccountControl: 514"),
        entry("onad", "userAccountControl: 512"),
        entry("later", "pwdAccountLockedTime: 20240501100000Z"),
        entry("photo", "jpegPhoto:< file:///tmp/photo.jpg"),
        "\ndn: uid=gone,dc=org\nchangetype: delete\n",
        "\ndn: cn=pc1,dc=org\nobjectClass: user\nobjectClass: computer\ncn: pc1\n",
      ].join("\n"),
    });
    const of = (uid: string) => userWithId(items, `uid=${uid},dc=org`);
    expect(of("locked").passwords).toEqual([]);
    expect(of("clear").passwords).toEqual([{ kind: "clear", text: "hunter2" }]);
    expect(schemesOf(of("sasl"))).toEqual(["unknown"]);
    expect(schemesOf(of("strange"))).toEqual(["unknown"]);
    expect(schemesOf(of("crypt"))).toEqual(["ldap_md5_crypt"]);
    expect(of("hex").passwords).toMatchObject([
      { scheme: "ldap_hex_md5", hash: "{MD5}5f4dcc3b5aa765d61d8327deb882cf99" },
    ]);
    expect(
      usersOf(items)
        .filter(({ active }) => !active)
        .map(({ username }) => username),
    ).toEqual(["off389", "offad"]);
    expect(of("later").blocked).toMatchObject({ since: Date.parse("2024-05-01T10:00:00Z"), until: null });
    expect(notesOf(of("photo"))).toContain("value-unclear");
    expect(tellings(items, "account-left").length).toBe(1);
    expect(usersOf(items).length).toBe(11);
  });
});

describe("WordPress", () => {
  const users =
    "INSERT INTO `x_users` (`ID`, `user_login`, `user_pass`, `user_email`, `user_registered`, `spam`, `deleted`) VALUES";
  const meta = "INSERT INTO `x_usermeta` (`umeta_id`, `user_id`, `meta_key`, `meta_value`) VALUES";

  it("never makes an object of PHP, keeps rights taken away, and many rows of one name", async () => {
    const object = 'O:8:"Evil\\\\Run":1:{s:3:"cmd";s:2:"id";}';
    const items = await read("wordpress", {
      "wp.sql": `-- MySQL dump
${users} (1,'ada','5F4DCC3B5AA765D61D8327DEB882CF99','ada@example.org','2020-01-01 00:00:00',1,0),(2,'bob','not a hash','','2020-01-01 00:00:00',0,1);
${meta} (1,1,'x_capabilities','a:2:{s:6:"editor";b:1;s:12:"delete_posts";b:0;}'),(2,1,'note','${object}'),(3,1,'colour','red'),(4,1,'colour','blue'),(5,1,'session_tokens','a:1:{s:2:"ab";a:0:{}}'),(6,2,'x_capabilities','${object}'),(7,1,'_two_factor_totp_key','JBSWY3DPEHPK3PXP'),(8,9,'colour','green');
`,
    });
    const ada = userWithId(items, "1");
    expect(ada).toMatchObject({ roles: ["editor"], admin: false, blocked: { until: null } });
    // WordPress compares its MD5 in lower case, so nobody signs in with this.
    expect(schemesOf(ada)).toEqual(["unknown"]);
    expect(ada.factors[0]?.value).toMatchObject({ kind: "totp", secret: "JBSWY3DPEHPK3PXP" });
    expect(dataOf(ada).usermeta).toEqual({
      x_capabilities: { editor: true, delete_posts: false },
      note: 'O:8:"Evil\\Run":1:{s:3:"cmd";s:2:"id";}',
      colour: ["red", "blue"],
    });
    expect(notesOf(ada)).toEqual(
      expect.arrayContaining(["value-kept-raw", "sessions-left", "second-factor"]),
    );
    const bob = userWithId(items, "2");
    expect(bob).toMatchObject({ active: false, roles: [], email: null });
    expect(schemesOf(bob)).toEqual(["unknown"]);
    expect(tellings(items, "orphan").length).toBe(1);
  });
});

describe("Keycloak", () => {
  const password = (type: object) => ({ type: "password", ...type });
  const user = (id: string, more: object) => ({ id, username: id, enabled: true, ...more });

  it("reads older and stranger credentials, and leaves programs behind", async () => {
    const items = await read("keycloak", {
      "realm.json": json({
        realm: "r",
        users: [
          user("old", {
            credentials: [
              password({
                hashedSaltedValue: "YWJj",
                salt: "c2FsdA==",
                hashIterations: 20000,
                algorithm: "pbkdf2-sha256",
              }),
            ],
          }),
          user("own", {
            credentials: [
              password({ credentialData: '{"algorithm":"bcrypt"}', secretData: '{"value":"x"}' }),
            ],
          }),
          user("fresh", {
            credentials: [password({ value: "secret", temporary: true })],
            requiredActions: ["UPDATE_PASSWORD"],
          }),
          user("hotp", {
            credentials: [
              {
                type: "otp",
                credentialData: '{"subType":"hotp","digits":6,"algorithm":"HmacSHA1"}',
                secretData: '{"value":"abc"}',
              },
              {
                type: "otp",
                userLabel: "b32",
                credentialData:
                  '{"subType":"totp","digits":8,"period":60,"algorithm":"HmacSHA256","secretEncoding":"BASE32"}',
                secretData: '{"value":"JBSWY3DPEHPK3PXP"}',
              },
              {
                type: "recovery-authn-codes",
                credentialData: '{"algorithm":"RS512"}',
                secretData:
                  '{"codes":[{"number":1,"encodedHashedValue":"aa"},{"number":2,"encodedHashedValue":"bb"}]}',
              },
            ],
          }),
          user("service-account-shop", { serviceAccountClientId: "shop" }),
          user("locale", { attributes: { locale: ["nb"] }, federationLink: "ldap1" }),
        ],
      }),
    });
    const [old] = userWithId(items, "old").passwords;
    expect(old).toMatchObject({ scheme: "keycloak_pbkdf2_sha256" });
    const parts = JSON.parse(old?.kind === "hash" ? old.hash : "{}");
    expect(JSON.parse(parts.secretData)).toMatchObject({ value: "YWJj", salt: "c2FsdA==" });
    expect(JSON.parse(parts.credentialData)).toMatchObject({ hashIterations: 20000 });
    expect(schemesOf(userWithId(items, "own"))).toEqual(["unknown"]);
    expect(userWithId(items, "fresh").passwords).toEqual([{ kind: "clear", text: "secret" }]);
    expect(userWithId(items, "hotp").factors.map(({ value }) => value)).toMatchObject([
      { kind: "other" },
      { kind: "totp", secret: "JBSWY3DPEHPK3PXP", digits: 8, period: 60, algorithm: "SHA256" },
      { kind: "hashed-codes", hashes: ["aa", "bb"] },
    ]);
    expect(userWithId(items, "locale").locale).toBe("nb");
    expect(tellings(items, "account-left").length).toBe(1);
    expect(usersOf(items).length).toBe(5);
  });
});

describe("Devise and Flask-Security", () => {
  it("bring second factors along, open or sealed", async () => {
    const columns =
      "id int, email text, encrypted_password text, otp_secret text, otp_required_for_login boolean, otp_backup_codes text[]";
    const items = await read(
      "devise",
      {
        "devise.sql": `-- PostgreSQL database dump
CREATE TABLE public.users (${columns});
COPY public.users (id, email, encrypted_password, otp_secret, otp_required_for_login, otp_backup_codes) FROM stdin;
1	a@example.org	${BCRYPT}	JBSWY3DPEHPK3PXP	t	{${BCRYPT},${BCRYPT}}
2	b@example.org	pbkdf2?	{"p":"c2VhbGVk","h":{"iv":"aXY=","at":"YXQ="}}	t	\\N
\\.
`,
      },
      { answers: { pepper: "" } },
    );
    expect(userWithId(items, "1").factors).toMatchObject([
      { type: "totp", confirmed: true, value: { secret: "JBSWY3DPEHPK3PXP" } },
      { type: "backup-codes", value: { kind: "hashed-codes", hashes: [BCRYPT, BCRYPT] } },
    ]);
    const sealed = userWithId(items, "2");
    expect(sealed.factors).toMatchObject([{ type: "totp", value: { kind: "sealed" } }]);
    expect(schemesOf(sealed)).toEqual(["unknown"]);
    expect(notesOf(sealed)).toContain("need-missing");

    const flask = await read(
      "flask-security",
      {
        "flask.sql": `
CREATE TABLE "user" (id int, email text, password text, active boolean, tf_primary_method text, tf_totp_secret text, mf_recovery_codes text);
INSERT INTO "user" VALUES (1, 'a@example.org', NULL, true, 'authenticator', '{"key":"JBSWY3DPEHPK3PXP","type":"totp","v":1}', 'ab12,cd34'), (2, 'b@example.org', 'plain?', true, 'sms', '{"enckey":{"c":14},"type":"totp","v":1}', NULL);`,
      },
      { answers: { salt: "s" } },
    );
    expect(userWithId(flask, "1").factors).toMatchObject([
      { confirmed: true, value: { kind: "totp", secret: "JBSWY3DPEHPK3PXP" } },
      { value: { kind: "codes", codes: ["ab12", "cd34"] } },
    ]);
    expect(userWithId(flask, "2").factors).toMatchObject([{ confirmed: false, value: { kind: "sealed" } }]);
    expect(schemesOf(userWithId(flask, "2"))).toEqual(["unknown"]);
  });
});

describe("accounts of machines and databases", () => {
  it("MariaDB: several plugins for one account, each in its own words", async () => {
    const NATIVE = "*0541B879D2ADBD68058ECCE2E23D23E96A9AC488";
    const ED = "9Wl0cwfhcELn1kDpm2rEp0vetheky2ntA1aBENXunA8";
    const priv = {
      plugin: "mysql_native_password",
      authentication_string: NATIVE,
      auth_or: [{}, { plugin: "ed25519", authentication_string: ED }, { plugin: "unix_socket" }],
    };
    const quoted = json(priv).replaceAll('"', '\\"');
    const dump = await read("mariadb-users", {
      "global_priv.sql": `-- MariaDB dump
CREATE TABLE \`global_priv\` (\`Host\` char(255), \`User\` char(128), \`Priv\` longtext);
INSERT INTO \`global_priv\` VALUES ('%','ada','${quoted}'),('localhost','root','{}'),('','readers','{\\"is_role\\":true}');`,
    });
    const users = await read("mariadb-users", {
      "users.sql": `-- MariaDB dump
CREATE USER \`ada\`@\`%\` IDENTIFIED VIA mysql_native_password USING '${NATIVE}' OR ed25519 USING '${ED}' OR unix_socket;
CREATE USER 'bob'@'10.0.%' IDENTIFIED WITH 'caching_sha2_password' AS '$A$005$abcdefghijklmnopqrstABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno.q' PASSWORD EXPIRE INTERVAL 90 DAY ACCOUNT UNLOCK;
CREATE USER 'o''brien'@'%' IDENTIFIED BY PASSWORD '*tooshort' ACCOUNT LOCK PASSWORD EXPIRE;`,
    });
    for (const items of [dump, users])
      expect(schemesOf(userWithId(items, "ada@%"))).toEqual(["mysql41", "mariadb_ed25519"]);
    expect(usersOf(dump).length).toBe(1);
    expect(tellings(dump, "account-left").length).toBe(1);
    expect(schemesOf(userWithId(users, "bob@10.0.%"))).toEqual(["mysql_caching_sha2"]);
    expect(userWithId(users, "bob@10.0.%").active).toBe(true);
    expect(dataOf(userWithId(users, "bob@10.0.%"))).toEqual({ host: "10.0.%" });
    const brien = userWithId(users, "o'brien@%");
    expect(brien.active).toBe(false);
    expect(schemesOf(brien)).toEqual(["unknown"]);
    expect(dataOf(brien)).toEqual({ host: "%", password_expired: true });
  });

  it("PostgreSQL: roles within roles, and the clear text of versions before 10", async () => {
    const items = await read("postgresql-roles", {
      "roles.sql": `-- PostgreSQL database cluster dump
CREATE ROLE staff;
ALTER ROLE staff WITH NOSUPERUSER NOLOGIN;
CREATE ROLE ada;
ALTER ROLE ada WITH SUPERUSER LOGIN PASSWORD 'in the clear' VALID UNTIL 'infinity';
CREATE ROLE bob;
ALTER ROLE bob WITH LOGIN PASSWORD 'md5 only by its looks';
CREATE ROLE pg_monitor;
GRANT staff TO ada WITH ADMIN OPTION GRANTED BY postgres;
`,
    });
    const ada = userWithId(items, "ada");
    expect(ada).toMatchObject({ roles: ["staff"], active: true, superuser: false, admin: false });
    expect(ada.passwords).toEqual([{ kind: "clear", text: "in the clear" }]);
    expect(dataOf(ada)).toMatchObject({ rolsuper: true, rolvaliduntil: "infinity" });
    expect(notesOf(ada)).not.toContain("account-expires");
    expect(schemesOf(userWithId(items, "bob"))).toEqual(["unknown"]);
    expect(userWithId(items, "staff")).toMatchObject({ active: false, passwords: [] });
    expect(usersOf(items).length).toBe(3);
  });

  it("shadow: without passwd, and what is no hash", async () => {
    const items = await read("shadow", {
      shadow:
        "daemon:*:1::::::\nada::1::::::\nbob:!!:1::::::\neve:5f4dcc3b5aa765d61d8327deb882cf99:1::::::\n",
    });
    expect(usersOf(items).map((user) => [user.username, user.active, schemesOf(user)])).toEqual([
      ["ada", true, []],
      ["bob", false, []],
      ["eve", true, ["unknown"]],
    ]);
    const other = await read(
      "shadow",
      {
        shadow: "ada:!:1::::::\n",
        passwd: "ada:x:501:501:Ada:/home/ada:/bin/sh\neve:x:700:700::/:/bin/sh\n",
      },
      { answers: { "uid-min": "500" } },
    );
    expect(usersOf(other).map(({ username }) => username)).toEqual(["ada"]);
    expect(tellings(other, "orphan").length).toBe(1);
  });

  it("htpasswd: what nginx takes, what nobody takes", async () => {
    const items = await read("htpasswd", {
      "x.htpasswd": "ada:{PLAIN}hunter2\nbob:just text\neve:{SSHA}bm90IHJlYWxseSBhIGhhc2gsIGJ1dA==\nzoe:*\n",
    });
    expect(usersOf(items).map((user) => schemesOf(user))).toEqual([
      ["clear"],
      ["unknown"],
      ["ldap_salted_sha1"],
      [],
    ]);
  });
});

it("a text that only looks like a hash signs nobody in, whatever the system", async () => {
  const werkzeug = await read("werkzeug", {
    "flask.sql":
      "CREATE TABLE user (id int, username text, password text);\nINSERT INTO user VALUES (1, 'a', 'scrypt:32768:8:1 by hand'), (2, 'b', 'hunter2');",
  });
  const fastapi = await read("fastapi-users", {
    "fastapi.sql":
      "CREATE TABLE \"user\" (id text, email text, hashed_password text, is_active boolean);\nINSERT INTO \"user\" VALUES ('1', 'a@b.de', '$argon2id$v=19$oops', true), ('2', 'b@b.de', '$2b$12$short', true);",
  });
  const spring = await read("spring-security", {
    "users.csv": "username,password,enabled\na,{vault}x,true\nb,hunter2,true\nc,{bcrypt},true\n",
  });
  const easy = await read("easy-mongodb-auth", {
    "users.ndjson": lines({
      _id: "1",
      email: "a@b.de",
      password: "$2b$12$ not one",
      verified: true,
      custom_data: {},
    }),
  });
  const minimus = await read("minimus-users", {
    "users.ndjson": lines({ _id: "1", username: "a", password: "$pbkdf2-sha256$30000$salt" }),
  });
  const better = await read("better-auth", {
    "auth.sql": `CREATE TABLE "user" (id text, email text, "emailVerified" boolean);
CREATE TABLE account (id text, "providerId" text, "userId" text, password text);
INSERT INTO "user" VALUES ('1', 'a@b.de', false);
INSERT INTO account VALUES ('1', 'credential', '1', 'abc:def'), ('2', 'google', '1', 'abc:def');`,
  });
  for (const items of [werkzeug, fastapi, spring, easy, minimus, better])
    for (const user of usersOf(items)) expect(schemesOf(user)).toEqual(["unknown"]);
  expect(usersOf([...werkzeug, ...fastapi, ...spring, ...easy, ...minimus, ...better]).length).toBe(10);
});

it("values of another kind stay in the data as they are, and are told", async () => {
  const items = await read("minimus-users", {
    "users.ndjson": lines({
      _id: { $oid: "6b02abe858392acc1a7cddd2" },
      username: { first: "Ada" },
      email: ["a@b.de"],
    }),
  });
  const [user] = usersOf(items);
  expect(user).toMatchObject({ username: null, email: null, origin: { id: "6b02abe858392acc1a7cddd2" } });
  expect(user === undefined ? null : dataOf(user)).toEqual({
    username: { first: "Ada" },
    email: ["a@b.de"],
    _id: "6b02abe858392acc1a7cddd2",
  });
  expect(user === undefined ? [] : notesOf(user)).toContain("value-unclear");
  const piccolo = await read("piccolo", {
    "p.sql":
      "CREATE TABLE piccolo_user (id int, username text, password text, email text, active text, admin text, superuser text, last_login text);\nINSERT INTO piccolo_user VALUES (1, 'a', '', '', 'perhaps', 'perhaps', 'true', 'last week');",
  });
  const odd = userWithId(piccolo, "1");
  expect(odd).toMatchObject({ active: false, admin: false, superuser: true, lastSignInAt: null });
  expect(dataOf(odd)).toEqual({ active: "perhaps", admin: "perhaps", last_login: "last week" });
  expect(notesOf(odd)).toEqual(expect.arrayContaining(["value-unclear", "time-unclear"]));
});
