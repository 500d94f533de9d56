import type { VerifyEmailResult } from "../space/contract.js";
import { CodeField, Form, Message, PasswordField } from "./form.js";
import { limitedProblem, mending, missingFields } from "./mending.js";
import { noticeOf, withNotice } from "./notice.js";
import { alertProblem, fieldProblem, type Problem } from "./problem.js";
import { codeLifetime } from "./times.js";
import type { Route, Visit } from "./visit.js";

/** `/verify`: proves an email address, by the code typed or by the button behind the link of the mail. */
export const verify: readonly Route[] = [{ path: "/verify", get: open, post: submit }];

async function open(visit: Visit): Promise<Response> {
  const link = visit.query("link");
  return link === null ? showCode(visit, "") : openLink(visit, link);
}

/** Looks the link up and no more: programs that read people's mail follow every link in it. */
async function openLink(visit: Visit, link: string): Promise<Response> {
  const found = await visit.space.codes.peek(link);
  if (found?.purpose !== "verify-email") return showDeadLink(visit);
  return showLink(visit, link, found.needsProof && visit.ticket("verify") === null);
}

async function submit(visit: Visit): Promise<Response> {
  const form = await visit.read(["link", "code", "password"]);
  return form.link === "" ? submitCode(visit, form.code) : submitLink(visit, form.link, form.password);
}

async function submitCode(visit: Visit, code: string): Promise<Response> {
  const refuse = (problem: Problem) => showCode(visit, code, problem);
  const ticket = visit.ticket("verify");
  if (ticket === null) return refuse(alertProblem(visit.words.verify.otherBrowser));
  const missing = missingFields(visit, { code }, ["code"]);
  if (missing !== null) return refuse(missing);
  return mending(visit, refuse, async () => {
    const result = await visit.space.codes.confirm("verify-email", { ticket, code, ...visit.context });
    if (result.status === "wrong-code") return refuse(fieldProblem("code", visit.words.errors.wrongCode));
    if (result.status === "proof-needed") return refuse(alertProblem(visit.words.verify.otherBrowser));
    return finish(visit, result, refuse);
  });
}

async function submitLink(visit: Visit, link: string, password: string): Promise<Response> {
  const ticket = visit.ticket("verify");
  const refuse = (problem: Problem) => showLink(visit, link, ticket === null || password !== "", problem);
  return mending(visit, refuse, async () => {
    const result = await visit.space.codes.confirm("verify-email", {
      link,
      ...(ticket === null ? {} : { ticket }),
      ...(password === "" ? {} : { password }),
      ...visit.context,
    });
    if (result.status === "wrong-code") return showDeadLink(visit);
    if (result.status === "proof-needed") {
      const { askPassword, wrongPassword } = visit.words.verifyLink;
      return showLink(
        visit,
        link,
        true,
        fieldProblem("password", password === "" ? askPassword : wrongPassword),
      );
    }
    return finish(visit, result, refuse);
  });
}

async function finish(
  visit: Visit,
  result: Exclude<VerifyEmailResult, { status: "wrong-code" | "proof-needed" }>,
  refuse: (problem: Problem) => Promise<Response>,
): Promise<Response> {
  switch (result.status) {
    case "verified": {
      if (visit.ticket("verify") !== null) visit.dropTicket();
      const me = await visit.signedIn();
      return visit.redirect(
        me?.user.id === result.user.id
          ? withNotice("/account", "address-confirmed")
          : withNotice("/sign-in", "verified"),
      );
    }
    case "email-taken":
      return refuse(alertProblem(visit.words.verify.taken, 409));
    case "limited":
      return refuse(limitedProblem(visit, result));
  }
}

async function showCode(visit: Visit, code: string, problem?: Problem): Promise<Response> {
  const words = visit.words.verify;
  const waits = visit.ticket("verify") !== null;
  const notice = problem === undefined ? noticeOf(visit) : null;
  return visit.show({
    title: words.title,
    ...(problem === undefined ? {} : { problem }),
    children: (
      <div class="card">
        {notice === null ? null : <Message kind="note">{notice}</Message>}
        <h1>{words.title}</h1>
        {waits ? (
          <>
            <p>{words.lead(codeLifetime(visit))}</p>
            <Form visit={visit} action="/verify" submit={words.submit} problem={problem}>
              <CodeField
                form="verify"
                name="code"
                label={visit.words.fields.code}
                value={code}
                problem={problem}
              />
            </Form>
          </>
        ) : (
          <p>{words.otherBrowser}</p>
        )}
        <div class="more">
          <p>{words.nothingCame}</p>
          <p>
            <a href="/verify/again">{words.again}</a>
          </p>
        </div>
      </div>
    ),
  });
}

async function showLink(visit: Visit, link: string, ask: boolean, problem?: Problem): Promise<Response> {
  const words = visit.words.verifyLink;
  return visit.show({
    title: words.title,
    ...(problem === undefined ? {} : { problem }),
    children: (
      <div class="card">
        <h1>{words.title}</h1>
        <p>{ask ? words.leadWithPassword : words.lead}</p>
        <Form visit={visit} action="/verify" submit={words.submit} problem={problem} hidden={{ link }}>
          {ask ? (
            <PasswordField
              form="verify"
              name="password"
              label={visit.words.fields.signUpPassword}
              autocomplete="current-password"
              problem={problem}
            />
          ) : null}
        </Form>
      </div>
    ),
  });
}

async function showDeadLink(visit: Visit): Promise<Response> {
  const words = visit.words.verifyLink;
  return visit.show({
    title: words.deadTitle,
    status: 422,
    children: (
      <div class="card">
        <h1>{words.deadTitle}</h1>
        <p>{words.dead}</p>
        <a class="button" href="/sign-in">
          {words.signIn}
        </a>
        <a class="button quiet" href="/verify/again">
          {words.again}
        </a>
      </div>
    ),
  });
}
