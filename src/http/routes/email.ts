import { z } from "zod";
import { WatchwordError } from "../../base/errors.js";
import type { CodeProof } from "../../space/contract.js";
import { emailTaken, json, tooMany, wrongCode } from "../respond.js";
import { type Call, openRoute, type Route } from "../route.js";
import { code, email, link, password, ticket } from "../schemas/texts.js";
import { sentView, userView } from "../schemas/views.js";
import { readVerifyTicket } from "../ticket.js";
import { viewUser } from "../views.js";
import { ticketCookies } from "./sign-up.js";

const sendBody = z.strictObject({ email: email.optional(), ticket: ticket.optional() }).meta({
  id: "SendVerification",
  description: "An address, a ticket, or nothing for the address of whoever is signed in.",
});

const confirmBody = z
  .union([
    z.strictObject({ ticket: ticket.optional(), code }),
    z.strictObject({ link, ticket: ticket.optional(), password: password.optional() }),
  ])
  .meta({ id: "ConfirmEmail", description: "In a browser the ticket may be left out: it is in a cookie." });

export const emailRoutes: readonly Route[] = [
  openRoute({
    method: "post",
    path: "/api/email/verification",
    tag: "Email",
    summary:
      "Send a code that proves an address. The answer is the same whether the address is known or not.",
    body: sendBody,
    answers: {
      202: { description: "A mail is on its way where there is somebody to write to.", schema: sentView },
    },
    errors: ["not-signed-in", "too-many-requests"],
    async handle({ web, c, body, context }) {
      const result = await web.space.codes.request("verify-email", {
        ...(await whose({ web, c, body })),
        ...context,
      });
      if (result.status === "limited") throw tooMany(result);
      return json(
        202,
        { status: result.status, ticket: result.ticket },
        ticketCookies({ web, c }, result.ticket),
      );
    },
  }),

  openRoute({
    method: "put",
    path: "/api/email/verification",
    tag: "Email",
    summary: "Confirm an address with the code or the link of the mail.",
    body: confirmBody,
    answers: {
      200: {
        description: "The address is proven.",
        schema: z.strictObject({ status: z.literal("verified"), user: userView }),
      },
    },
    errors: ["wrong-code", "not-allowed", "email-taken", "too-many-requests"],
    async handle({ web, c, body, context }) {
      const kept = readVerifyTicket(web.cookies, c.req.raw);
      const known = body.ticket ?? kept;
      const result = await web.space.codes.confirm("verify-email", { ...proofOf(body, known), ...context });
      switch (result.status) {
        case "verified":
          return json(
            200,
            { status: result.status, user: viewUser(result.user) },
            kept === null ? [] : [web.cookies.clear("ticket")],
          );
        case "wrong-code":
          throw wrongCode();
        case "proof-needed":
          throw new WatchwordError(
            "not-allowed",
            "This link wants more than a click; send it with the ticket of its request, or with the password of the account.",
            { details: { reason: "proof-needed" } },
          );
        case "email-taken":
          throw emailTaken();
        case "limited":
          throw tooMany(result);
      }
    },
  }),
];

type SendBody = { readonly email?: string; readonly ticket?: string };

/** For whom a code is asked: whoever has the address, whoever made the request of the ticket, or whoever is signed in. */
async function whose({
  web,
  c,
  body,
}: Pick<Call<SendBody, undefined>, "web" | "c" | "body">): Promise<
  | { readonly identifier: string; readonly ticket?: string }
  | { readonly ticket: string }
  | { readonly userId: string }
> {
  const { email: identifier, ticket: known } = body;
  if (identifier !== undefined) return { identifier, ...(known === undefined ? {} : { ticket: known }) };
  if (known !== undefined) return { ticket: known };
  const who = await web.signedIn(c);
  if (who !== null) return { userId: who.user.id };
  throw new WatchwordError("not-signed-in", "Send an email address or a ticket, or sign in first.");
}

type ConfirmBody =
  | { readonly ticket?: string; readonly code: string }
  | { readonly link: string; readonly ticket?: string; readonly password?: string };

function proofOf(body: ConfirmBody, known: string | null): CodeProof {
  if ("link" in body) return { ...body, ...(known === null ? {} : { ticket: known }) };
  if (known !== null) return { code: body.code, ticket: known };
  throw new WatchwordError(
    "invalid-input",
    'The field "ticket" is missing; send the one that the request answered with.',
    {
      details: { field: "ticket" },
    },
  );
}
