import type { CodeProof, ResetPasswordResult } from "../space/contract.js";
import { CodeField, Form, PasswordField, TextField } from "./form.js";
import { limitedProblem, mending, missingFields, refusedPassword } from "./mending.js";
import { withNotice } from "./notice.js";
import { fieldProblem, type Problem } from "./problem.js";
import { codeLifetime } from "./times.js";
import type { Route, Visit } from "./visit.js";

/** `/reset`: a new password for whoever reads the account's mail, by the code typed or by the link. */
export const reset: readonly Route[] = [
  { path: "/reset", get: open, post: ask },
  { path: "/reset/code", get: openCode, post: submitCode },
  { path: "/reset/link", get: open, post: submitLink },
];

async function open(visit: Visit): Promise<Response> {
  const link = visit.query("link");
  if (link === null) return visit.url.pathname === "/reset" ? showAsk(visit, "") : visit.redirect("/reset");
  const found = await visit.space.codes.peek(link);
  return found?.purpose === "reset-password" ? showLink(visit, link) : showDeadLink(visit);
}

/** Answers the same whether there is such an account or not. */
async function ask(visit: Visit): Promise<Response> {
  const form = await visit.read(["identifier"]);
  const refuse = (problem: Problem) => showAsk(visit, form.identifier, problem);
  const missing = missingFields(visit, form, ["identifier"]);
  if (missing !== null) return refuse(missing);
  return mending(visit, refuse, async () => {
    const ticket = visit.ticket("reset");
    const result = await visit.space.codes.request("reset-password", {
      identifier: form.identifier,
      ...(ticket === null ? {} : { ticket }),
      ...visit.context,
    });
    if (result.status === "limited") return refuse(limitedProblem(visit, result));
    visit.keepTicket("reset", result.ticket);
    return visit.redirect("/reset/code");
  });
}

async function openCode(visit: Visit): Promise<Response> {
  return visit.ticket("reset") === null ? visit.redirect("/reset") : showCode(visit, "");
}

async function submitCode(visit: Visit): Promise<Response> {
  const form = await visit.read(["code", "newPassword"]);
  const ticket = visit.ticket("reset");
  if (ticket === null) return visit.redirect("/reset");
  const refuse = (problem: Problem) => showCode(visit, form.code, problem);
  const missing = missingFields(visit, form, ["code", "newPassword"]);
  if (missing !== null) return refuse(missing);
  return mending(visit, refuse, () =>
    finish(visit, { ticket, code: form.code }, form.newPassword, refuse, () =>
      refuse(fieldProblem("code", visit.words.errors.wrongCode)),
    ),
  );
}

async function submitLink(visit: Visit): Promise<Response> {
  const form = await visit.read(["link", "newPassword"]);
  const refuse = (problem: Problem) => showLink(visit, form.link, problem);
  const missing = missingFields(visit, form, ["newPassword"]);
  if (missing !== null) return refuse(missing);
  return mending(visit, refuse, () =>
    finish(visit, { link: form.link }, form.newPassword, refuse, () => showDeadLink(visit)),
  );
}

async function finish(
  visit: Visit,
  proof: CodeProof,
  newPassword: string,
  refuse: (problem: Problem) => Promise<Response>,
  wrong: () => Promise<Response>,
): Promise<Response> {
  const result: ResetPasswordResult = await visit.space.codes.confirm("reset-password", {
    ...proof,
    newPassword,
    ...visit.context,
  });
  switch (result.status) {
    case "password-reset":
      if (visit.ticket("reset") !== null) visit.dropTicket();
      return visit.redirect(withNotice("/sign-in", "password-reset"));
    case "wrong-code":
      return wrong();
    case "password-refused":
      return refuse(refusedPassword(visit, result, "newPassword"));
    case "limited":
      return refuse(limitedProblem(visit, result));
  }
}

async function showAsk(visit: Visit, identifier: string, problem?: Problem): Promise<Response> {
  const words = visit.words.reset;
  return visit.show({
    title: words.title,
    ...(problem === undefined ? {} : { problem }),
    children: (
      <div class="card">
        <h1>{words.title}</h1>
        <p>{words.lead}</p>
        <Form visit={visit} action="/reset" submit={words.submit} problem={problem}>
          <TextField
            form="reset"
            name="identifier"
            label={visit.words.fields.identifier}
            inputmode="email"
            autocomplete="username"
            value={identifier}
            problem={problem}
          />
        </Form>
        <div class="more">
          <p>
            {words.remembered} <a href="/sign-in">{words.signIn}</a>
          </p>
        </div>
      </div>
    ),
  });
}

async function showCode(visit: Visit, code: string, problem?: Problem): Promise<Response> {
  const words = visit.words.resetCode;
  return visit.show({
    title: words.title,
    ...(problem === undefined ? {} : { problem }),
    children: (
      <div class="card">
        <h1>{words.title}</h1>
        <p>{words.lead(codeLifetime(visit))}</p>
        <Form visit={visit} action="/reset/code" submit={words.submit} problem={problem}>
          <CodeField
            form="reset"
            name="code"
            label={visit.words.fields.code}
            value={code}
            problem={problem}
          />
          <NewPassword visit={visit} problem={problem} />
        </Form>
        <div class="more">
          <p>
            {words.nothingCame} <a href="/reset">{words.again}</a>
          </p>
        </div>
      </div>
    ),
  });
}

async function showLink(visit: Visit, link: string, problem?: Problem): Promise<Response> {
  const words = visit.words.resetLink;
  return visit.show({
    title: words.title,
    ...(problem === undefined ? {} : { problem }),
    children: (
      <div class="card">
        <h1>{words.title}</h1>
        <p>{words.lead}</p>
        <Form visit={visit} action="/reset/link" submit={words.submit} problem={problem} hidden={{ link }}>
          <NewPassword visit={visit} problem={problem} />
        </Form>
      </div>
    ),
  });
}

function NewPassword(props: { readonly visit: Visit; readonly problem: Problem | undefined }) {
  const { fields } = props.visit.words;
  return (
    <PasswordField
      form="reset"
      name="newPassword"
      label={fields.newPassword}
      hint={fields.newPasswordHint(props.visit.space.passwords.policy.minLength)}
      autocomplete="new-password"
      problem={props.problem}
    />
  );
}

async function showDeadLink(visit: Visit): Promise<Response> {
  const words = visit.words.resetLink;
  return visit.show({
    title: words.deadTitle,
    status: 422,
    children: (
      <div class="card">
        <h1>{words.deadTitle}</h1>
        <p>{words.dead}</p>
        <a class="button" href="/reset">
          {words.again}
        </a>
      </div>
    ),
  });
}
