import { z } from "zod";
import { memberRoute, type Route } from "../route.js";
import { sessionView, userView } from "../schemas/views.js";
import { SESSION_PATH, sessionAnswer } from "../session-route.js";

/** Plain GETs of it take the short way, past the router; this row documents it and answers the others, such as HEAD. */
export const sessionRoutes: readonly Route[] = [
  memberRoute({
    method: "get",
    path: SESSION_PATH,
    tag: "Signing in",
    summary: "Who is signed in, and in which session. Slides the expiry.",
    answers: {
      200: { description: "The session.", schema: z.strictObject({ user: userView, session: sessionView }) },
    },
    errors: [],
    handle: ({ who }) => sessionAnswer(who.user, who.session),
  }),
];
