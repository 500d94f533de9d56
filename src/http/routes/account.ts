import { z } from "zod";
import { WatchwordError } from "../../base/errors.js";
import { idOf, json, nothing, tooMany } from "../respond.js";
import { memberRoute, type Route } from "../route.js";
import { locale, pageParameters, password, username } from "../schemas/texts.js";
import { ownSessionView, pageOf, userView } from "../schemas/views.js";
import { viewSession, viewUser } from "../views.js";
import { wrongPassword } from "./password.js";

const changeBody = z
  .strictObject({ username: username.nullable().optional(), locale: locale.nullable().optional() })
  .meta({ id: "ChangeAccount" });

export const accountRoutes: readonly Route[] = [
  memberRoute({
    method: "get",
    path: "/api/account",
    tag: "Account",
    summary: "One's own account.",
    answers: { 200: { description: "The account.", schema: userView } },
    errors: [],
    handle: ({ who }) => json(200, viewUser(who.user)),
  }),

  memberRoute({
    method: "patch",
    path: "/api/account",
    tag: "Account",
    summary: "Change one's username or language. Null takes it away; a name must be left.",
    body: changeBody,
    answers: { 200: { description: "The account as it is now.", schema: userView } },
    errors: ["invalid-identifier", "username-taken", "conflict"],
    async handle({ web, body, who, context }) {
      const change = {
        ...(body.username === undefined ? {} : { username: body.username }),
        ...(body.locale === undefined ? {} : { userLocale: body.locale }),
      };
      return json(200, viewUser(await web.space.users.update(who.user.id, change, context)));
    },
  }),

  memberRoute({
    method: "delete",
    path: "/api/account",
    tag: "Account",
    summary: "Delete one's account, with the password.",
    body: z.strictObject({ password }).meta({ id: "DeleteAccount" }),
    answers: { 204: { description: "Deleted." } },
    errors: ["wrong-password", "too-many-requests", "busy"],
    async handle({ web, body, who, context }) {
      const { space } = web;
      const asked = await space.passwords.confirm({
        userId: who.user.id,
        password: body.password,
        ...context,
      });
      if (asked.status === "limited") throw tooMany(asked);
      if (asked.status === "wrong-password") throw wrongPassword("password");
      await space.users.delete(who.user.id, context);
      return nothing([web.cookies.clear("session"), web.cookies.clear("device")]);
    },
  }),

  memberRoute({
    method: "get",
    path: "/api/account/sessions",
    tag: "Account",
    summary: "Where one is signed in.",
    query: z.strictObject(pageParameters),
    answers: { 200: { description: "One's sessions.", schema: pageOf(ownSessionView) } },
    errors: [],
    async handle({ web, query, who }) {
      const { items, next } = await web.space.sessions.list({ ...query, userId: who.user.id });
      const shown = items.map((session) => ({
        ...viewSession(session),
        current: session.id === who.session.id,
      }));
      return json(200, { items: shown, next });
    },
  }),

  memberRoute({
    method: "delete",
    path: "/api/account/sessions",
    tag: "Account",
    summary: "Sign out everywhere else.",
    answers: { 200: { description: "How many sessions ended.", schema: z.strictObject({ ended: z.int() }) } },
    errors: [],
    handle: async ({ web, who, context }) =>
      json(200, { ended: await web.space.sessions.revokeOthers(who.user.id, who.session.id, context) }),
  }),

  memberRoute({
    method: "delete",
    path: "/api/account/sessions/{id}",
    tag: "Account",
    summary: "End one of one's sessions.",
    answers: { 204: { description: "Ended." } },
    errors: ["not-found"],
    async handle({ web, c, who, context }) {
      const id = idOf({ c }, "session");
      if (!(await web.space.sessions.revoke(id, { userId: who.user.id, ...context })))
        throw new WatchwordError("not-found", "You have no session with this id.");
      return nothing(id === who.session.id ? [web.cookies.clear("session")] : []);
    },
  }),
];
