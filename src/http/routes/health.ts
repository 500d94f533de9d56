import { z } from "zod";
import { SECOND } from "../../base/clock.js";
import { WatchwordError } from "../../base/errors.js";
import { json } from "../respond.js";
import { openRoute, type Route } from "../route.js";

/** How long the database may take to answer before this server counts as not ready. */
const READY_WITHIN = 2 * SECOND;

export const healthRoutes: readonly Route[] = [
  openRoute({
    method: "get",
    path: "/health/live",
    tag: "Operation",
    summary: "Whether the process runs. Does not ask the database.",
    answers: { 200: { description: "It runs.", schema: z.strictObject({ status: z.literal("ok") }) } },
    errors: [],
    handle: () => json(200, { status: "ok" }),
  }),

  openRoute({
    method: "get",
    path: "/health/ready",
    tag: "Operation",
    summary: "Whether requests can be served: asks the database, and waits 2 seconds at the most.",
    answers: {
      200: {
        description: "The database answered.",
        schema: z.strictObject({ status: z.literal("ok"), milliseconds: z.number() }),
      },
    },
    errors: ["store-unavailable"],
    handle: async ({ web }) =>
      json(200, { status: "ok", milliseconds: await within(READY_WITHIN, web.space.database.ping()) }),
  }),
];

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new WatchwordError("store-unavailable", `The database did not answer within ${milliseconds} ms.`),
      );
    }, milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
