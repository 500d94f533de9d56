import { randomUUID } from "node:crypto";
import { WatchwordError } from "../base/errors.js";
import type { Session, SessionCheckResult, User, UserSpace } from "../space/contract.js";
import type { Cookies } from "./cookies.js";
import { problem, SAFE_HEADERS } from "./problem.js";
import { viewSession, viewUser } from "./views.js";
import { readToken } from "./web.js";

// The route that other services ask on every request of theirs: no router, no schema, no middleware stands before it.

export const SESSION_PATH = "/api/session";

const HEADERS = { "content-type": "application/json", ...SAFE_HEADERS };

/** Who is signed in, and in which session. */
export function sessionAnswer(user: User, session: Session): Response {
  return new Response(JSON.stringify({ user: viewUser(user), session: viewSession(session) }), {
    status: 200,
    headers: HEADERS,
  });
}

/** Answers `GET /api/session` with one look-up in the database. `onCheck` hears what each look-up gave. */
export function createSessionRoute(
  space: UserSpace,
  cookies: Cookies,
  onCheck: (outcome: SessionCheckResult["status"]) => void,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const token = readToken(request, cookies);
    if (token !== null) {
      const check = await space.sessions.check(token);
      onCheck(check.status);
      if (check.status === "ok") return sessionAnswer(check.user, check.session);
    }
    return problem(notSignedIn(), randomUUID());
  };
}

export function notSignedIn(): WatchwordError {
  return new WatchwordError(
    "not-signed-in",
    "Sign in first: the request brings no session, or one that has ended.",
  );
}
