import { z } from "zod";
import { WatchwordError } from "../../base/errors.js";
import { json, refused, tooMany, wrongCode } from "../respond.js";
import { memberRoute, openRoute, type Route } from "../route.js";
import { code, identifier, link, password, ticket } from "../schemas/texts.js";
import { sentView, sessionView } from "../schemas/views.js";
import { viewSession } from "../views.js";
import { readBearer, signInCookies } from "../web.js";

const resetBody = z.strictObject({ identifier, ticket: ticket.optional() }).meta({ id: "ResetPassword" });
const newPasswordBody = z
  .union([
    z.strictObject({ ticket, code, newPassword: password }),
    z.strictObject({ link, newPassword: password }),
  ])
  .meta({ id: "ConfirmPasswordReset" });
const changeBody = z
  .strictObject({ currentPassword: password, newPassword: password })
  .meta({ id: "ChangePassword" });

export const passwordRoutes: readonly Route[] = [
  openRoute({
    method: "post",
    path: "/api/password/reset",
    tag: "Password",
    summary: "Send a code for a new password. The answer is the same whether the account exists or not.",
    body: resetBody,
    answers: {
      202: { description: "A mail is on its way where there is somebody to write to.", schema: sentView },
    },
    errors: ["too-many-requests"],
    async handle({ web, body, context }) {
      const result = await web.space.codes.request("reset-password", { ...body, ...context });
      if (result.status === "limited") throw tooMany(result);
      return json(202, { status: result.status, ticket: result.ticket });
    },
  }),

  openRoute({
    method: "put",
    path: "/api/password/reset",
    tag: "Password",
    summary:
      "Set a new password with the code or the link of the mail. Ends every session and signs nobody in.",
    body: newPasswordBody,
    answers: {
      200: {
        description: "The password is set.",
        schema: z.strictObject({ status: z.literal("password-reset") }),
      },
    },
    errors: ["wrong-code", "password-refused", "too-many-requests", "busy"],
    async handle({ web, body, context }) {
      const result = await web.space.codes.confirm("reset-password", { ...body, ...context });
      switch (result.status) {
        case "password-reset":
          return json(200, { status: result.status });
        case "wrong-code":
          throw wrongCode();
        case "password-refused":
          throw refused(result, "newPassword");
        case "limited":
          throw tooMany(result);
      }
    },
  }),

  memberRoute({
    method: "put",
    path: "/api/password",
    tag: "Password",
    summary:
      "Change the password with the current one. Ends the other sessions; this one goes on under a new token.",
    body: changeBody,
    answers: {
      200: {
        description: "Changed. The new token is in the cookie, or in `token` for bearer clients.",
        schema: z.strictObject({
          status: z.literal("changed"),
          session: sessionView.nullable(),
          token: z.string().optional(),
          device: z.string().optional(),
        }),
      },
    },
    errors: ["wrong-password", "password-refused", "too-many-requests", "busy"],
    async handle({ web, c, body, who, context }) {
      const result = await web.space.passwords.change({
        ...body,
        userId: who.user.id,
        sessionToken: who.token,
        ...context,
      });
      if (result.status === "limited") throw tooMany(result);
      if (result.status === "password-refused") throw refused(result, "newPassword");
      if (result.status === "wrong-password") throw wrongPassword("currentPassword");
      const { session, token, device } = result;
      const shown = { status: result.status, session: session === null ? null : viewSession(session) };
      if (session === null || token === null) return json(200, shown);
      if (readBearer(c.req.raw.headers.get("authorization")) !== null)
        return json(200, { ...shown, token, device });
      return json(200, shown, signInCookies(web, { token, session, device }));
    },
  }),
];

export function wrongPassword(field: "password" | "currentPassword"): WatchwordError {
  return new WatchwordError(
    "wrong-password",
    "The password is wrong; type the one that the account has now.",
    {
      details: { field },
    },
  );
}
