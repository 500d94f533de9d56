import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  dataOf,
  notesOf,
  readSource,
  schemesOf,
  tellings,
  usersOf,
  userWithId,
} from "../helpers/import-source.js";

// Systems whose databases nobody could run here: files in the layouts that they document, written by hand.

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "watchword-layout-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

const BCRYPT = "$2a$10$PZlbUpHNt1f3kZTCKCC0POGXnSpxhM9PLrjCkGJwBGS3nIq4GfdyK";

describe("Supabase", () => {
  const dump = `
-- PostgreSQL database dump
CREATE TABLE auth.users (
    instance_id uuid,
    id uuid NOT NULL,
    aud character varying(255),
    role character varying(255),
    email character varying(255),
    encrypted_password character varying(255),
    email_confirmed_at timestamp with time zone,
    confirmation_token character varying(255),
    recovery_token character varying(255),
    last_sign_in_at timestamp with time zone,
    raw_app_meta_data jsonb,
    raw_user_meta_data jsonb,
    is_super_admin boolean,
    created_at timestamp with time zone,
    updated_at timestamp with time zone,
    phone text DEFAULT NULL::character varying,
    banned_until timestamp with time zone,
    deleted_at timestamp with time zone,
    is_anonymous boolean DEFAULT false NOT NULL
);
CREATE TABLE public.users (id integer, email text, encrypted_password text);
CREATE TABLE auth.identities (provider_id text NOT NULL, user_id uuid NOT NULL, identity_data jsonb NOT NULL, provider text NOT NULL, id uuid NOT NULL);
CREATE TABLE auth.mfa_factors (id uuid NOT NULL, user_id uuid NOT NULL, friendly_name text, factor_type auth.factor_type NOT NULL, status auth.factor_status NOT NULL, secret text);
COPY auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, confirmation_token, recovery_token, last_sign_in_at, raw_app_meta_data, raw_user_meta_data, is_super_admin, created_at, updated_at, phone, banned_until, deleted_at, is_anonymous) FROM stdin;
00000000-0000-0000-0000-000000000000	6f1c4b0a-0000-4000-8000-000000000001	authenticated	authenticated	ada@example.org	${BCRYPT}	2024-05-01 10:00:00.5+00			2024-06-01 10:00:00+02	{"provider": "email", "providers": ["email", "google"]}	{"name": "Ada", "big": 9007199254740993}	\\N	2024-04-30 10:00:00+00	2024-05-02 10:00:00+00	\\N	\\N	\\N	f
00000000-0000-0000-0000-000000000000	6f1c4b0a-0000-4000-8000-000000000002	authenticated	authenticated	bob@example.org	$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=ou9tdYTGyYm8kuR6Dt0Bp0kDuAYoXrK16mbZO4yGwAn3oLspjnN0/c41v8xZnO1n14J3MjKj1b2g6AUCAlFwMw==$bSBsZ6vRBz8uGQ==$/NbVYBHo6Iz0uPFP1Tyw7DSPqkbmyHyWE0rwB3gBUdr9wGkJNzVNyKvEnJHFQjxpwW6LHIBdj0Gn2dHTnZxZxw==	\\N	abc		\\N	{}	{}	t	2024-04-30 10:00:00+00	\\N	4722000000	infinity	\\N	f
00000000-0000-0000-0000-000000000000	6f1c4b0a-0000-4000-8000-000000000003	authenticated	authenticated	\\N		\\N			\\N	{}	{}	\\N	2024-04-30 10:00:00+00	\\N	\\N	2024-05-01 00:00:00+00	2024-05-01 00:00:00+00	t
\\.
COPY public.users (id, email, encrypted_password) FROM stdin;
1	stranger@example.org	x
\\.
INSERT INTO auth.identities VALUES ('117', '6f1c4b0a-0000-4000-8000-000000000001', '{"sub": "117"}', 'google', '6f1c4b0a-0000-4000-8000-00000000000a');
INSERT INTO auth.identities VALUES ('6f1c', '6f1c4b0a-0000-4000-8000-000000000001', '{"sub": "6f1c"}', 'email', '6f1c4b0a-0000-4000-8000-00000000000b');
INSERT INTO auth.mfa_factors VALUES ('6f1c4b0a-0000-4000-8000-00000000000c', '6f1c4b0a-0000-4000-8000-000000000001', 'phone', 'totp', 'verified', 'JBSWY3DPEHPK3PXP');
`;

  it("reads the schema auth, and not the application's own table of that name", async () => {
    const items = await readSource("supabase", [await file("auth.sql", dump)]);
    expect(usersOf(items).length).toBe(3);
    const ada = userWithId(items, "6f1c4b0a-0000-4000-8000-000000000001");
    expect(ada).toMatchObject({
      email: "ada@example.org",
      emailVerified: true,
      emailVerifiedAt: Date.parse("2024-05-01T10:00:00.500Z"),
      lastSignInAt: Date.parse("2024-06-01T08:00:00Z"),
      createdAt: Date.parse("2024-04-30T10:00:00Z"),
      active: true,
      blocked: null,
    });
    expect(schemesOf(ada)).toEqual(["bcrypt"]);
    expect(dataOf(ada)).toMatchObject({
      raw_user_meta_data: { name: "Ada", big: { $int: "9007199254740993" } },
      raw_app_meta_data: { providers: ["email", "google"] },
      identities: [{ provider: "google", identity_data: { sub: "117" } }],
    });
    expect(ada.factors).toEqual([
      {
        type: "totp",
        name: "phone",
        confirmed: true,
        value: { kind: "totp", secret: "JBSWY3DPEHPK3PXP", digits: 6, period: 30, algorithm: "SHA1" },
      },
    ]);
  });

  it("keeps the banned blocked, the deleted out, and rights in the database where they are", async () => {
    const items = await readSource("supabase", [await file("auth.sql", dump)]);
    const bob = userWithId(items, "6f1c4b0a-0000-4000-8000-000000000002");
    expect(bob).toMatchObject({ emailVerified: false, superuser: false, blocked: { until: null } });
    expect(schemesOf(bob)).toEqual(["supabase_fbscrypt"]);
    expect(notesOf(bob)).toContain("code-left");
    expect(dataOf(bob)).toMatchObject({ is_super_admin: true, phone: "4722000000" });
    const third = userWithId(items, "6f1c4b0a-0000-4000-8000-000000000003");
    expect(third).toMatchObject({ email: null, active: false, blocked: null, passwords: [] });
    expect(tellings(items, "sessions-left").length).toBe(1);
  });
});

