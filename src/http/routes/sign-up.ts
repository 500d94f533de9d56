import { z } from "zod";
import { isFromBrowser } from "../origin.js";
import { emailTaken, json, refused, tooMany, usernameTaken } from "../respond.js";
import { type Call, openRoute, type Route } from "../route.js";
import { email, password, ticket, username } from "../schemas/texts.js";
import { userView } from "../schemas/views.js";
import { writeVerifyTicket } from "../ticket.js";
import { viewUser } from "../views.js";

const signUpBody = z
  .strictObject({
    email,
    username: username.optional(),
    password: password
      .optional()
      .meta({ description: "Left out where people sign in by mailed codes; needed otherwise." }),
  })
  .meta({ id: "SignUp" });

export const signUpRoutes: readonly Route[] = [
  openRoute({
    method: "post",
    path: "/api/sign-up",
    tag: "Signing up",
    summary: "Sign up. The answer is the same whether the address is known or not.",
    body: signUpBody,
    answers: {
      202: {
        description: "A mail is on its way, with a code for this ticket.",
        schema: z.strictObject({ status: z.literal("verification-sent"), ticket }),
      },
      201: {
        description: "Signed up, where the space asks for no verification.",
        schema: z.strictObject({ status: z.literal("signed-up"), user: userView }),
      },
    },
    errors: [
      "invalid-identifier",
      "not-allowed",
      "username-taken",
      "email-taken",
      "password-refused",
      "too-many-requests",
      "busy",
    ],
    async handle({ web, c, body, context }) {
      const result = await web.space.signUp({ ...body, ...context });
      switch (result.status) {
        case "verification-sent":
          return json(
            202,
            { status: result.status, ticket: result.ticket },
            ticketCookies({ web, c }, result.ticket),
          );
        case "signed-up":
          return json(201, { status: result.status, user: viewUser(result.user) });
        case "username-taken":
          throw usernameTaken();
        case "email-taken":
          throw emailTaken();
        case "password-refused":
          throw refused(result, "password");
        case "limited":
          throw tooMany(result);
      }
    },
  }),
];

/** Browsers get the ticket as a cookie too, so that the code can be typed on a page that was opened later. */
export function ticketCookies(
  { web, c }: Pick<Call<unknown, unknown>, "web" | "c">,
  value: string,
): string[] {
  return isFromBrowser(c.req.raw) ? [writeVerifyTicket(web.cookies, value)] : [];
}
