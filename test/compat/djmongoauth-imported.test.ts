import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DjMongoAuth, openDjMongoAuth } from "watchword/compat/djmongoauth";
import { portOptions } from "../helpers/compat.js";
import { newDatabase, type TestDatabase } from "../helpers/database.js";
import { expected, original } from "../helpers/import-source.js";
import { following, REFUSED } from "./djmongoauth-bench.js";

interface Expected {
  readonly dumped_at: number;
  readonly users: readonly {
    readonly username: string;
    readonly email: string;
    readonly password: string | null;
    readonly password_valid: boolean;
    readonly wrong_passwords: readonly string[];
    readonly email_verified: boolean;
    readonly email_verified_at: string | null;
  }[];
  readonly sessions: readonly {
    readonly token: string;
    readonly username: string | null;
    readonly live_when_dumped: boolean;
  }[];
  readonly temporary_authenticators: readonly { readonly authenticator: string; readonly sent_for: string }[];
  readonly unknown_users: readonly { readonly username: string; readonly password: string }[];
}

const { dumped_at, users, sessions, temporary_authenticators, unknown_users } =
  expected<Expected>("djmongoauth/expected.json");
const of = (username: string) => users.find((user) => user.username === username);

describe("a database that djmongoauth itself wrote", () => {
  let database: TestDatabase;
  let port: DjMongoAuth;

  beforeAll(async () => {
    database = await newDatabase();
    port = await openDjMongoAuth({
      url: database.url,
      siteUrl: "shop.example",
      watchword: portOptions(database, Math.round(dumped_at * 1000)),
    });
    await port.space.transfer.import({
      from: "djmongoauth",
      input: [original("djmongoauth")],
      keepSessions: true,
    });
  });
  afterAll(async () => {
    await port.close();
    await database.drop();
  });

  it("has everybody in it", async () => {
    expect(await port.space.users.count()).toBe(users.length);
    for (const { username, email, email_verified, email_verified_at } of users)
      expect(await port.User.find({ username }), username).toMatchObject({
        username,
        // What is no address stays among the data; the part behind the @ is the same in any case.
        email: email === "not-an-address" ? null : email.replace(/@.*/, (domain) => domain.toLowerCase()),
        email_verified,
        email_verified_at: email_verified_at === null ? null : new Date(`${email_verified_at}Z`),
      });
  });

  it("keeps who was signed in signed in, and nobody else", async () => {
    expect(sessions.filter(({ live_when_dumped }) => live_when_dumped)).not.toEqual([]);
    // As text, and as the bytes of it that HTTP hands over in Latin-1.
    for (const { token, username, live_when_dumped } of sessions)
      for (const authorization of [token, `Bearer ${Buffer.from(token).toString("latin1")}`]) {
        const asked = port.User.of({ headers: { authorization } });
        if (live_when_dumped) expect(await asked).toMatchObject({ username });
        else await expect(asked).rejects.toThrow(REFUSED);
      }
    // The original's hole: one's own key beside somebody else's id and name.
    const [first, second] = sessions.filter(({ live_when_dumped }) => live_when_dumped);
    const key = /&session_key=.*/.exec(first?.token ?? "")?.[0];
    const forged = second?.token.replace(/&session_key=.*/, key ?? "");
    await expect(port.User.of({ headers: { authorization: String(forged) } })).rejects.toThrow(REFUSED);
  });

  it.each(users.map(({ username }) => username))(
    "lets %s in with the old password, and with no other",
    async (name) => {
      const user = of(name);
      for (const wrong of user?.wrong_passwords ?? [])
        await expect(port.User.login(name, wrong), wrong).rejects.toThrow(REFUSED);
      const asked = () => port.User.login(name, String(user?.password));
      if (user?.password_valid !== true) return expect(asked()).rejects.toThrow(REFUSED);
      // The second time it is the hash that the first one made.
      for (const _time of [1, 2]) {
        const authorization = await asked();
        expect((await port.User.of({ headers: { authorization } })).username).toBe(name);
      }
    },
  );

  it("lets nobody in who was deleted before, and follows no link from before", async () => {
    for (const { username, password } of unknown_users)
      await expect(port.User.login(username, password)).rejects.toThrow(REFUSED);
    for (const { authenticator, sent_for } of temporary_authenticators) {
      const request = following(authenticator, { new_password: "taken over" });
      const type = sent_for === "verify" ? "VERIFY" : "RESET";
      await expect(port.User.handleEmailRequest(request, type)).rejects.toThrow(REFUSED);
    }
  });
});
