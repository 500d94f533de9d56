import { z } from "zod";
import { json } from "../respond.js";
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
    method: "get",
    path: "/api/admin/statistics",
    tag: TAG,
    summary: "How much the database holds.",
    answers: { 200: { description: "The figures.", schema: statisticsView } },
    errors: [],
    handle: async ({ web }) => json(200, await web.space.database.statistics()),
  }),
];