describe("Firebase", () => {
  const answers = { "signer-key": "c2lnbmVy", "salt-separator": "Bw==", rounds: "8", "memory-cost": "14" };
  const context = { signerKey: "c2lnbmVy", saltSeparator: "Bw==", rounds: 8, memoryCost: 14 };
  const PASSWORD = {
    scheme: "firebase_scrypt",
    hash: '{"passwordHash":"aGFzaA==","salt":"c2FsdA=="}',
    context,
  };

  it("reads the JSON of firebase auth:export", async () => {
    const users = [
      {
        localId: "u1",
        email: "ada@example.org",
        emailVerified: true,
        passwordHash: "aGFzaA==",
        salt: "c2FsdA==",
        displayName: "Ada",
        createdAt: "1714471200000",
        lastSignedInAt: "1714557600000",
        customAttributes: '{"plan":"gold"}',
        providerUserInfo: [],
      },
      {
        localId: "u2",
        phoneNumber: "+4722000000",
        disabled: true,
        createdAt: "1714471200000",
        providerUserInfo: [],
      },
    ];
    const path = await file("users.json", JSON.stringify({ users }, null, 2));
    const items = await readSource("firebase", [path], { answers });
    const ada = userWithId(items, "u1");
    expect(ada).toMatchObject({
      email: "ada@example.org",
      emailVerified: true,
      active: true,
      createdAt: 1_714_471_200_000,
      lastSignInAt: 1_714_557_600_000,
      passwords: [PASSWORD],
    });
    expect(dataOf(ada)).toEqual({ displayName: "Ada", customAttributes: { plan: "gold" } });
    expect(userWithId(items, "u2")).toMatchObject({ email: null, active: false, passwords: [] });
    const without = await readSource("firebase", [path]);
    expect(notesOf(userWithId(without, "u1"))).toContain("need-missing");
  });

  it("reads the CSV, which has no header row", async () => {
    const cells = [
      "u1",
      "ada@example.org",
      "false",
      "aGFzaA==",
      "c2FsdA==",
      '"Lovelace, Ada"',
      "",
      "117",
      ...Array(15).fill(""),
      "1714471200000",
      "1714557600000",
      "+4722000000",
      "true",
      '"{""plan"":""gold""}"',
      "",
    ];
    expect(cells.length).toBe(29);
    const items = await readSource("firebase", [await file("users.csv", `${cells.join(",")}\n`)], {
      answers,
    });
    expect(usersOf(items).length).toBe(1);
    const ada = userWithId(items, "u1");
    expect(ada).toMatchObject({
      emailVerified: false,
      active: false,
      createdAt: 1_714_471_200_000,
      passwords: [PASSWORD],
    });
    expect(dataOf(ada)).toEqual({
      displayName: "Lovelace, Ada",
      googleId: "117",
      phoneNumber: "+4722000000",
      customAttributes: { plan: "gold" },
    });
  });
});

