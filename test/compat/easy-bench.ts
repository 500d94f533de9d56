import { join } from "node:path";
import { expect } from "vitest";
import type { UserSpace } from "watchword";
import {
  type Answer,
  Auth,
  type AuthOptions,
  type ConnectionOptions,
  CoreDB,
  Utils,
} from "watchword/compat/easy-mongodb-auth";
import { portOptions } from "../helpers/compat.js";
import { newDatabase, type TestDatabase } from "../helpers/database.js";

/** The numbers and sentences of the original's document. */
export const SENTENCES: Readonly<Record<number, string>> = {
  200: "Success",
  201: "Verification email sent.",
  202: "Authentication successful.",
  203: "Password reset successful.",
  204: "User deleted.",
  205: "Custom user data field updated.",
  206: "Custom user data changed.",
  207: "User unblocked.",
  300: "User verified.",
  301: "User is not blocked.",
  302: "User is not verified.",
  400: "Error",
  401: "User exceeded rate limits.",
  402: "User already exists.",
  403: "User is blocked.",
  404: "User not found.",
  410: "Failed to delete user.",
  412: "Field not found.",
  417: "Invalid code.",
  419: "Failed to delete user.",
  420: "User deleted but not from blocked database.",
  421: "Failed to delete user from all databases.",
  423: "User is not found in blocked database.",
  500: "Invalid old password.",
  501: "Invalid password.",
  502: "Invalid credentials.",
  503: "Invalid email format.",
};

/** An answer as it must be. `success` is true for 200 to 207 and 300, unless a question answers otherwise. */
export function says(
  number: number,
  { readable = false, success = number < 300 || number === 300 } = {},
): Answer {
  return { success, message: readable ? (SENTENCES[number] ?? "") : number };
}

/** The three objects over one database, as a program has them, each with a space of its own. */
export interface EasyBench {
  readonly database: TestDatabase;
  readonly clock: ReturnType<typeof portOptions>["clock"];
  readonly auth: Auth;
  readonly utils: Utils;
  readonly coredb: CoreDB;
  /** The space of `auth`, for what is to be seen or done below the port. */
  space(): Promise<UserSpace>;
  /** What any object on this database needs. */
  readonly connection: ConnectionOptions;
  /** Another `Auth` on the same database. */
  open(options?: AuthOptions): Auth;
  /** The code in the newest mail to an address. */
  codeTo(email: string): Promise<string>;
  cleanup(): Promise<void>;
}

/** Mails go into a folder, unless the options say otherwise; outcomes are numbers. */
export async function openEasy(options: AuthOptions = {}, given?: TestDatabase): Promise<EasyBench> {
  const database = given ?? (await newDatabase());
  const watchword = portOptions(database);
  const { clock } = watchword;
  const { mail: _none, ...plain } = watchword;
  const connection: ConnectionOptions = { url: database.url, readableErrors: false, watchword: plain };
  const opened: { close(): Promise<void> }[] = [];
  function open(more: AuthOptions = {}): Auth {
    const mail = { outbox: join(database.folder, "outbox") };
    const auth = new Auth({
      ...connection,
      ...options,
      ...more,
      watchword: { ...plain, mail, ...options.watchword, ...more.watchword },
    });
    opened.push(auth);
    return auth;
  }
  const auth = open();
  const readable = { readableErrors: options.readableErrors ?? false };
  const utils = new Utils({ ...connection, ...readable });
  const coredb = new CoreDB({ ...connection, ...readable });
  opened.push(utils, coredb);
  return {
    database,
    clock,
    auth,
    utils,
    coredb,
    space: () => auth.space(),
    connection,
    open,
    async codeTo(email) {
      const mails = (await (await auth.space()).mail.outbox()).filter(({ to }) => to === email);
      // The next mail is to be the newer one.
      clock.advance(1);
      const code = /code is: ([0-9A-Z]+)$/m.exec(mails[0]?.text ?? "")?.[1];
      if (code === undefined) throw new Error(`no code for ${email} in ${mails[0]?.text ?? "no mail"}`);
      return code;
    },
    async cleanup() {
      for (const each of opened) await each.close();
      await database.drop();
    },
  };
}

/**
 * Calls again and again: each rung says what the call answers as things stand, and mends that one thing. So the order in which
 * a call looks at things shows.
 */
export async function climb(
  call: () => Promise<Answer>,
  rungs: readonly (readonly [expected: Answer, mend?: () => unknown])[],
): Promise<void> {
  for (const [expected, mend] of rungs) {
    expect(await call()).toEqual(expected);
    await mend?.();
  }
}
