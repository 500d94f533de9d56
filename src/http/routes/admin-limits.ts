import { z } from "zod";
import type { LimitRuleInput } from "../../space/contract.js";
import { json, nothing } from "../respond.js";
import { memberRoute, type Route } from "../route.js";
import { identifier } from "../schemas/texts.js";

const TAG = "Administration: limits";

const key = z
  .union([z.string().min(1).max(512), z.strictObject({ identifier })])
  .meta({ id: "LimitKey", description: "Text of one's own, or what a person typed as a name." });
const time = z.int().min(1).meta({ description: "Whole milliseconds." });
const rule = z
  .union([
    z.strictObject({
      max: z.int().min(1),
      window: time.nullable(),
      lock: z.strictObject({ base: time, longest: time }).optional(),
    }),
    z.strictObject({ cooldown: time, penalty: z.int().min(0).optional() }),
  ])
  .meta({ id: "LimitRule", description: "A window or a cooldown; times in whole milliseconds." });

const keyBody = z.strictObject({ key }).meta({ id: "LimitKeyBody" });
const ruleBody = z.strictObject({ key, rule }).meta({ id: "LimitQuestion" });
const outcome = z
  .strictObject({ allowed: z.boolean(), remaining: z.int(), max: z.int(), retryAfter: z.int() })
  .meta({ id: "LimitOutcome", description: "`retryAfter` in whole milliseconds." });

const question = {
  access: "admin",
  method: "post",
  tag: TAG,
  body: ruleBody,
  answers: { 200: { description: "What came of it, refused or not.", schema: outcome } },
  errors: [],
} as const;

/** On the application's own counters only: their keys stand apart from Watchword's, so none of these lifts a lock of a sign-in. */
export const adminLimitRoutes: readonly Route[] = [
  memberRoute({
    ...question,
    path: "/api/admin/limits/check",
    summary: "Whether a request would pass; counts nothing.",
    handle: async ({ web, body }) => json(200, await web.space.limits.check(body.key, ruleOf(body.rule))),
  }),

  memberRoute({
    ...question,
    path: "/api/admin/limits/hit",
    summary: "Count a request that has happened already; refuses none.",
    handle: async ({ web, body }) => json(200, await web.space.limits.hit(body.key, ruleOf(body.rule))),
  }),

  memberRoute({
    ...question,
    path: "/api/admin/limits/check-and-hit",
    summary: "Ask and count in one atomic step.",
    handle: async ({ web, body }) =>
      json(200, await web.space.limits.checkAndHit(body.key, ruleOf(body.rule))),
  }),

  memberRoute({
    access: "admin",
    method: "post",
    path: "/api/admin/limits/time-since",
    tag: TAG,
    summary: "Milliseconds since the last hit; null where none is remembered.",
    body: keyBody,
    answers: { 200: { description: "The time.", schema: z.strictObject({ timeSince: z.int().nullable() }) } },
    errors: [],
    handle: async ({ web, body }) => json(200, { timeSince: await web.space.limits.timeSince(body.key) }),
  }),

  memberRoute({
    access: "admin",
    method: "post",
    path: "/api/admin/limits/reset",
    tag: TAG,
    summary: "Forget all that was counted under a key.",
    body: keyBody,
    answers: { 204: { description: "Forgotten." } },
    errors: [],
    async handle({ web, body }) {
      await web.space.limits.reset(body.key);
      return nothing();
    },
  }),
];

/** What is absent from JSON is absent here too, never `undefined`. */
function ruleOf(given: z.output<typeof rule>): LimitRuleInput {
  if ("cooldown" in given) {
    const { cooldown, penalty } = given;
    return { cooldown, ...(penalty === undefined ? {} : { penalty }) };
  }
  const { max, window, lock } = given;
  return { max, window, ...(lock === undefined ? {} : { lock }) };
}