describe("Auth0", () => {
  const profile = {
    user_id: "auth0|5f7c8ec7c33c6c004bbafe82",
    email: "ada@example.org",
    email_verified: true,
    username: "ada",
    name: "Ada",
    blocked: true,
    app_metadata: { plan: "gold" },
    identities: [{ connection: "Username-Password-Authentication", provider: "auth0" }],
    created_at: "2020-10-06T15:43:03.571Z",
    last_login: "2024-01-01T00:00:00.000Z",
  };

  it("joins the export of profiles with the file of hashes", async () => {
    const hashes = {
      _id: { $oid: "5f7c8ec7c33c6c004bbafe82" },
      email: "ada@example.org",
      passwordHash: BCRYPT,
    };
    const items = await readSource("auth0", [
      await file("profiles.ndjson", `${JSON.stringify(profile)}\n`),
      await file("hashes.ndjson", `${JSON.stringify(hashes)}\n`),
    ]);
    expect(usersOf(items).length).toBe(1);
    const ada = userWithId(items, "5f7c8ec7c33c6c004bbafe82");
    expect(ada).toMatchObject({
      username: "ada",
      email: "ada@example.org",
      emailVerified: true,
      blocked: { until: null },
      createdAt: Date.parse("2020-10-06T15:43:03.571Z"),
      passwords: [{ kind: "hash", scheme: "bcrypt", hash: BCRYPT }],
    });
    expect(dataOf(ada)).toMatchObject({ name: "Ada", app_metadata: { plan: "gold" } });
  });

  it("reads the layout of the bulk import: own hashes and second factors", async () => {
    const custom = { algorithm: "md5", hash: { value: "5f4dcc3b5aa765d61d8327deb882cf99", encoding: "hex" } };
    const rows = [
      {
        email: "bob@example.org",
        custom_password_hash: custom,
        mfa_factors: [{ totp: { secret: "JBSWY3DPEHPK3PXP" } }],
      },
      { email: "eve@example.org", password_hash: "$2a$10$too-short" },
    ];
    const items = await readSource("auth0", [await file("users.json", JSON.stringify(rows))]);
    const bob = userWithId(items, "bob@example.org");
    expect(bob.passwords).toEqual([
      { kind: "hash", scheme: "auth0_custom_password_hash", hash: JSON.stringify(custom) },
    ]);
    expect(bob.factors[0]?.value).toMatchObject({ kind: "totp", secret: "JBSWY3DPEHPK3PXP" });
    expect(schemesOf(userWithId(items, "eve@example.org"))).toEqual(["unknown"]);
  });
});

