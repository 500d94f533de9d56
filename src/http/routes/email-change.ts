import { z } from "zod";
import { emailTaken, json, tooMany, wrongCode } from "../respond.js";
import { memberRoute, openRoute, type Route } from "../route.js";
import { code, email, link, password, ticket } from "../schemas/texts.js";
import { sentView, userView } from "../schemas/views.js";
import { viewUser } from "../views.js";
import { wrongPassword } from "./password.js";

// One form with everything optional: of a union zod would tell what the other form lacks.
const askBody = z
  .strictObject({ newEmail: email.optional(), password: password.optional(), ticket: ticket.optional() })
  .meta({
    id: "ChangeEmail",
    description:
      "With `newEmail` and `password`, for a code to the new address; with neither, for a code to the present one; with a ticket, for another code.",
  });

const confirmBody = z
  .union([
    z.strictObject({ ticket, code, newEmail: email.optional(), password: password.optional() }),
    z.strictObject({ link, ticket: ticket.optional(), password: password.optional() }),
  ])
  .meta({
    id: "ConfirmEmailChange",
    description:
      "`newEmail` with a code from the present address. A link wants the ticket or the password of whoever has one.",
  });

const changed = z.strictObject({ status: z.literal("email-changed"), user: userView });

export const emailChangeRoutes: readonly Route[] = [
  memberRoute({
    method: "post",
    path: "/api/email/change",
    tag: "Email",
    summary:
      "Ask for another address. A code goes to the new one; the answer is the same whether somebody has it or not.",
    body: askBody,
    answers: {
      202: { description: "A mail is on its way.", schema: sentView },
      200: { description: "Changed at once, where the space asks for no verification.", schema: changed },
    },
    errors: ["invalid-identifier", "wrong-password", "email-taken", "conflict", "too-many-requests", "busy"],
    async handle({ web, body, who, context }) {
      const result = await web.space.codes.request("change-email", {
        ...body,
        userId: who.user.id,
        ...context,
      });
      switch (result.status) {
        case "sent":
          return json(202, { status: result.status, ticket: result.ticket });
        case "email-changed":
          return json(200, { status: result.status, user: viewUser(result.user) });
        case "email-taken":
          throw emailTaken();
        case "wrong-password":
          throw wrongPassword("password");
        case "limited":
          throw tooMany(result);
      }
    },
  }),

  openRoute({
    method: "put",
    path: "/api/email/change",
    tag: "Email",
    summary: "Change the address, with the code or the link of the mail. The old one is told.",
    body: confirmBody,
    answers: {
      200: {
        description: "The address is changed.",
        schema: z.strictObject({ status: changed.shape.status }),
      },
      202: {
        description: "The code from the present address was right; one for the new address is on its way.",
        schema: z.strictObject({ status: z.literal("confirmation-sent"), ticket }),
      },
    },
    errors: [
      "wrong-code",
      "wrong-password",
      "invalid-identifier",
      "email-taken",
      "too-many-requests",
      "busy",
    ],
    async handle({ web, body, context }) {
      const result = await web.space.codes.confirm("change-email", { ...body, ...context });
      switch (result.status) {
        case "email-changed":
          return json(200, { status: result.status });
        case "confirmation-sent":
          return json(202, { status: result.status, ticket: result.ticket });
        case "wrong-code":
          throw wrongCode();
        case "wrong-password":
          throw wrongPassword("password");
        case "email-taken":
          throw emailTaken();
        case "limited":
          throw tooMany(result);
      }
    },
  }),
];
