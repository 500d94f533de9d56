import { z } from "zod";
import { json, tooMany, wrongCode } from "../respond.js";
import { openRoute, type Route } from "../route.js";
import { code, identifier, link, ticket } from "../schemas/texts.js";
import { sentView } from "../schemas/views.js";

const confirmBody = z
  .union([z.strictObject({ ticket, code }), z.strictObject({ link })])
  .meta({ id: "ConfirmUnlock" });

export const unlockRoutes: readonly Route[] = [
  openRoute({
    method: "post",
    path: "/api/unlock",
    tag: "Signing in",
    summary:
      "Send a code that forgets the wrong passwords tried on an account. The answer is the same whether the account exists or not.",
    body: z.strictObject({ identifier, ticket: ticket.optional() }).meta({ id: "SendUnlockCode" }),
    answers: {
      202: { description: "A mail is on its way where there is somebody to write to.", schema: sentView },
    },
    errors: ["too-many-requests"],
    async handle({ web, body, context }) {
      const result = await web.space.codes.request("unlock", { ...body, ...context });
      if (result.status === "limited") throw tooMany(result);
      return json(202, { status: result.status, ticket: result.ticket });
    },
  }),

  openRoute({
    method: "put",
    path: "/api/unlock",
    tag: "Signing in",
    summary: "Forget the wrong passwords tried on an account, with the code or the link of the mail.",
    body: confirmBody,
    answers: {
      200: { description: "Forgotten.", schema: z.strictObject({ status: z.literal("unlocked") }) },
    },
    errors: ["wrong-code", "too-many-requests"],
    async handle({ web, body, context }) {
      const result = await web.space.codes.confirm("unlock", { ...body, ...context });
      if (result.status === "wrong-code") throw wrongCode();
      if (result.status === "limited") throw tooMany(result);
      return json(200, { status: result.status });
    },
  }),
];
