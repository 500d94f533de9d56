import type { CodeProof, ResetPasswordResult } from "../space/contract.js";
import { askForMail, IdentifierField } from "./asking.js";
import { showCard, showCodePage, showDeadLink, showLinkPage } from "./code-pages.js";
import { PasswordField } from "./form.js";
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
  return found?.purpose === "reset-password" ? showLink(visit, link) : dead(visit);
}

async function ask(visit: Visit): Promise<Response> {
  const { identifier } = await visit.read(["identifier"]);
  const refuse = (problem: Problem) => showAsk(visit, identifier, problem);
  return askForMail(visit, {
    purpose: "reset-password",
    ticket: "reset",
    identifier,
    next: "/reset/code",
    refuse,
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
    finish(visit, { link: form.link }, form.newPassword, refuse, () => dead(visit)),
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

function showAsk(visit: Visit, identifier: string, problem?: Problem): Promise<Response> {
  const words = visit.words.reset;
  return showCard(
    visit,
    {
      title: words.title,
      lead: words.lead,
      action: "/reset",
      submit: words.submit,
      problem,
      more: (
        <p>
          {words.remembered} <a href="/sign-in">{words.signIn}</a>
        </p>
      ),
    },
    <IdentifierField visit={visit} form="reset" value={identifier} problem={problem} />,
  );
}

function showCode(visit: Visit, code: string, problem?: Problem): Promise<Response> {
  const words = visit.words.resetCode;
  return showCodePage(visit, {
    title: words.title,
    lead: words.lead(codeLifetime(visit)),
    action: "/reset/code",
    submit: words.submit,
    code,
    problem,
    fields: <NewPassword visit={visit} problem={problem} />,
    more: (
      <p>
        {words.nothingCame} <a href="/reset">{words.again}</a>
      </p>
    ),
  });
}

function showLink(visit: Visit, link: string, problem?: Problem): Promise<Response> {
  const { title, lead, submit } = visit.words.resetLink;
  const fields = <NewPassword visit={visit} problem={problem} />;
  return showLinkPage(visit, { title, lead, submit, action: "/reset/link", link, problem, fields });
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

function dead(visit: Visit): Promise<Response> {
  return showDeadLink(visit, { href: "/reset", label: visit.words.resetLink.again });
}
