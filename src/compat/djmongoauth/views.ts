import { WatchwordError } from "../../index.js";
import { EmailTypes, type UserModel } from "./contract.js";
import { DjMongoAuthError } from "./error.js";
import { type DjMongoAuthRequest, fieldsOf, hasToken, textIn } from "./request.js";

/** Answers a request of whichever kind with a response of the Fetch standard; what fails is answered too. */
export type View = (request: DjMongoAuthRequest) => Promise<Response>;

/** The handlers of djmongoauth's read-me. What fails is answered with 400 `{error}`, another method with 405. */
export interface Views {
  /** `POST {username, email, password}`: 201. */
  readonly register: View;
  /** `POST {username, password}`: 200 `{token}`. */
  readonly login: View;
  /** `POST` with the token: 204. */
  readonly logout: View;
  /** `POST` with the token mails a link: 201. `PUT ?a=…` follows it: 200. */
  readonly verify: View;
  /** `POST` with the token, or without one and `{email}`, mails a link: 200. `PUT ?a=… {new_password}` follows it: 200. */
  readonly reset: View;
}

/** What a method does, by its name in HTTP. */
type Methods = Readonly<Record<string, (request: DjMongoAuthRequest) => Promise<Response>>>;

/** @param report Gets what failed by itself, of which whoever asked learns no more than that. */
export function createViews(User: UserModel, report: (error: unknown) => void): Views {
  function view(methods: Methods): View {
    return async (request) => {
      const { method = "GET" } = request;
      const act = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (act === undefined) return answer(405, undefined, { allow: Object.keys(methods).join(", ") });
      try {
        return await act(request);
      } catch (error) {
        if (error instanceof DjMongoAuthError) return answer(400, { error: error.message });
        report(error);
        const isBusy = error instanceof WatchwordError && error.code === "busy";
        return answer(400, { error: isBusy ? error.message : "Something went wrong here; try again later." });
      }
    };
  }

  return {
    register: view({
      async POST(request) {
        const fields = await fieldsOf(request);
        const [username, email] = [textIn(fields, "username"), textIn(fields, "email")];
        await new User({ username, email, password: textIn(fields, "password") }).register();
        return answer(201);
      },
    }),
    login: view({
      async POST(request) {
        const fields = await fieldsOf(request);
        return answer(200, {
          token: await User.login(textIn(fields, "username"), textIn(fields, "password")),
        });
      },
    }),
    logout: view({
      async POST(request) {
        await User.logout(request);
        return answer(204);
      },
    }),
    verify: view({
      async POST(request) {
        await User.sendEmail(request, EmailTypes.VERIFY);
        return answer(201);
      },
      async PUT(request) {
        await User.handleEmailRequest(request, EmailTypes.VERIFY);
        return answer(200);
      },
    }),
    reset: view({
      async POST(request) {
        // Whoever forgot the password has no token to ask with; the original knew no way for them.
        if (hasToken(request)) await User.sendEmail(request, EmailTypes.RESET);
        else await User.sendResetEmail(textIn(await fieldsOf(request), "email"));
        return answer(200);
      },
      async PUT(request) {
        await User.handleEmailRequest(request, EmailTypes.RESET);
        return answer(200);
      },
    }),
  };
}

/** What is used of the response of `node:http` and of Express. */
export interface NodeResponse {
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
}

/**
 * A view as a listener of `node:http`, or a handler of Express.
 *
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { forNode } from "watchword/compat/djmongoauth";
 *
 * const server = createServer(forNode(views.login));
 * ```
 */
export function forNode(view: View): (request: DjMongoAuthRequest, response: NodeResponse) => Promise<void> {
  return async (request, response) => {
    const made = await view(request);
    const body = await made.text();
    response.writeHead(made.status, Object.fromEntries(made.headers));
    response.end(body);
  };
}

function answer(status: number, body?: object, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...headers,
    },
  });
}
