import type { Context as HonoContext } from "hono";
import type { Child } from "hono/jsx";
import { WatchwordError } from "../base/errors.js";
import { retryFields } from "../http/retry.js";
import type { SignedIn, Web, WebEnv } from "../http/web.js";
import { type Messages, messagesFor } from "../messages/catalogue.js";
import type { Context, UserSpace } from "../space/contract.js";
import { Layout } from "./layout.js";
import type { Problem } from "./problem.js";
import { readForm } from "./read-form.js";
import { readTicket, type TicketPurpose, writeTicket } from "./tickets.js";
import type { Words } from "./words.js";

/** What a page hands over to be shown. */
export interface PageInput {
  readonly title: string;
  /** For pages with lists. */
  readonly wide?: boolean;
  /** What was wrong with the form that was sent; sets the status, and `Retry-After` where there is a time to wait. */
  readonly problem?: Problem;
  /** The HTTP status where there is no problem; 200 by default. */
  readonly status?: number;
  /** Allows inline styles, for mails, which cannot do without. */
  readonly inlineStyles?: boolean;
  readonly children: Child;
}

/** One address and what answers it there. */
export interface Route {
  readonly path: string;
  readonly get?: (visit: Visit) => Promise<Response>;
  readonly post?: (visit: Visit) => Promise<Response>;
}

/** One request of a person to a page, and the answer in the making: its cookies, its form token, its language. */
export class Visit {
  readonly web: Web;
  readonly url: URL;
  /** All wording in the language of the person; `words` is the part for pages. */
  readonly messages: Messages;
  readonly words: Words;
  readonly lang: string;
  readonly #c: HonoContext<WebEnv>;
  readonly #setCookies: string[] = [];
  #formToken: string | null = null;

  constructor(web: Web, c: HonoContext<WebEnv>) {
    this.web = web;
    this.#c = c;
    this.url = new URL(c.req.url);
    this.messages = messagesFor(web.context(c).locale ?? null);
    this.words = this.messages.pages;
    this.lang = this.messages.language;
  }

  get space(): UserSpace {
    return this.web.space;
  }

  get request(): Request {
    return this.#c.req.raw;
  }

  get requestId(): string {
    return this.#c.get("requestId");
  }

  /** From where the person acts; the actor is added by those pages that ask for one. */
  get context(): Context {
    return this.web.context(this.#c);
  }

  signedIn(): Promise<SignedIn | null> {
    return this.web.signedIn(this.#c);
  }

  /** A part of the path, such as the id in `/outbox/:id`. */
  pathPart(name: string): string {
    return this.#c.req.param(name) ?? "";
  }

  /**
   * A parameter of the address; null where it is absent.
   * @throws WatchwordError `invalid-input` where it is given twice, for whoever reads it next might take the other one.
   */
  query(name: string): string | null {
    const values = this.url.searchParams.getAll(name);
    if (values.length > 1)
      throw new WatchwordError("invalid-input", `The address holds "${name}" more than once; give it once.`, {
        details: { field: name },
      });
    return values[0] ?? null;
  }

  /** The fields of a posted form, checked to come from one of our own pages; see {@link readForm}. */
  read<Name extends string>(names: readonly Name[]): Promise<Readonly<Record<Name, string>>> {
    return readForm(this.web, this.request, names);
  }

  /** The token that every form carries; the same for all forms of one answer. */
  formToken(): string {
    if (this.#formToken === null) {
      const { token, setCookie } = this.web.forms.issue(this.request);
      if (setCookie !== null) this.#setCookies.push(setCookie);
      this.#formToken = token;
    }
    return this.#formToken;
  }

  setCookies(cookies: readonly string[]): void {
    this.#setCookies.push(...cookies);
  }

  /** The ticket that this browser holds for a purpose, so that it stands in no address. */
  ticket(purpose: TicketPurpose): string | null {
    return readTicket(this.web.cookies, this.request, purpose);
  }

  keepTicket(purpose: TicketPurpose, ticket: string): void {
    this.#setCookies.push(writeTicket(this.web.cookies, purpose, ticket));
  }

  dropTicket(): void {
    this.#setCookies.push(this.web.cookies.clear("ticket"));
  }

  async show(page: PageInput): Promise<Response> {
    const node = (
      <Layout
        lang={this.lang}
        siteName={this.space.siteName}
        title={page.problem === undefined ? page.title : this.words.titleOfProblem(page.title)}
        wide={page.wide ?? false}
      >
        {page.children}
      </Layout>
    );
    // Rendered before the headers are put together: forms ask for their token, and with it for a cookie, while they render.
    const html = `<!DOCTYPE html>${await node.toString()}`;
    const headers = this.#headers(page.inlineStyles ?? false);
    headers.set("content-type", "text/html; charset=utf-8");
    headers.set("content-language", this.lang);
    const { status, retryAfter, quota } = page.problem ?? {};
    if (status !== undefined && retryAfter !== undefined)
      for (const [name, value] of Object.entries(retryFields({ status, retryAfter, quota })))
        headers.set(name, value);
    return new Response(html, { status: page.problem?.status ?? page.status ?? 200, headers });
  }

  /** On to another page of this site by GET, after a form has done its work (RFC 9110 §15.4.4). */
  redirect(path: string): Response {
    const headers = this.#headers(false);
    headers.set("location", path);
    return new Response(null, { status: 303, headers });
  }

  #headers(inlineStyles: boolean): Headers {
    const headers = new Headers({
      "content-security-policy": [
        "default-src 'none'",
        `style-src 'self'${inlineStyles ? " 'unsafe-inline'" : ""}`,
        "img-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ].join("; "),
      // Not "no-referrer": browsers would then post our own forms with "Origin: null" (Fetch, "append a request `Origin`
      // header"), which over plain http nothing else vouches for. Other sites are told nothing either way.
      "referrer-policy": "same-origin",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "cross-origin-opener-policy": "same-origin",
      "cache-control": "no-store",
    });
    for (const cookie of this.#setCookies) headers.append("set-cookie", cookie);
    return headers;
  }
}
