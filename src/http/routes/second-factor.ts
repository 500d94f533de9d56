import { z } from "zod";
import { WatchwordError } from "../../base/errors.js";
import type { SecondFactorChangeResult, UserWithData } from "../../space/contract.js";
import { json, tooMany } from "../respond.js";
import { memberRoute, type Route } from "../route.js";
import { password } from "../schemas/texts.js";
import { userView } from "../schemas/views.js";
import { viewUser } from "../views.js";
import { wrongPassword } from "./password.js";

const body = z
  .strictObject({
    factor: z.enum(["mail"]).nullable().meta({ description: "`mail`: a mailed code; null: none." }),
    password,
  })
  .meta({ id: "ChooseSecondFactor" });

export const secondFactorRoutes: readonly Route[] = [
  memberRoute({
    method: "put",
    path: "/api/account/second-factor",
    tag: "Account",
    summary: "Choose what a sign-in asks for besides the password, with the password. A mail tells of it.",
    body,
    answers: { 200: { description: "The account as it is now.", schema: userView } },
    errors: ["wrong-password", "conflict", "too-many-requests", "busy"],
    async handle({ web, body: { factor, password: typed }, who, context }) {
      const options = { password: typed, ...context };
      return json(200, viewUser(chosen(await web.space.users.setSecondFactor(who.user.id, factor, options))));
    },
  }),
];

/** The user as changed; every other outcome as the error that answers it. */
export function chosen(result: SecondFactorChangeResult): UserWithData {
  switch (result.status) {
    case "changed":
      return result.user;
    case "wrong-password":
      throw wrongPassword("password");
    case "limited":
      throw tooMany(result);
    case "no-address":
      throw new WatchwordError("conflict", "A code could reach nobody; confirm an email address first.", {
        details: { reason: result.status },
      });
    case "no-password":
      throw new WatchwordError(
        "conflict",
        "A mailed code would be the only factor; set a password first, with a reset.",
        { details: { reason: result.status } },
      );
  }
}
