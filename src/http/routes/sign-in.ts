import { z } from "zod";
import { WatchwordError } from "../../base/errors.js";
import type { SignInResult } from "../../space/contract.js";
import { json, nothing, tooMany, wrongCode } from "../respond.js";
import { openRoute, type Route } from "../route.js";
import { code, cookie, device, identifier, link, password, ticket } from "../schemas/texts.js";
import { sentView, sessionView, userView } from "../schemas/views.js";
import { viewSession, viewUser } from "../views.js";
import { readBearer, signInCookies, type Web } from "../web.js";

const common = { device: device.optional(), cookie: cookie.optional() };
const signInBody = z
  .union([
    z.strictObject({ identifier, password, ...common }),
    z.strictObject({ ticket, code, ...common }),
    z.strictObject({ link, ...common }),
  ])
  .meta({ id: "SignIn" });

const signedIn = z.strictObject({
  status: z.literal("signed-in"),
  user: userView,
  session: sessionView,
  token: z.string().optional().meta({ description: "Only with `cookie: false`. Shown once." }),
  device: z
    .string()
    .optional()
    .meta({ description: "Only with `cookie: false`. Give it at the next sign-in." }),
});

export const signInRoutes: readonly Route[] = [
  openRoute({
    method: "post",
    path: "/api/sign-in",
    tag: "Signing in",
    summary:
      "Sign in: with a name and a password, with the code of a second factor, or with a mailed code or link.",
    body: signInBody,
    answers: {
      200: {
        description: "Signed in. The session is in a cookie, or in `token` where none was wanted.",
        schema: signedIn,
      },
      202: {
        description:
          "A second factor is due. Where the password was right, a code went to the address: call again with this ticket and the code.",
        schema: z.strictObject({ status: z.literal("second-factor"), ticket, sentTo: z.literal("email") }),
      },
    },
    errors: [
      "wrong-credentials",
      "wrong-code",
      "account-blocked",
      "account-inactive",
      "email-unverified",
      "too-many-requests",
      "busy",
    ],
    async handle({ web, c, body, context }) {
      const { cookie: wantsCookie = true, device: sent, ...proof } = body;
      const known = sent ?? web.cookies.read(c.req.raw, "device");
      const result = await web.space.signIn({
        ...proof,
        ...(known === null ? {} : { device: known }),
        ...context,
      });
      if (result.status === "second-factor")
        return json(202, { status: result.status, ticket: result.ticket, sentTo: result.sentTo });
      if (result.status !== "signed-in") throw refusal(result);
      const shown = {
        status: result.status,
        user: viewUser(result.user),
        session: viewSession(result.session),
      };
      if (!wantsCookie) return json(200, { ...shown, token: result.token, device: result.device });
      await endReplacedSession(web, c.req.raw);
      return json(200, shown, signInCookies(web, result));
    },
  }),

  openRoute({
    method: "post",
    path: "/api/sign-in/code",
    tag: "Signing in",
    summary:
      "Send a code to sign in with, in place of a password. The answer is the same whether the account exists, and may do so, or not.",
    body: z.strictObject({ identifier, ticket: ticket.optional() }).meta({ id: "SendSignInCode" }),
    answers: {
      202: { description: "A mail is on its way where there is somebody to write to.", schema: sentView },
    },
    errors: ["too-many-requests"],
    async handle({ web, body, context }) {
      const result = await web.space.codes.request("sign-in", { ...body, ...context });
      if (result.status === "limited") throw tooMany(result);
      return json(202, { status: result.status, ticket: result.ticket });
    },
  }),

  openRoute({
    method: "post",
    path: "/api/sign-out",
    tag: "Signing in",
    summary: "End the session that the request brings, and take the cookie away.",
    answers: { 204: { description: "Signed out; also where there was no session." } },
    errors: [],
    async handle({ web, c, context }) {
      const fromCookie = web.cookies.read(c.req.raw, "session");
      const bearer = readBearer(c.req.raw.headers.get("authorization"));
      // The cookie goes in any case, so its session must not live on.
      for (const token of new Set([bearer, fromCookie]))
        if (token !== null) await web.space.signOut(token, context);
      return nothing([web.cookies.clear("session")]);
    },
  }),
];

/** The session of the cookie that is about to be overwritten ends, so that an older token does not outlive a new sign-in. */
async function endReplacedSession(web: Web, request: Request): Promise<void> {
  const replaced = web.cookies.read(request, "session");
  if (replaced !== null) await web.space.signOut(replaced);
}

function refusal(result: Exclude<SignInResult, { status: "signed-in" | "second-factor" }>): WatchwordError {
  switch (result.status) {
    case "wrong-credentials":
      return new WatchwordError("wrong-credentials", "The name or the password is wrong; check both.");
    case "wrong-code":
      return wrongCode();
    case "blocked":
      return new WatchwordError("account-blocked", "The account is blocked; ask whoever runs this service.", {
        details: { until: result.until, reason: result.reason },
      });
    case "inactive":
      return new WatchwordError(
        "account-inactive",
        "The account is switched off; ask whoever runs this service.",
      );
    case "email-unverified":
      return new WatchwordError(
        "email-unverified",
        "The email address is not verified yet; ask for a code with this ticket and confirm it.",
        { details: { ticket: result.ticket } },
      );
    case "limited":
      return tooMany(result);
  }
}