it("Clerk: the CSV of the dashboard", async () => {
  const header =
    "id,first_name,last_name,username,primary_email_address,primary_phone_number,verified_email_addresses,unverified_email_addresses,verified_phone_numbers,unverified_phone_numbers,totp_secret,password_digest,password_hasher";
  const rows = [
    `user_1,Ada,Lovelace,ada,ada@example.org,,ada@example.org,,+4722000000,,JBSWY3DPEHPK3PXP,${BCRYPT},bcrypt`,
    `user_2,Bob,,,bob@example.org,,"b2@example.org, b3@example.org",bob@example.org,,,,awscognito#p#c#bob,awscognito`,
  ];
  const items = await readSource("clerk", [await file("export.csv", [header, ...rows, ""].join("\r\n"))]);
  const ada = userWithId(items, "user_1");
  expect(ada).toMatchObject({ username: "ada", email: "ada@example.org", emailVerified: true });
  expect(schemesOf(ada)).toEqual(["bcrypt"]);
  expect(ada.factors[0]?.value).toMatchObject({ secret: "JBSWY3DPEHPK3PXP" });
  expect(dataOf(ada)).toEqual({
    first_name: "Ada",
    last_name: "Lovelace",
    verified_phone_numbers: "+4722000000",
  });
  const bob = userWithId(items, "user_2");
  expect(bob).toMatchObject({ username: null, emailVerified: false });
  expect(schemesOf(bob)).toEqual(["unknown"]);
  expect(dataOf(bob)).toMatchObject({ verified_email_addresses: ["b2@example.org", "b3@example.org"] });
});

describe("any table, by a mapping", () => {
  const mapping = {
    id: "nr",
    username: "login",
    email: "mail",
    hash: "pw_digest",
    verified: "checked_on",
    active: "enabled",
    roles: "groups",
    createdAt: "since",
  };
  const asked = { mapping, scheme: "bcrypt" };

  it("takes CSV, and gives what was not mapped as data", async () => {
    const path = await file(
      "people.csv",
      `nr;login;mail;pw_digest;checked_on;enabled;groups;since;town\n7;ada;ada@example.org;${BCRYPT};2024-01-01 10:00:00;y;"editor, ops";1714471200;Oslo\n8;;;${BCRYPT};;n;;;\n`,
    );
    const items = await readSource("csv", [path], asked);
    const ada = userWithId(items, "7");
    expect(ada).toMatchObject({
      username: "ada",
      email: "ada@example.org",
      emailVerified: true,
      emailVerifiedAt: Date.parse("2024-01-01T10:00:00Z"),
      active: true,
      roles: ["editor", "ops"],
      createdAt: 1_714_471_200_000,
    });
    expect(ada.passwords).toMatchObject([
      { kind: "hash", scheme: "bcrypt", hash: BCRYPT, context: { user: "ada" } },
    ]);
    expect(dataOf(ada)).toEqual({ town: "Oslo" });
    expect(userWithId(items, "8")).toMatchObject({ username: null, email: null, active: false });
  });

  it("takes a number where there is one from 1 to 2^53 - 1, and leaves anything else in the data", async () => {
    const good = [1, "17", 2 ** 53 - 1, "9007199254740991"];
    const bad = [
      0,
      -1,
      1.5,
      "017",
      "+1",
      "1e3",
      " 1",
      "9007199254740992",
      "99999999999999999999",
      "x",
      true,
      [1],
    ];
    const rows = [...good, ...bad, null, ""].map((number, at) => JSON.stringify({ u: `user${at}`, number }));
    const path = await file("people.ndjson", rows.join("\n"));
    const items = await readSource("ndjson", [path], { mapping: { username: "u", number: "number" } });
    const users = usersOf(items);
    expect(users.map(({ number }) => number)).toEqual([
      ...good.map(Number),
      ...[...bad, null, ""].map(() => null),
    ]);
    for (const [at, user] of users.entries()) {
      const isBad = at >= good.length && at < good.length + bad.length;
      expect(notesOf(user).includes("value-unclear"), rows[at]).toBe(isBad);
      expect("number" in dataOf(user), rows[at]).toBe(isBad);
    }
  });

  it("refuses a row that is nobody's, and one with other cells than columns, with the line", async () => {
    const path = await file("people.csv", "login,mail,pw\nada,,x\n,,y\nbob,b@example.org\n");
    const items = await readSource("csv", [path], {
      mapping: { username: "login", email: "mail", hash: "pw" },
    });
    expect(items.map(({ kind, where }) => [kind, where])).toEqual([
      ["user", "people, line 2"],
      ["refused", "people, line 3"],
      ["refused", "people, line 4"],
    ]);
  });

  it("takes clear text where it is said to be that, a salt of its own column, and no `!` for a hash", async () => {
    const rows = [
      { u: "a", pw: "in the clear", h: null },
      { u: "b", pw: null, h: "5f4dcc3b5aa765d61d8327deb882cf99", s: "pepper-and-salt" },
      { u: "c", pw: null, h: "!locked" },
      { u: "e", pw: null, h: "*" },
      { u: "d", pw: "", h: "*0541B879D2ADBD68058ECCE2E23D23E96A9AC488" },
    ];
    const path = await file("people.ndjson", rows.map((row) => JSON.stringify(row)).join("\n"));
    const items = await readSource("ndjson", [path], {
      mapping: { username: "u", password: "pw", hash: "h", salt: "s" },
    });
    expect(userWithId(items, "a").passwords).toEqual([{ kind: "clear", text: "in the clear" }]);
    expect(userWithId(items, "b").passwords).toMatchObject([
      { scheme: null, context: { salt: "pepper-and-salt" } },
    ]);
    for (const id of ["c", "e"]) expect(userWithId(items, id).passwords).toEqual([]);
    expect(schemesOf(userWithId(items, "d"))).toEqual([null]);
  });

  it("takes a table of a dump by its name, and asks for the name where there are several", async () => {
    const path = await file(
      "shop.sql",
      "CREATE TABLE customer (id int, mail text);\nCREATE TABLE orders (id int);\nINSERT INTO customer VALUES (1, 'ada@example.org');\nINSERT INTO orders VALUES (5);\n",
    );
    await expect(readSource("sql", [path], { mapping: { email: "mail" } })).rejects.toThrow(
      /customer, orders.*--table/,
    );
    const items = await readSource("sql", [path], { mapping: { email: "mail" }, table: "customer" });
    expect(usersOf(items).map(({ email }) => email)).toEqual(["ada@example.org"]);
    await expect(
      readSource("sql", [path], { mapping: { email: "post" }, table: "customer" }),
    ).rejects.toThrow(/no column post/);
    await expect(readSource("sql", [path], { table: "customer" })).rejects.toThrow(/--map username/);
  });
});

