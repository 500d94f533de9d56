import { afterEach, describe, expect, it } from "vitest";
import { originKey } from "#dist/base/keys.js";
import { fromTagged, toTagged } from "#dist/base/values.js";
import type { NewUser } from "#dist/store/contract.js";
import { importUsers } from "#dist/transfer/import.js";
import { type ImportBench, openBench, stream } from "../helpers/import-engine.js";
import { original, readSource, usersOf } from "../helpers/import-source.js";

/** Real data of every system that there is data of. */
const INPUTS: readonly (readonly [from: string, ...files: string[]])[] = [
  ["pgusers", "pgusers/dump-copy.sql"],
  ["easy-mongodb-auth", "easy-mongodb-auth"],
  ["djmongoauth", "djmongoauth"],
  ["minimus-users", "minimus-users/montydb"],
  ["piccolo", "piccolo/users.sqlite"],
  ["django", "django/postgres.sql"],
  ["django", "django-3.2/db.sqlite3"],
  ["better-auth", "better-auth/auth.sqlite"],
  ["wordpress", "wordpress-6.1/wp_users.sql"],
  ["wordpress", "wordpress-6.8/wp_users.sql"],
  ["keycloak", "keycloak/realm-export.json"],
  ["devise", "devise/users.sqlite3"],
  ["flask-security", "flask-security/app.sqlite"],
  ["werkzeug", "flask-werkzeug/flaskr.sqlite"],
  ["fastapi-users", "fastapi-users/users.sqlite"],
  ["spring-security", "spring-security/h2-script.sql"],
  ["ldif", "openldap/slapcat.ldif"],
  ["htpasswd", "htpasswd/users.htpasswd"],
  ["shadow", "shadow/shadow", "shadow/passwd"],
  ["postgresql-roles", "postgresql-roles/pg_dumpall-roles.sql"],
  ["mariadb-users", "mariadb-users/global_priv.sql"],
];

const benches: ImportBench[] = [];
afterEach(async () => {
  for (const one of benches.splice(0)) await one.cleanup();
});

describe.each(INPUTS)("%s, from %s", (from, ...files) => {
  it("brings everybody over, once, with all their data, or says why not", async () => {
    const items = await readSource(from, files.map(original), { keepSessions: true });
    const people = usersOf(items);
    expect(people.length).toBeGreaterThan(10);
    const at = await openBench("exact");
    benches.push(at);
    const options = { source: from, input: files.join() };
    const trial = await importUsers(stream(items), at.deps, { ...options, dryRun: true });
    const report = await importUsers(stream(items), at.deps, options);
    expect({ ...trial, took: 0, dryRun: false, examples: [] }).toEqual({ ...report, took: 0, examples: [] });
    expect(report.written + report.refused).toBe(report.people);

    const stored = new Map<string, NewUser>();
    for (const one of await at.users())
      stored.set(one.keys.find((key) => key.kind === "origin")?.key ?? "", one);
    expect(stored.size).toBe(report.written);
    for (const person of people) {
      const one = stored.get(originKey(person.origin));
      if (one === undefined) {
        // Nobody is missing without a word.
        expect(
          report.examples.some((event) => event.code === "refused" && event.where === person.where),
        ).toBe(true);
        continue;
      }
      const { user, password, factors = [] } = one;
      expect(user.number).toBe(person.number);
      expect(person.number).toBe(["pgusers", "piccolo"].includes(from) ? Number(person.origin.id) : null);
      const data = JSON.parse(user.data);
      expect(data).toMatchObject(Object(toTagged(person.data)));
      expect(toTagged(fromTagged(data))).toEqual(data);
      for (const field of ["username", "email"] as const)
        if (person[field])
          expect([user[field], data[field], data[`${field}_2`]]).toContainEqual(expect.stringMatching(/\S/));
      expect([user.active, user.admin, user.superuser]).toEqual([
        person.active,
        person.admin,
        person.superuser,
      ]);
      expect(password === null).toBe(person.passwords.every((each) => each.kind === "unknown"));
      expect(factors).toHaveLength(person.factors.length);
      expect(user.emailVerifiedAt !== null).toBe(person.emailVerified && user.email !== null);
    }
    const highest = people.reduce((most, { number }) => Math.max(most, number ?? 0), 0);
    expect(await at.store.readRecords("sequences", null, 10)).toEqual(
      highest === 0 ? [] : [{ key: "users", value: highest }],
    );
    const again = await importUsers(stream(items), at.deps, options);
    expect(again).toMatchObject({ written: 0, there: report.written });
  });
});
