import { z } from "zod";
import { WatchwordError } from "../../base/errors.js";
import { json, nothing } from "../respond.js";
import { memberRoute, type Route } from "../route.js";
import { id, pageParameters } from "../schemas/texts.js";
import { auditView, mailView, pageOf, statisticsView } from "../schemas/views.js";
import { viewAudit, viewMail } from "../views.js";

const TAG = "Administration: system";

export const adminSystemRoutes: readonly Route[] = [
  memberRoute({
    access: "admin",
    method: "get",
    path: "/api/admin/audit",
    tag: TAG,
    summary: "What happened to whom, the newest first.",
    query: z.strictObject({
      userId: id.optional(),
      action: z.string().max(64).optional(),
      ...pageParameters,
    }),
    answers: { 200: { description: "The page.", schema: pageOf(auditView) } },
    errors: [],
    async handle({ web, query }) {
      const { items, next } = await web.space.audit.list(query);
      return json(200, { items: items.map(viewAudit), next });
    },
  }),

  memberRoute({
    access: "admin",
    method: "get",
    path: "/api/admin/mail",
    tag: TAG,
    summary: "Mails that wait, or that were refused for good. Their texts are not in it.",
    query: z.strictObject({ state: z.enum(["queued", "failed"]).optional(), ...pageParameters }),
    answers: { 200: { description: "The page.", schema: pageOf(mailView) } },
    errors: [],
    async handle({ web, query }) {
      const { items, next } = await web.space.mail.list(query);
      return json(200, { items: items.map(viewMail), next });
    },
  }),

  memberRoute({
    access: "admin",
    method: "post",
    path: "/api/admin/mail/{id}/retry",
    tag: TAG,
    summary: "Make a mail due now, one that was given up too.",
    answers: { 204: { description: "It is due." } },
    errors: ["not-found"],
    async handle({ web, c, context }) {
      if (!(await web.space.mail.retry(c.req.param("id") ?? "", context))) throw noSuchMail();
      return nothing();
    },
  }),

  memberRoute({
    access: "superuser",
    method: "delete",
    path: "/api/admin/mail/{id}",
    tag: TAG,
    summary: "Take a mail out of the queue; it is never sent.",
    answers: { 204: { description: "It is gone." } },
    errors: ["not-found"],
    async handle({ web, c, context }) {
      if (!(await web.space.mail.drop(c.req.param("id") ?? "", context))) throw noSuchMail();
      return nothing();
    },
  }),

  memberRoute({
    access: "admin",
    method: "get",
    path: "/api/admin/statistics",
    tag: TAG,
    summary: "How much the database holds.",
    answers: { 200: { description: "The figures.", schema: statisticsView } },
    errors: [],
    handle: async ({ web }) => json(200, await web.space.database.statistics()),
  }),
];

function noSuchMail(): WatchwordError {
  return new WatchwordError("not-found", "No such mail waits, or it is being handed over at this moment.");
}
