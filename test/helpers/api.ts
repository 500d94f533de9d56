import type { UserSpace } from "watchword";

/** What the API answered. */
export class Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else text. */
  readonly body: unknown;

  constructor(response: Response, text: string) {
    this.status = response.status;
    this.headers = response.headers;
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    this.body = isJson && text !== "" ? JSON.parse(text) : text;
  }

  /** A text in the body, such as that of `user.id`. */
  text(path: string): string {
    const value = path.split(".").reduce<unknown>((inner, name) => fieldsOf(inner)[name], this.body);
    if (typeof value !== "string") throw new Error(`no text at ${path} in ${JSON.stringify(this.body)}`);
    return value;
  }

  /** The items of a page of a list. */
  get items(): readonly Readonly<Record<string, unknown>>[] {
    const { items } = fieldsOf(this.body);
    if (!Array.isArray(items)) throw new Error(`no page of a list: ${JSON.stringify(this.body)}`);
    return items.map(fieldsOf);
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** A program that calls the API: without cookies, with a bearer token once it has one. */
export class ApiProgram {
  readonly #space: UserSpace;
  readonly #ip: string;
  token: string | null = null;

  constructor(space: UserSpace, options: { readonly ip?: string } = {}) {
    this.#space = space;
    this.#ip = options.ip ?? "192.0.2.1";
  }

  get(path: string): Promise<Answer> {
    return this.call("GET", path);
  }

  call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return callApi(this.#space, this.#ip, method, path, body, {
      ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
      ...headers,
    });
  }
}

/** A page in a browser that calls the API: cookies are kept, and changes say from which site they come. */
export class ApiBrowser {
  readonly #space: UserSpace;
  readonly #origin: string;
  readonly #ip: string;
  readonly cookies = new Map<string, string>();

  constructor(space: UserSpace, options: { readonly ip?: string; readonly origin?: string } = {}) {
    this.#space = space;
    this.#origin = options.origin ?? space.baseUrl;
    this.#ip = options.ip ?? "192.0.2.2";
  }

  get(path: string): Promise<Answer> {
    return this.call("GET", path);
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await callApi(this.#space, this.#ip, method, path, body, {
      "sec-fetch-site": "same-origin",
      ...(method === "GET" ? {} : { origin: this.#origin }),
      ...(cookie === "" ? {} : { cookie }),
      ...headers,
    });
    for (const line of answer.headers.getSetCookie()) this.#keep(line);
    return answer;
  }

  #keep(line: string): void {
    const [pair = ""] = line.split(";", 1);
    const at = pair.indexOf("=");
    if (line.includes("; Max-Age=0")) this.cookies.delete(pair.slice(0, at));
    else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}

/** One request; `body` becomes JSON unless it is text already. */
export async function callApi(
  space: UserSpace,
  ip: string | null,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Answer> {
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const request = new Request(new URL(path, space.baseUrl), {
    method,
    headers: { ...(text === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(text === undefined ? {} : { body: text }),
  });
  const response = await space.handler(request, ip === null ? {} : { ip });
  return new Answer(response, await response.text());
}

/** A program that is signed in as a new user with these rights. */
export async function signedInProgram(
  space: UserSpace,
  name: string,
  rights: { readonly admin?: boolean; readonly superuser?: boolean } = {},
): Promise<{ readonly program: ApiProgram; readonly id: string; readonly password: string }> {
  const password = `the long secret of ${name.toUpperCase()} 7`;
  const email = `${name}@example.com`;
  const user = await space.users.create({ username: name, email, emailVerified: true, password, ...rights });
  const { token } = await space.sessions.create({ userId: user.id });
  const program = new ApiProgram(space);
  program.token = token;
  return { program, id: user.id, password };
}
