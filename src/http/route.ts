import type { Context as HonoContext } from "hono";
import { z } from "zod";
import { type ErrorCode, WatchwordError } from "../base/errors.js";
import type { Context } from "../space/contract.js";
import { assertJsonType } from "./body.js";
import { type Exact, readJson, readQuery } from "./input.js";
import { notSignedIn } from "./session-route.js";
import type { SignedIn, Web, WebEnv } from "./web.js";

/** Who may call a route. `signed-in` and above need a session; the core looks at rights once more. */
export type Access = "anyone" | "signed-in" | "admin" | "superuser";
export type Method = "get" | "post" | "put" | "patch" | "delete";

/** What a route answers where all goes well. */
export interface Answer {
  readonly description: string;
  readonly schema?: z.ZodType;
}

/** One row of the route table: what is served, checked and documented, from one place. */
export interface Route {
  readonly method: Method;
  /** With parameters as `{id}`, as OpenAPI writes them. */
  readonly path: string;
  readonly access: Access;
  readonly tag: string;
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  readonly answers: Readonly<Record<number, Answer>>;
  /** The failures that a caller has to reckon with, besides those of every route. */
  readonly errors: readonly ErrorCode[];
  readonly answer: (web: Web, c: HonoContext<WebEnv>) => Promise<Response>;
}

/** What a route gets to work with. */
export interface Call<B, Q> {
  readonly web: Web;
  readonly c: HonoContext<WebEnv>;
  readonly body: B;
  readonly query: Q;
  /** From where the request comes, and who acts. */
  readonly context: Context;
}

export interface MemberCall<B, Q> extends Call<B, Q> {
  readonly who: SignedIn;
}

const NO_PARAMETERS = z.strictObject({});

type Schema = z.ZodType | undefined;
type Parsed<S extends Schema> = S extends z.ZodType ? Exact<z.output<S>> : undefined;

interface Definition<B extends Schema, Q extends Schema>
  extends Omit<Route, "answer" | "access" | "body" | "query"> {
  readonly body?: B;
  readonly query?: Q;
}

/** A route for everybody. Its context names nobody as the actor. */
export function openRoute<B extends Schema = undefined, Q extends Schema = undefined>(
  definition: Definition<B, Q> & {
    readonly handle: (call: Call<Parsed<B>, Parsed<Q>>) => Promise<Response> | Response;
  },
): Route {
  return {
    ...described(definition),
    access: "anyone",
    async answer(web, c) {
      web.assertSameOrigin(c.req.raw);
      const input = await readInput(c, definition);
      return definition.handle({ web, c, ...input, context: web.context(c) });
    },
  };
}

/** A route for people who are signed in, or for administrators only. Nothing of the request is read before that is known. */
export function memberRoute<B extends Schema = undefined, Q extends Schema = undefined>(
  definition: Definition<B, Q> & {
    readonly access?: Exclude<Access, "anyone">;
    readonly handle: (call: MemberCall<Parsed<B>, Parsed<Q>>) => Promise<Response> | Response;
  },
): Route {
  const access = definition.access ?? "signed-in";
  return {
    ...described(definition),
    access,
    async answer(web, c) {
      web.assertSameOrigin(c.req.raw);
      const who = await requireMember(web, c, access);
      const input = await readInput(c, definition);
      return definition.handle({ web, c, ...input, who, context: { ...web.context(c), actor: who.actor } });
    },
  };
}

/** @throws WatchwordError `not-signed-in`, `not-allowed` */
async function requireMember(web: Web, c: HonoContext<WebEnv>, access: Access): Promise<SignedIn> {
  const who = await web.signedIn(c);
  if (who === null) throw notSignedIn();
  const { admin, superuser } = who.user;
  if (access === "superuser" && !superuser)
    throw new WatchwordError("not-allowed", "Only a superuser may do this.");
  if (access === "admin" && !admin && !superuser)
    throw new WatchwordError("not-allowed", "Only an administrator may do this.");
  return who;
}

async function readInput<B extends Schema, Q extends Schema>(
  c: HonoContext<WebEnv>,
  definition: Definition<B, Q>,
): Promise<{ readonly body: Parsed<B>; readonly query: Parsed<Q> }> {
  const { body, query } = definition;
  const request = c.req.raw;
  // The types say the same as the conditions: with a schema what it makes of the input, without one nothing.
  return {
    query: readQuery(request, query ?? NO_PARAMETERS) as Parsed<Q>,
    body: (body === undefined ? noBody(request) : await readJson(request, body)) as Parsed<B>,
  };
}

/** A route that takes no body leaves it unread; one of another type than JSON may come from a form on another site. */
function noBody(request: Request): undefined {
  if (request.headers.has("content-type")) assertJsonType(request);
}

function described<B extends Schema, Q extends Schema>(
  definition: Definition<B, Q>,
): Omit<Route, "answer" | "access"> {
  const { method, path, tag, summary, answers, errors, body, query } = definition;
  return {
    method,
    path,
    tag,
    summary,
    answers,
    errors,
    ...(body === undefined ? {} : { body }),
    ...(query === undefined ? {} : { query }),
  };
}
