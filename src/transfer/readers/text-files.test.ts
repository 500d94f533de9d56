import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collect, fileOf } from "../../../test/helpers/collect.js";
import { WatchwordError } from "../../base/errors.js";
import { readHtpasswd, readPasswd, readShadow } from "./account-files.js";
import { readCsv } from "./csv.js";
import { inputFile } from "./file.js";
import { readLdif } from "./ldif.js";

const ORIGINALS = new URL("../../../test/fixtures/originals/", import.meta.url).pathname;

describe("CSV", () => {
  const records = async (text: string, options = {}) =>
    (await collect(readCsv(fileOf("f.csv", text), options))).map((record) =>
      Object.fromEntries(record.values),
    );

  it("gives back any cells that were written by RFC 4180, however the file is cut", async () => {
    const cell = fc.string({
      unit: fc.oneof(
        fc.constantFrom('"', ",", "\n", "\r", "é", "🦉"),
        fc.string({ unit: "grapheme", maxLength: 1 }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom("\n", "\r\n"),
        async (rows, size, newline) => {
          const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
          const text = [["a", "b", "c"], ...rows].map((row) => row.map(quoted).join(",")).join(newline);
          const bytes = Buffer.from(`\ufeff${text}`);
          const pieces = [];
          for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
          const read = await collect(readCsv(fileOf("f.csv", ...pieces)));
          expect(read.map((record) => [...record.values.values()])).toEqual(rows);
          expect(read.every((record) => record.fault === undefined)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("tells an empty cell from an empty text", async () => {
    expect(await records('a,b,c\n1,,""\n,,\n\n4,5,6')).toEqual([
      { a: "1", b: null, c: "" },
      { a: null, b: null, c: null },
      { a: "4", b: "5", c: "6" },
    ]);
  });

  it("takes a given header, another delimiter, and the TSV of mysql", async () => {
    expect(await records("x;y\r\n", { header: ["a", "b"], delimiter: ";" })).toEqual([{ a: "x", b: "y" }]);
    expect(await records("User\thash\nada\tNULL\nb\\tc\t\\\\x\n", { escapes: "backslash" })).toEqual([
      { User: "ada", hash: null },
      { User: "b\tc", hash: "\\x" },
    ]);
  });

  it("says which record is wrong", async () => {
    const [first, second] = await collect(readCsv(fileOf("f.csv", "a,b\n1,2,3\n4\n")));
    expect([first?.fault, first?.line]).toEqual(["It has 3 cells for 2 columns.", 2]);
    expect([second?.fault, second?.line]).toEqual(["It has 1 cells for 2 columns.", 3]);
    await expect(records('a,b\n1,"2\n3,4')).rejects.toThrow(/line 2: A quoted cell/);
    await expect(records("a,a\n")).rejects.toThrow(/called "a"/);
    await expect(collect(readCsv(fileOf("f.csv", Buffer.from("a\n\xff\n", "latin1"))))).rejects.toThrow(
      /line 2.*UTF-8/,
    );
  });

  it("answers any text with records or a WatchwordError", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('"', ",", "\n", "\r", "a", "\0", "é"), { maxLength: 30 }),
        async (parts) => {
          try {
            await collect(readCsv(fileOf("f.csv", ...parts)));
          } catch (error) {
            expect(error).toBeInstanceOf(WatchwordError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("reads the files that real systems wrote", async () => {
    const users = await collect(readCsv(inputFile(`${ORIGINALS}spring-security/users.csv`)));
    expect(users).toHaveLength(16);
    const roles = await collect(readCsv(inputFile(`${ORIGINALS}postgresql-roles/pg_authid.csv`)));
    expect(
      roles.find((record) => record.values.get("rolname") === "mia")?.values.get("rolpassword"),
    ).toBeNull();
    const accounts = await collect(
      readCsv(inputFile(`${ORIGINALS}mariadb-users/mysql-user.tsv`), { escapes: "backslash" }),
    );
    expect(accounts).toHaveLength(16);
    expect([...users, ...roles, ...accounts].filter((record) => record.fault !== undefined)).toEqual([]);
  });
});

describe("LDIF", () => {
  it("reads folded lines, Base64, several values, comments and change records", async () => {
    const text = `version: 1
# a comment
 that goes on
dn: uid=ada,dc=example
objectClass: person
cn:: QWRhIMOf
mail: a@example.org
MAIL: b@example.org
userPassword:: /wA=
description: one
  two
jpegPhoto:< file:///etc/passwd

dn:: dWlkPXrDtsOr
changetype: add
cn;lang-de: Zoë

dn: uid=gone
changetype: delete
`;
    const entries = await collect(readLdif(fileOf("f.ldif", text)));
    expect(entries.map((entry) => ({ ...entry, attributes: Object.fromEntries(entry.attributes) }))).toEqual([
      {
        dn: "uid=ada,dc=example",
        attributes: {
          objectClass: ["person"],
          cn: ["Ada ß"],
          mail: ["a@example.org", "b@example.org"],
          userPassword: [new Uint8Array([255, 0])],
          description: ["one two"],
        },
        changeType: null,
        line: 1,
        fault: expect.stringMatching(/jpegPhoto lies elsewhere/),
      },
      { dn: "uid=zöë", attributes: { "cn;lang-de": ["Zoë"] }, changeType: "add", line: 14 },
      { dn: "uid=gone", attributes: {}, changeType: "delete", line: 18 },
    ]);
  });

  it("reads the directory as slapcat and ldapsearch wrote it", async () => {
    const cat = await collect(readLdif(inputFile(`${ORIGINALS}openldap/slapcat.ldif`)));
    const search = await collect(readLdif(inputFile(`${ORIGINALS}openldap/ldapsearch.ldif`)));
    expect([...cat, ...search].filter((entry) => entry.fault !== undefined)).toEqual([]);
    const ofUid = new Map(cat.map((entry) => [entry.attributes.get("uid")?.[0], entry]));
    expect(search.length).toBeGreaterThan(10);
    for (const entry of search) {
      const same = ofUid.get(entry.attributes.get("uid")?.[0]);
      expect(same?.dn).toBe(entry.dn);
      expect(same?.attributes.get("userPassword")).toEqual(entry.attributes.get("userPassword"));
    }
  });

  it("answers any text with entries", async () => {
    const piece = fc.constantFrom("dn:", "dn::", "a: b", "\n", " ", "#", ":", "<", "é", "-", "\r\n", "QQ==");
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (parts) => {
        await collect(readLdif(fileOf("f.ldif", ...parts)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("account files", () => {
  it("reads htpasswd, shadow and passwd, and says which line is none", async () => {
    const users = await collect(readHtpasswd(fileOf("h", "# staff\n\nada:$2y$05$x\nnothing\n")));
    expect(users).toEqual([
      { fields: { name: "ada", hash: "$2y$05$x" }, line: 3 },
      { fields: { name: "nothing" }, line: 4, fault: "It has 1 of 2 fields." },
    ]);
    const shadow = await collect(readShadow(inputFile(`${ORIGINALS}shadow/shadow`)));
    expect(shadow.find((line) => line.fields.name === "noor")?.fields).toMatchObject({
      expire: "22403",
      inactive: "",
    });
    const passwd = await collect(readPasswd(inputFile(`${ORIGINALS}shadow/passwd`)));
    expect(passwd.find((line) => line.fields.name === "omar")?.fields.gecos).toBe("عمر حسن,,,");
    expect([...shadow, ...passwd].filter((line) => line.fault !== undefined)).toEqual([]);
    expect(await collect(readHtpasswd(inputFile(`${ORIGINALS}htpasswd/users.htpasswd`)))).toHaveLength(16);
  });
});
