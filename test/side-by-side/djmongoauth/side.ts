import { type OutgoingMail, WatchwordError } from "watchword";
import {
  type DjMongoAuth,
  DjMongoAuthError,
  type DjMongoAuthRequest,
  type EmailType,
  openDjMongoAuth,
  type View,
} from "watchword/compat/djmongoauth";
import type { PortSide } from "../side-by-side.js";

/** What a request is made of, besides its token. */
interface Asked {
  readonly method?: string;
  readonly query?: string;
  readonly body?: unknown;
}

/** The port with a clock and a mail server that the calls can turn, and the words of original.py for what came of them. */
export class Side {
  readonly mails: OutgoingMail[] = [];
  mailIsDown = false;

  private constructor(
    readonly port: DjMongoAuth,
    readonly later: (milliseconds: number) => void,
  ) {}

  static async open({ url, options }: Parameters<PortSide>[0]): Promise<Side> {
    let now = Date.now();
    const side: Side = new Side(
      await openDjMongoAuth({
        url,
        siteUrl: "shop.example",
        sessionExpireInHour: 168,
        emailHostUser: "hello@shop.example",
        watchword: { ...options, clock: { now: () => now }, mail: { send: (mail) => side.take(mail) } },
      }),
      (milliseconds) => {
        now += milliseconds;
      },
    );
    return side;
  }

  private async take(mail: OutgoingMail): Promise<void> {
    if (this.mailIsDown) throw new Error("connect ECONNREFUSED 127.0.0.1:1");
    this.mails.push(mail);
  }

  async outcome(call: () => unknown): Promise<string> {
    try {
      await call();
      return "ok";
    } catch (error) {
      if (error instanceof DjMongoAuthError) return "DjMongoAuthError";
      if (error instanceof WatchwordError) return "another error";
      throw error;
    }
  }

  request(token: string | null, { method = "POST", query = "", body = {} }: Asked = {}): DjMongoAuthRequest {
    return {
      method,
      url: `/${query}`,
      headers: token === null ? {} : { authorization: token },
      body: typeof body === "string" ? body : JSON.stringify(body),
    };
  }

  register(username: string, password: string | null, email = `${username}@example.com`): Promise<string> {
    return this.outcome(() => new this.port.User({ username, email, password }).register());
  }

  login(username: string, password: string): Promise<string> {
    return this.outcome(() => this.port.User.login(username, password));
  }

  logout(token: string | null): Promise<string> {
    return this.outcome(() => this.port.User.logout(this.request(token)));
  }

  /** Whether the decorator lets a request with this token through. */
  signedIn(token: string | null): Promise<string> {
    return this.outcome(() => this.port.authenticated()(() => {})(this.request(token)));
  }

  /** What came of it, and how many mails went out. */
  async sends(type: string, token: string | null): Promise<readonly [string, number]> {
    const before = this.mails.length;
    const what = await this.outcome(() => this.port.User.sendEmail(this.request(token), type as EmailType));
    return [what, this.mails.length - before];
  }

  /** What stands behind ?a= in the newest mail. */
  link(): string {
    return /\?a=([\w.-]+)/.exec(this.mails.at(-1)?.text ?? "")?.[1] ?? "";
  }

  /** Asks for a mail, and gives the link in it. */
  async linkFor(type: EmailType, token: string): Promise<string> {
    await this.sends(type, token);
    return this.link();
  }

  follow(type: EmailType, link: string, body?: unknown): Promise<string> {
    const request = this.request(null, { method: "PUT", query: `?a=${link}`, body });
    return this.outcome(() => this.port.User.handleEmailRequest(request, type));
  }

  /** What the newest mail shows; its words are each side's own. */
  facts(path: string, username: string): Readonly<Record<string, unknown>> {
    const { to = "", text = "", html = "" } = this.mails.at(-1) ?? {};
    const parts = [text, html];
    return {
      to: [to],
      "greets by name": parts.every((part) => part.includes(`Hello ${username}`)),
      link: parts.every((part) => part.includes(`https://shop.example/${path}?a=`)),
      "expires in UTC": parts.every((part) => /\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC/.test(part)),
      "names the site before the link": (text.split("https://")[0] ?? "").includes("shop.example"),
      "ends with ignoring it": text.trim().slice(-60).includes("ignore"),
    };
  }

  async view(
    name: "register" | "login" | "logout" | "verify" | "reset",
    token: string | null,
    asked: Asked = {},
  ) {
    const view: View = this.port.views[name];
    return (await view(this.request(token, asked))).status;
  }
}
