import { z } from "zod";
import { json, tooMany, wrongCode } from "../respond.js";
import { memberRoute, openRoute, type Route } from "../route.js";
import { code, link, password, ticket } from "../schemas/texts.js";
import { sentView } from "../schemas/views.js";
import { wrongPassword } from "./password.js";

const optional = { password: password.optional().meta({ description: "Needed where the account has one." }) };
const confirmBody = z
  .union([z.strictObject({ ticket, code, ...optional }), z.strictObject({ link, ...optional })])
  .meta({ id: "ConfirmAccountDeletion" });

export const accountDeletionRoutes: readonly Route[] = [
  memberRoute({
    method: "post",
    path: "/api/account/deletion",
    tag: "Account",
    summary: "Send a code that deletes one's account, for people without a password above all.",
    body: z.strictObject({ ticket: ticket.optional() }).meta({ id: "SendAccountDeletionCode" }),
    answers: { 202: { description: "A mail is on its way.", schema: sentView } },
    errors: ["too-many-requests"],
    async handle({ web, body, who, context }) {
      const result = await web.space.codes.request("delete-account", {
        ...body,
        userId: who.user.id,
        ...context,
      });
      if (result.status === "limited") throw tooMany(result);
      return json(202, { status: result.status, ticket: result.ticket });
    },
  }),

  openRoute({
    method: "put",
    path: "/api/account/deletion",
    tag: "Account",
    summary: "Delete one's account, with the code or the link of the mail and the password.",
    body: confirmBody,
    answers: {
      200: { description: "Deleted.", schema: z.strictObject({ status: z.literal("account-deleted") }) },
    },
    errors: ["wrong-code", "wrong-password", "not-allowed", "too-many-requests", "busy"],
    async handle({ web, c, body, context }) {
      const who = await web.signedIn(c);
      const result = await web.space.codes.confirm("delete-account", { ...body, ...context });
      if (result.status === "wrong-code") throw wrongCode();
      if (result.status === "wrong-password") throw wrongPassword("password");
      if (result.status === "limited") throw tooMany(result);
      // The link may be opened where somebody else is signed in, who stays so.
      const cookies =
        who?.user.id === result.user.id ? [web.cookies.clear("session"), web.cookies.clear("device")] : [];
      return json(200, { status: result.status }, cookies);
    },
  }),
];
