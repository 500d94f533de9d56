import type { UserSpace } from "watchword";

/** What the browser shows after a request. */
export interface Shown {
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** The text of the page, without tags. */
  readonly text: string;
  /** Where a redirect leads; null for a page. */
  readonly location: string | null;
}

interface Cookie {
  readonly value: string;
  readonly path: string;
}

/**
 * A browser without JavaScript for stories about pages: it keeps cookies, fills in the forms that a page really has, and
 * sends the headers with which browsers say where a form stood.
 */
export class Browser {
  readonly #space: UserSpace;
  readonly #origin: string;
  readonly #ip: string;
  readonly #userAgent: string;
  readonly cookies = new Map<string, Cookie>();

  constructor(
    space: UserSpace,
    options: { readonly origin?: string; readonly ip?: string; readonly userAgent?: string } = {},
  ) {
    this.#space = space;
    this.#origin = options.origin ?? "http://localhost:3000";
    this.#ip = options.ip ?? "127.0.0.1";
    this.#userAgent =
      options.userAgent ?? "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
  }

  /** Asks for a page and stays where a redirect says to go on; see {@link follow}. */
  get(path: string, headers: Record<string, string> = {}): Promise<Shown> {
    return this.#send(path, { headers: { "sec-fetch-site": "none", ...headers } });
  }

  /** Goes on to where a redirect leads, until there is a page. */
  async follow(shown: Shown): Promise<Shown> {
    let page = shown;
    for (let hops = 0; page.location !== null; hops++) {
      if (hops === 5) throw new Error(`redirected in circles, at last to ${page.location}`);
      page = await this.get(page.location);
    }
    return page;
  }

  /** Opens a page as a person does. */
  async open(path: string): Promise<Shown> {
    return this.follow(await this.get(path));
  }

  /** Fills in the form that posts to `action` and sends it. Each value must have a field, as on a screen. */
  async submit(page: Shown, action: string, values: Record<string, string> = {}, index = 0): Promise<Shown> {
    const fields = new URLSearchParams(formFields(page, action, index));
    for (const [name, value] of Object.entries(values)) {
      if (!fields.has(name)) throw new Error(`the form ${action} on ${page.path} has no field "${name}"`);
      fields.set(name, value);
    }
    return this.post(action, fields);
  }

  /** As {@link submit}, and goes on to the page behind it. */
  async complete(
    page: Shown,
    action: string,
    values: Record<string, string> = {},
    index = 0,
  ): Promise<Shown> {
    const answer = await this.submit(page, action, values, index);
    if (answer.location === null)
      throw new Error(`the form ${action} was not accepted (${answer.status}): ${answer.text}`);
    return this.follow(answer);
  }

  /** Posts fields, from wherever; headers of one's own replace those of an honest browser. */
  post(path: string, fields: URLSearchParams, headers: Record<string, string> = {}): Promise<Shown> {
    return this.#send(path, {
      method: "POST",
      body: fields.toString(),
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        origin: this.#origin,
        "sec-fetch-site": "same-origin",
        ...headers,
      },
    });
  }

  async #send(
    path: string,
    init: RequestInit & { readonly headers: Record<string, string> },
  ): Promise<Shown> {
    const url = new URL(path, this.#origin);
    const cookie = [...this.cookies]
      .filter(
        ([, { path: prefix }]) =>
          url.pathname === prefix || url.pathname.startsWith(prefix.replace(/\/?$/, "/")),
      )
      .map(([name, { value }]) => `${name}=${value}`)
      .join("; ");
    const headers = new Headers({ "user-agent": this.#userAgent, ...init.headers });
    if (cookie !== "") headers.set("cookie", cookie);
    const response = await this.#space.handler(new Request(url, { ...init, headers }), { ip: this.#ip });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    const html = await response.text();
    return {
      path,
      status: response.status,
      headers: response.headers,
      html,
      text: textOf(html),
      location: response.headers.get("location"),
    };
  }

  #keep(line: string): void {
    const [pair = "", ...attributes] = line.split("; ");
    const at = pair.indexOf("=");
    const named = (name: string) =>
      attributes.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
    if (named("max-age") === "0") this.cookies.delete(pair.slice(0, at));
    else this.cookies.set(pair.slice(0, at), { value: pair.slice(at + 1), path: named("path") ?? "/" });
  }
}

/** The names and values of the fields of a form, as the page has them. */
export function formFields(page: Shown, action: string, index = 0): Record<string, string> {
  const forms = [...page.html.matchAll(/<form method="post" action="([^"]*)">(.*?)<\/form>/gs)].filter(
    ([, target]) => target === action,
  );
  const form = forms[index]?.[2];
  if (form === undefined) throw new Error(`no form ${action} (${index}) on ${page.path}: ${page.text}`);
  return Object.fromEntries(
    [...form.matchAll(/<input ([^>]*?)\/?>/g)].map(([, attributes = ""]) => [
      attribute(attributes, "name") ?? "",
      attribute(attributes, "value") ?? "",
    ]),
  );
}

/** The value of an attribute in the text of a tag. */
export function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : decodeEntities(value);
}

function textOf(html: string): string {
  return decodeEntities(html.replace(/<title>.*?<\/title>/s, "").replace(/<[^>]*>/g, " "))
    .replace(/\s+/g, " ")
    .trim();
}

function decodeEntities(text: string): string {
  const named: Record<string, string> = { lt: "<", gt: ">", quot: '"', amp: "&", "#39": "'" };
  return text.replace(/&(lt|gt|quot|amp|#39);/g, (_, name: string) => named[name] ?? "");
}
