import { signInCookies } from "../http/web.js";
import type { SignInInput, SignInResult } from "../space/contract.js";
import { limitedProblem } from "./mending.js";
import { withNotice } from "./notice.js";
import { alertProblem, fieldProblem, type Problem } from "./problem.js";
import { DEFAULT_RETURN, safeReturnTo } from "./return-to.js";
import { whenUntil } from "./times.js";
import type { Visit } from "./visit.js";

type Proof =
  | Pick<Extract<SignInInput, { identifier: string }>, "identifier" | "password">
  | Pick<Extract<SignInInput, { ticket: string }>, "ticket" | "code">
  | Pick<Extract<SignInInput, { link: string }>, "link">;

/** The last part of every way in: the answer to a proof, and where it leads. */
export async function enter(
  visit: Visit,
  proof: Proof,
  returnTo: string,
  refuse: (problem: Problem) => Promise<Response>,
  wrongCode: () => Promise<Response> = () => refuse(fieldProblem("code", visit.words.errors.wrongCode)),
): Promise<Response> {
  const { cookies } = visit.web;
  const device = cookies.read(visit.request, "device");
  const result = await visit.space.signIn({
    ...proof,
    ...(device === null ? {} : { device }),
    ...visit.context,
  });
  switch (result.status) {
    case "signed-in":
      return arrive(visit, result, returnTo);
    case "second-factor":
      visit.keepTicket("sign-in", result.ticket);
      return visit.redirect(withReturn("/sign-in/code", returnTo));
    case "email-unverified":
      visit.keepTicket("verify", result.ticket);
      return visit.redirect(withNotice("/verify", "confirm-first"));
    case "limited":
      return refuse(limitedProblem(visit, result));
    case "wrong-credentials":
      return refuse(alertProblem(visit.words.signIn.wrong, 401));
    case "wrong-code":
      return wrongCode();
    case "inactive":
      return refuse(alertProblem(visit.words.signIn.inactive, 403));
    case "blocked":
      return refuse(
        alertProblem(visit.words.signIn.blocked(whenUntil(visit, result.until), result.reason), 403),
      );
  }
}

async function arrive(
  visit: Visit,
  result: Extract<SignInResult, { status: "signed-in" }>,
  returnTo: string,
): Promise<Response> {
  // The session that this browser had before would live on with nobody able to see it here.
  const before = visit.web.cookies.read(visit.request, "session");
  if (before !== null) await visit.space.signOut(before, visit.context);
  visit.setCookies(signInCookies(visit.web, result));
  if (visit.ticket("sign-in") !== null || visit.ticket("sign-in-mail") !== null) visit.dropTicket();
  return visit.redirect(returnTo);
}

/** Where the person wants to go afterwards, if that is a page of this site. */
export function returnOf(visit: Visit): string {
  return safeReturnTo(visit.query("return_to"), visit.space.baseUrl);
}

export function withReturn(path: string, returnTo: string): string {
  return returnTo === DEFAULT_RETURN ? path : `${path}?return_to=${encodeURIComponent(returnTo)}`;
}
