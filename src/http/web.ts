import type { Context as HonoContext } from "hono";
import { SECOND } from "../base/clock.js";
import type {
  Actor,
  Context,
  Session,
  SessionCheckResult,
  SignInResult,
  User,
  UserSpace,
} from "../space/contract.js";
import type { Logger, OpenOptions } from "../space/options.js";
import { type Cookies, createCookies } from "./cookies.js";
import { countSignIns } from "./count-sign-ins.js";
import { createFormTokens, type FormTokens } from "./forms.js";
import { allowedOrigins, assertSameOrigin } from "./origin.js";

/** What the HTTP face is set up with, besides the space. */
export type HttpOptions = NonNullable<OpenOptions["http"]> & {
  /** Gets a line for each request, and the stack of what went wrong. */
  readonly logger?: Logger;
  /** Whether people reach the pages over https, so that cookies are marked `Secure`. Default: as `baseUrl` says. */
  readonly secure?: boolean;
};

/** What Hono hands from the handler to a route. */
export type WebEnv = { Bindings: { ip?: string }; Variables: { requestId: string } };

/** Who sent a request, by its cookie or bearer token. */
export interface SignedIn {
  readonly token: string;
  readonly user: User;
  readonly session: Session;
  readonly actor: Actor;
}

/** What routes and pages share. */
export interface Web {
  readonly space: UserSpace;
  readonly cookies: Cookies;
  readonly forms: FormTokens;
  readonly secure: boolean;
  readonly outboxKey: string | null;
  readonly logger: Logger | null;
  /** From where the request comes: for limits, mail and audit. Who acts is not in it; see {@link Web.signedIn}. */
  context(c: HonoContext<WebEnv>): Context;
  /** @throws WatchwordError `foreign-origin` */
  assertSameOrigin(request: Request): void;
  /** Whose session the request brings, by cookie or bearer token (bearer wins). One look-up in the database. */
  signedIn(c: HonoContext<WebEnv>): Promise<SignedIn | null>;
}

const DEVICE_AGE = 365 * 24 * 60 * 60;
/** The longest that browsers keep a cookie (RFC 6265bis §5.6.2). */
const LONGEST_AGE = 400 * 24 * 60 * 60;

/** Who hears what requests came to. */
export interface Hooks {
  sessionCheck(outcome: SessionCheckResult["status"]): void;
  signIn(outcome: SignInResult["status"] | "error"): void;
}

/** @throws WatchwordError `invalid-option` */
export function createWeb(space: UserSpace, options: HttpOptions, hooks: Hooks): Web {
  const secure = options.secure ?? space.baseUrl.startsWith("https:");
  const cookies = createCookies({ secure });
  const origins = allowedOrigins(space.baseUrl, options.origins);
  return {
    space: countSignIns(space, hooks.signIn),
    cookies,
    forms: createFormTokens(space.deriveKey("form tokens"), cookies),
    secure,
    outboxKey: options.outboxKey ?? null,
    logger: options.logger ?? null,
    context: (c) => contextOf(c.req.raw, c.env.ip, c.get("requestId")),
    assertSameOrigin: (request) => assertSameOrigin(request, origins),
    async signedIn(c) {
      const token = readToken(c.req.raw, cookies);
      if (token === null) return null;
      const check = await space.sessions.check(token);
      hooks.sessionCheck(check.status);
      if (check.status !== "ok") return null;
      const { user, session } = check;
      return { token, user, session, actor: actorOf(user, session) };
    },
  };
}

/** The session token of a request: `Authorization: Bearer` (RFC 6750 §2.1), or else the cookie. */
export function readToken(request: Request, cookies: Cookies): string | null {
  return readBearer(request.headers.get("authorization")) ?? cookies.read(request, "session");
}

/** The token of an `Authorization: Bearer` header; null for any other. */
export function readBearer(header: string | null): string | null {
  if (header === null || header.slice(0, 7).toLowerCase() !== "bearer ") return null;
  const token = header.slice(7).trim();
  return token === "" ? null : token;
}

function actorOf(user: User, session: Session): Actor {
  return { type: "user", id: user.id, admin: user.admin, superuser: user.superuser, sessionId: session.id };
}

/** BCP 47 as far as anybody writes it (RFC 5646 §2.1). */
const LANGUAGE_TAG = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}$/;

function contextOf(request: Request, ip: string | undefined, requestId: string): Context {
  const userAgent = request.headers.get("user-agent")?.slice(0, 512);
  const locale = request.headers.get("accept-language")?.slice(0, 64).split(/[,;]/, 1)[0]?.trim();
  return {
    requestId,
    ...(ip === undefined ? {} : { ip }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(locale !== undefined && LANGUAGE_TAG.test(locale) ? { locale } : {}),
  };
}

/** The cookies of a browser that has just signed in: the session's, and the device's where there is one. */
export function signInCookies(
  web: Web,
  signedIn: { readonly token: string; readonly session: Session; readonly device?: string },
): string[] {
  const { absoluteEnd } = signedIn.session;
  const left = absoluteEnd === null ? LONGEST_AGE : (absoluteEnd.getTime() - web.space.clock.now()) / SECOND;
  const session = web.cookies.write("session", signedIn.token, { maxAge: Math.min(left, LONGEST_AGE) });
  if (signedIn.device === undefined) return [session];
  return [session, web.cookies.write("device", signedIn.device, { maxAge: DEVICE_AGE })];
}
