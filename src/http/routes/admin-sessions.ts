import { z } from "zod";
import { WatchwordError } from "../../base/errors.js";
import { idOf, json, nothing } from "../respond.js";
import { memberRoute, type Route } from "../route.js";
import { id, pageParameters } from "../schemas/texts.js";
import { pageOf, sessionView } from "../schemas/views.js";
import { viewSession } from "../views.js";

const TAG = "Administration: sessions";
const state = z.enum(["live", "expired", "all"]).optional();
const page = { 200: { description: "The page.", schema: pageOf(sessionView) } };
const ended = {
  200: { description: "How many sessions ended.", schema: z.strictObject({ ended: z.int() }) },
};

export const adminSessionRoutes: readonly Route[] = [
  memberRoute({
    access: "admin",
    method: "get",
    path: "/api/admin/users/{id}/sessions",
    tag: TAG,
    summary: "A user's sessions.",
    query: z.strictObject({ state, ...pageParameters }),
    answers: page,
    errors: ["not-found"],
    async handle({ web, c, query }) {
      const user = await web.space.users.get(idOf({ c }, "user"));
      const { items, next } = await web.space.sessions.list({ ...query, userId: user.id });
      return json(200, { items: items.map(viewSession), next });
    },
  }),

  memberRoute({
    access: "admin",
    method: "delete",
    path: "/api/admin/users/{id}/sessions",
    tag: TAG,
    summary: "End all of a user's sessions.",
    answers: ended,
    errors: ["not-found"],
    async handle({ web, c, context }) {
      const user = await web.space.users.get(idOf({ c }, "user"));
      return json(200, { ended: await web.space.sessions.revokeAll({ userId: user.id }, context) });
    },
  }),

  memberRoute({
    access: "admin",
    method: "get",
    path: "/api/admin/sessions",
    tag: TAG,
    summary: "A page of sessions.",
    query: z.strictObject({ userId: id.optional(), state, ...pageParameters }),
    answers: page,
    errors: [],
    async handle({ web, query }) {
      const { items, next } = await web.space.sessions.list(query);
      return json(200, { items: items.map(viewSession), next });
    },
  }),

  memberRoute({
    access: "superuser",
    method: "delete",
    path: "/api/admin/sessions",
    tag: TAG,
    summary: "Sign everybody out, oneself included.",
    body: z.strictObject({ everyone: z.literal(true) }).meta({ id: "EndAllSessions" }),
    answers: ended,
    errors: [],
    handle: async ({ web, body, context }) =>
      json(200, { ended: await web.space.sessions.revokeAll(body, context) }),
  }),

  memberRoute({
    access: "admin",
    method: "delete",
    path: "/api/admin/sessions/{id}",
    tag: TAG,
    summary: "End one session.",
    answers: { 204: { description: "Ended." } },
    errors: ["not-found"],
    async handle({ web, c, context }) {
      if (!(await web.space.sessions.revoke(idOf({ c }, "session"), context)))
        throw new WatchwordError("not-found", "There is no session with this id.");
      return nothing();
    },
  }),
];
