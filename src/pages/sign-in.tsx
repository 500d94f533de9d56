import { enter, returnOf, withReturn } from "./entering.js";
import { CodeField, Form, Message, PasswordField, TextField } from "./form.js";
import { mending, missingFields } from "./mending.js";
import { noticeOf } from "./notice.js";
import type { Problem } from "./problem.js";
import { safeReturnTo } from "./return-to.js";
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
            {visit.space.emailCodeSignIn === "nobody" ? null : (
              <p>
                <a href={withReturn("/sign-in/mail", returnTo)}>{words.byMail}</a>
              </p>
            )}
            <p>
              <a href="/reset">{words.forgotten}</a>
            </p>
            {problem?.status === 429 ? (
              <p>
                <a href="/unlock">{words.unlock}</a>
              </p>
            ) : null}
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
