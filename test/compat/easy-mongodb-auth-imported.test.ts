import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Json } from "watchword";
import { fromTaggedJson } from "#dist/base/javascript-values.js";
import { toTagged } from "#dist/base/values.js";
import { fromExtended } from "#dist/transfer/readers/extended-json.js";
import { parseJson } from "#dist/transfer/readers/json.js";
import { importedDatabase } from "../helpers/compat.js";
// Runs on each store: the database is the run's.
import type {} from "../helpers/database.js";
import { expected } from "../helpers/import-source.js";
import { type EasyBench, openEasy, says } from "./easy-bench.js";

interface Person {
  readonly email: string;
  readonly password: string | null;
  readonly wrong_passwords: readonly string[];
  readonly also_accepted?: readonly string[];
  readonly password_valid: boolean;
  readonly verified: boolean;
  readonly blocked: boolean | null;
  readonly custom_data: unknown;
}
const told = expected<{
  readonly users: readonly Person[];
  readonly unknown_users: readonly { readonly email: string; readonly password: string }[];
}>("easy-mongodb-auth/expected.json");

/** Of everybody whose password was right: what the original answered, but for those without a row in `blocked`. */
function answerTo({ password_valid, verified, blocked }: Person): number {
  if (blocked === true) return 403;
  if (!verified) return 302;
  return password_valid ? 202 : 502;
}

describe("a database that the original wrote, imported", () => {
  let bench: EasyBench;
  beforeAll(async () => {
    bench = await openEasy({}, await importedDatabase("easy-mongodb-auth", ["easy-mongodb-auth"]));
  });
  afterAll(() => bench.cleanup());

  it.each(told.users.map((person) => [person.email, person] as const))(
    "lets %s in by the old password, and by no other",
    async (email, person) => {
      const { auth, utils } = bench;
      const expectedAnswer = answerTo(person);
      for (const wrong of person.wrong_passwords)
        expect(await auth.authenticateUser(email, wrong)).toEqual(
          says(expectedAnswer === 202 ? 502 : expectedAnswer),
        );
      if (person.password !== null)
        for (let times = 0; times < 2; times++)
          expect(await auth.authenticateUser(email, person.password)).toEqual(says(expectedAnswer));
      expect(await utils.isVerified(email)).toEqual(says(person.verified ? 300 : 302));
      expect(await utils.isBlocked(email)).toEqual(
        person.blocked === true ? says(403, { success: true }) : says(301),
      );
      const kept = toTagged(fromExtended(parseJson(JSON.stringify(person.custom_data)))) as Json;
      expect(await utils.getCustUsrData(email)).toEqual({ success: true, message: fromTaggedJson(kept) });
    },
  );

  it("signs those in who wait for a code, once they have a new one", async () => {
    const { auth } = bench;
    const email = "mfa.pending@mail.example";
    expect(await auth.authenticateUser(email, "second factor?", true)).toEqual(says(202));
    expect(await auth.verifyMfaCode(email, await bench.codeTo(email))).toEqual(says(200));
  });

  it("keeps out whom it kept out: the blocked, and an address that was left blocked", async () => {
    const { auth, utils, coredb } = bench;
    expect(await coredb.userCount()).toBe(told.users.length);
    for (const { email, password } of told.unknown_users) {
      expect(await auth.authenticateUser(email, password)).toEqual(says(404));
      expect(await auth.registerUserNoVerif(email, password)).toEqual(says(403));
    }
    expect(await utils.unblockUser("troll@mail.example")).toEqual(says(207));
    expect(await auth.authenticateUser("troll@mail.example", "let me in!")).toEqual(says(202));
  });

  it("counts a long password whole once it has signed its owner in", async () => {
    const cut = told.users.find(({ also_accepted }) => also_accepted !== undefined);
    const { email = "", password = "", also_accepted: [accepted = ""] = [] } = cut ?? {};
    const database = await importedDatabase("easy-mongodb-auth", ["easy-mongodb-auth"]);
    const program = await openEasy({}, database);
    try {
      expect(await program.auth.authenticateUser(email, password ?? "")).toEqual(says(202));
      // Finishes what went on behind the answer.
      await program.auth.close();
      const next = program.open();
      expect(await next.authenticateUser(email, accepted)).toEqual(says(502));
      expect(await next.authenticateUser(email, password ?? "")).toEqual(says(202));
    } finally {
      await program.cleanup();
    }
  });
});
