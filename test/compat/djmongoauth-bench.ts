import { expect } from "vitest";
import { type DjMongoAuth, type DjMongoAuthOptions, openDjMongoAuth } from "watchword/compat/djmongoauth";
import type { TestClock } from "../helpers/clock.js";
import { portOptions } from "../helpers/compat.js";
import type { TestDatabase } from "../helpers/database.js";
import {
  type ReceivedMail,
  type SmtpServerOptions,
  type SmtpTestServer,
  startSmtp,
} from "../helpers/smtp.js";

export const REFUSED = expect.objectContaining({ name: "DjMongoAuthError" });

/** A request with a token, as `node:http` would hand it over. */
export interface SignedRequest {
  readonly headers: { readonly authorization: string };
}

/** The port with a database, a mail server and a clock of its own. */
export interface Bench {
  readonly port: DjMongoAuth;
  readonly clock: TestClock;
  readonly smtp: SmtpTestServer;
  /** Registers somebody with the address `<name>@example.com`, and signs them in. */
  person(name: string, password?: string): Promise<SignedRequest>;
  /** The newest mail, once there are so many. */
  mail(count: number): Promise<ReceivedMail>;
  /** What stands behind `?a=` there. */
  linkIn(count: number): Promise<string>;
  reopen(options?: Partial<DjMongoAuthOptions>): Promise<void>;
  cleanup(): Promise<void>;
}

export async function openBench(database: TestDatabase, server: SmtpServerOptions = {}): Promise<Bench> {
  const smtp = await startSmtp(server);
  const { clock, ...base } = portOptions(database);
  const open = ({ watchword, ...options }: Partial<DjMongoAuthOptions> = {}) =>
    openDjMongoAuth({
      url: database.url,
      siteUrl: "shop.example",
      emailHostUser: "hello@shop.example",
      ...options,
      watchword: {
        ...base,
        clock,
        ...watchword,
        mail: {
          ...base.mail,
          ...(options.emailHost === undefined && { smtp: { url: smtp.url, ca: smtp.ca } }),
          ...watchword?.mail,
        },
      },
    });
  let port = await open();

  async function mail(count: number): Promise<ReceivedMail> {
    const newest = (await smtp.waitFor(count)).at(-1);
    if (newest === undefined) throw new Error("There is no mail.");
    return newest;
  }

  return {
    get port() {
      return port;
    },
    clock,
    smtp,
    mail,
    async person(name, password = `the phrase of ${name}`) {
      await new port.User({ username: name, email: `${name}@example.com`, password }).register();
      return { headers: { authorization: await port.User.login(name, password) } };
    },
    async linkIn(count) {
      const { text = "" } = await mail(count);
      const link = /\?a=([\w.-]+)/.exec(text)?.[1];
      if (link === undefined) throw new Error(`There is no link in: ${text}`);
      return link;
    },
    async reopen(options) {
      await port.close();
      port = await open(options);
    },
    async cleanup() {
      await port.close();
      await smtp.close();
      await database.drop();
    },
  };
}

/** The request that the page behind a link sends. */
export function following(link: string, body?: object) {
  return { method: "PUT", url: `/x?a=${link}`, headers: {}, body };
}
