import { signInCookies } from "../http/web.js";
import type { SignInInput, SignInResult } from "../space/contract.js";
import { CodeField, Form, Message, PasswordField, TextField } from "./form.js";
import { limitedProblem, mending, missingFields } from "./mending.js";
import { noticeOf, withNotice } from "./notice.js";
import { alertProblem, fieldProblem, type Problem } from "./problem.js";
import { DEFAULT_RETURN, safeReturnTo } from "./return-to.js";
import { whenUntil } from "./times.js";
import type { Route, Visit } from "./visit.js";

/** `/sign-in`: names and password; `/sign-in/code`: the code from the mail, where the password alone is not enough. */
export const signIn: readonly Route[] = [
  { path: "/sign-in", get: (visit) => showPassword(visit, returnOf(visit), ""), post: submitPassword },
  { path: "/sign-in/code", get: openCode, post: submitCode },
];

async function submitPassword(visit: Visit): Promise<Response> {
  const form = await visit.read(["identifier", "password", "return_to"]);
  const returnTo = safeReturnTo(form.return_to, visit.space.baseUrl);
  const refuse = (problem: Problem) => showPassword(visit, returnTo, form.identifier, problem);
  const missing = missingFields(visit, form, ["identifier", "password"]);
  if (missing !== null) return refuse(missing);
  const { identifier, password } = form;
  return mending(visit, refuse, () => enter(visit, { identifier, password }, returnTo, refuse));
}

async function openCode(visit: Visit): Promise<Response> {
  const returnTo = returnOf(visit);
  if (visit.ticket("sign-in") === null) return visit.redirect(withReturn("/sign-in", returnTo));
  return showCode(visit, returnTo, "");
}

async function submitCode(visit: Visit): Promise<Response> {
  const form = await visit.read(["code", "return_to"]);
  const returnTo = safeReturnTo(form.return_to, visit.space.baseUrl);
  const refuse = (problem: Problem) => showCode(visit, returnTo, form.code, problem);
  const ticket = visit.ticket("sign-in");
  if (ticket === null) return visit.redirect(withReturn("/sign-in", returnTo));
  const missing = missingFields(visit, form, ["code"]);
  if (missing !== null) return refuse(missing);
  return mending(visit, refuse, () => enter(visit, { ticket, code: form.code }, returnTo, refuse));
}

type Proof =
  | Pick<Extract<SignInInput, { identifier: string }>, "identifier" | "password">
  | Pick<Extract<SignInInput, { ticket: string }>, "ticket" | "code">;

async function enter(
  visit: Visit,
  proof: Proof,
  returnTo: string,
  refuse: (problem: Problem) => Promise<Response>,
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
      return refuse(fieldProblem("code", visit.words.errors.wrongCode));
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
  if (visit.ticket("sign-in") !== null) visit.dropTicket();
  return visit.redirect(returnTo);
}

function returnOf(visit: Visit): string {
  return safeReturnTo(visit.query("return_to"), visit.space.baseUrl);
}

function withReturn(path: string, returnTo: string): string {
  return returnTo === DEFAULT_RETURN ? path : `${path}?return_to=${encodeURIComponent(returnTo)}`;
}

async function showPassword(
  visit: Visit,
  returnTo: string,
  identifier: string,
  problem?: Problem,
): Promise<Response> {
  const words = visit.words.signIn;
  const { fields } = visit.words;
  const me = await visit.signedIn();
  const notice = problem === undefined ? noticeOf(visit) : null;
  return visit.show({
    title: words.title,
    ...(problem === undefined ? {} : { problem }),
    children: (
      <>
        {notice === null ? null : <Message kind="good">{notice}</Message>}
        {me === null ? null : (
          <Message kind="note">
            {words.already(me.user.username ?? me.user.email ?? me.user.id)}{" "}
            <a href={returnTo}>{words.goOn}</a>
          </Message>
        )}
        <div class="card">
          <h1>{words.title}</h1>
          <Form
            visit={visit}
            action="/sign-in"
            submit={words.submit}
            problem={problem}
            hidden={{ return_to: returnTo }}
          >
            <TextField
              form="sign-in"
              name="identifier"
              label={fields.identifier}
              inputmode="email"
              autocomplete="username"
              value={identifier}
              problem={problem}
            />
            <PasswordField
              form="sign-in"
              name="password"
              label={fields.password}
              autocomplete="current-password"
              problem={problem}
            />
          </Form>
          <div class="more">
            <p>
              <a href="/reset">{words.forgotten}</a>
            </p>
            {visit.space.signUpOpen ? (
              <p>
                {words.unknown} <a href="/sign-up">{words.signUp}</a>
              </p>
            ) : null}
          </div>
        </div>
      </>
    ),
  });
}

async function showCode(visit: Visit, returnTo: string, code: string, problem?: Problem): Promise<Response> {
  const words = visit.words.signInCode;
  return visit.show({
    title: words.title,
    ...(problem === undefined ? {} : { problem }),
    children: (
      <div class="card">
        <h1>{words.title}</h1>
        <p>{words.lead}</p>
        <Form
          visit={visit}
          action="/sign-in/code"
          submit={words.submit}
          problem={problem}
          hidden={{ return_to: returnTo }}
        >
          <CodeField form="code" name="code" label={visit.words.fields.code} value={code} problem={problem} />
        </Form>
        <div class="more">
          <p>
            <a href={withReturn("/sign-in", returnTo)}>{words.again}</a>
          </p>
        </div>
      </div>
    ),
  });
}
