import { z } from "zod";
import { WatchwordError } from "../../base/errors.js";
import { json, nothing } from "../respond.js";
import { memberRoute, type Route } from "../route.js";
import { identifier, pageParameters, time } from "../schemas/texts.js";
import { blockView, pageOf } from "../schemas/views.js";
import { viewBlock } from "../views.js";

const TAG = "Administration: blocks";

export const adminBlockRoutes: readonly Route[] = [
  memberRoute({
    access: "admin",
    method: "get",
    path: "/api/admin/blocks",
    tag: TAG,
    summary: "A page of the blocks on names, or the one on the name given.",
    query: z.strictObject({ identifier: identifier.optional(), ...pageParameters }),
    answers: { 200: { description: "The page.", schema: pageOf(blockView) } },
    errors: ["invalid-identifier"],
    async handle({ web, query }) {
      const { identifier: name, ...rest } = query;
      if (name !== undefined) {
        const block = await web.space.blocks.find(name);
        return json(200, { items: block === null ? [] : [viewBlock(block)], next: null });
      }
      const { items, next } = await web.space.blocks.list(rest);
      return json(200, { items: items.map(viewBlock), next });
    },
  }),

  memberRoute({
    access: "admin",
    method: "put",
    path: "/api/admin/blocks",
    tag: TAG,
    summary:
      "Block a username or an address, whether or not an account has it. An account that has it is blocked at once.",
    body: z
      .strictObject({ identifier, reason: z.string().max(1000).optional(), until: time.optional() })
      .meta({ id: "BlockName" }),
    answers: { 200: { description: "The block.", schema: blockView } },
    errors: ["invalid-identifier"],
    async handle({ web, body, context }) {
      const { identifier: name, until, ...rest } = body;
      const options = { ...rest, ...(until === undefined ? {} : { until: new Date(until) }) };
      return json(200, viewBlock(await web.space.blocks.put(name, { ...options, ...context })));
    },
  }),

  memberRoute({
    access: "admin",
    method: "delete",
    path: "/api/admin/blocks",
    tag: TAG,
    summary: "Take the block off a name, and unblock the account that it blocked.",
    query: z.strictObject({ identifier }),
    answers: { 204: { description: "Removed." } },
    errors: ["invalid-identifier", "not-found"],
    async handle({ web, query, context }) {
      if (!(await web.space.blocks.remove(query.identifier, context)))
        throw new WatchwordError("not-found", "There is no block on this name; look at its spelling.");
      return nothing();
    },
  }),
];