describe("what is handed over", () => {
  it("is refused with a word on what the source takes", async () => {
    await expect(readSource("django", [join(folder, "nothing.sql")])).rejects.toThrow(/no file/);
    await expect(readSource("ldif", ["postgres://localhost/x"])).rejects.toThrow(/slapcat/);
    await expect(readSource("pgusers", ["mysql://localhost/x"])).rejects.toThrow(/pg_dump/);
    await expect(readSource("django", [await file("x.dump", "PGDMP\u0001\u000e")])).rejects.toThrow(
      /pg_restore/,
    );
    await expect(readSource("keycloak", [await file("users.xml", "<users/>")])).rejects.toThrow(
      /kc.sh export/,
    );
    await expect(
      readSource("pgusers", [await file("x.sql", "CREATE TABLE users (id int, name text);")]),
    ).rejects.toThrow(/not one of pgusers.*userid/);
    await expect(readSource("wordpress", [await file("y.sql", "CREATE TABLE t (id int);")])).rejects.toThrow(
      /no table/,
    );
  });

  it("mongoexport's NDJSON is known under the name .json too, and one of its lines can be broken", async () => {
    await file(
      "users.json",
      '{"_id":{"$oid":"6b02abe858392acc1a7cddd2"},"username":"ada"}\nno json\n{"_id":"x","username":"bob"}\n',
    );
    const items = await readSource("minimus-users", [join(folder, "users.json")]);
    expect(items.map(({ kind }) => kind)).toEqual(["user", "refused", "user"]);
  });

  it("a folder gives each file as a table", async () => {
    await file(
      "dump/users.json",
      '{"_id":"a","email":"ada@example.org","password":null,"verified":true,"custom_data":{}}\n',
    );
    await file("dump/blocked.json", '{"_id":"b","email":"ada@example.org","blocked":true}\n');
    const items = await readSource("easy-mongodb-auth", [join(folder, "dump")]);
    expect(usersOf(items)[0]?.blocked).not.toBeNull();
  });
});
