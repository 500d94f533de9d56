import { Hono, type Context as HonoContext } from "hono";
import type { Web, WebEnv } from "../http/web.js";
import { account } from "./account.js";
import { ASSET_PATHS, asset } from "./assets.js";
import { changeEmail } from "./change-email.js";
import { deleteAccount } from "./delete-account.js";
import { failurePage, notFoundPage, wrongMethodPage } from "./error-pages.js";
import { home } from "./home.js";
import { outbox } from "./outbox.js";
import { reset } from "./reset.js";
import { setUp } from "./set-up.js";
import { signIn } from "./sign-in.js";
import { signInMail } from "./sign-in-mail.js";
import { signOut } from "./sign-out.js";
import { signUp } from "./sign-up.js";
import { unlock } from "./unlock.js";
import { verify } from "./verify.js";
import { verifyAgain } from "./verify-again.js";
import { type Route, Visit } from "./visit.js";

/** Every page, in the order of `docs/pages.md`. */
const ROUTES: readonly Route[] = [
  ...home,
  ...signUp,
  ...verify,
  ...verifyAgain,
  ...signIn,
  ...signInMail,
  ...signOut,
  ...reset,
  ...unlock,
  ...account,
  ...changeEmail,
  ...deleteAccount,
  ...setUp,
  ...outbox,
];

/** The addresses of all pages, for the check of the documentation. */
export const PAGE_PATHS: readonly string[] = ROUTES.map((route) => route.path);

/**
 * The pages for people: HTML without any JavaScript. They have no middleware, so that mounting them costs the routes
 * beside them nothing; every answer brings its own headers.
 */
export function createPages(web: Web): Hono<WebEnv> {
  const pages = new Hono<WebEnv>();
  const visit = (c: HonoContext<WebEnv>) => new Visit(web, c);
  for (const { path, get, post } of ROUTES) {
    if (get !== undefined) pages.get(path, (c) => get(visit(c)));
    if (post !== undefined) pages.post(path, (c) => post(visit(c)));
    const allowed = [...(get === undefined ? [] : ["GET", "HEAD"]), ...(post === undefined ? [] : ["POST"])];
    pages.all(path, (c) => wrongMethodPage(visit(c), allowed));
  }
  for (const path of ASSET_PATHS) pages.get(path, (c) => asset(new URL(c.req.url)) ?? notFoundPage(visit(c)));
  pages.all("*", (c) => notFoundPage(visit(c)));
  pages.onError((error, c) => failurePage(visit(c), error));
  return pages;
}
