import type { ChangeEmailResult } from "../space/contract.js";
import { showCodePage, showDeadLink, showLinkPage } from "./code-pages.js";
import { PasswordField, TextField } from "./form.js";
import { limitedProblem, mending, missingFields } from "./mending.js";
import { withNotice } from "./notice.js";
import { alertProblem, fieldProblem, type Problem } from "./problem.js";
import { codeLifetime } from "./times.js";
import type { Route, Visit } from "./visit.js";

/**
 * `/change-email`: a new address, by the code typed or by the button behind the link of the mail; `/change-email/old`: the
 * code from the address that the person has, with the new one. Both are asked for on the account page.
 */
export const changeEmail: readonly Route[] = [
  { path: "/change-email", get: open, post: submit },
  { path: "/change-email/old", get: openOld, post: submitOld },
];

async function open(visit: Visit): Promise<Response> {
  const link = visit.query("link");
  if (link === null)
    return visit.ticket("change-email") === null ? visit.redirect("/account") : showCode(visit, "");
  const found = await visit.space.codes.peek(link);
  return found?.purpose === "change-email"
    ? showLink(visit, link, found.needsProof && visit.ticket("change-email") === null)
    : dead(visit);
}

async function openOld(visit: Visit): Promise<Response> {
  if (visit.ticket("change-email-old") === null) return visit.redirect("/account");
  return showOld(visit, { code: "", email: "" });
}

async function submit(visit: Visit): Promise<Response> {
  const { link, code, password } = await visit.read(["link", "code", "password"]);
  if (link !== "") return submitLink(visit, link, password);
  const ticket = visit.ticket("change-email");
  if (ticket === null) return visit.redirect("/account");
  const refuse = (problem: Problem) => showCode(visit, code, problem);
  const missing = missingFields(visit, { code }, ["code"]);
  if (missing !== null) return refuse(missing);
  return mending(visit, refuse, async () => {
    const result = await visit.space.codes.confirm("change-email", { ticket, code, ...visit.context });
    return finish(visit, result, refuse, () => refuse(wrongCode(visit)));
  });
}

async function submitLink(visit: Visit, link: string, password: string): Promise<Response> {
  const ticket = visit.ticket("change-email");
  const refuse = (problem: Problem) => showLink(visit, link, ticket === null || password !== "", problem);
  return mending(visit, refuse, async () => {
    const result = await visit.space.codes.confirm("change-email", {
      link,
      ...(ticket === null ? {} : { ticket }),
      ...(password === "" ? {} : { password }),
      ...visit.context,
    });
    if (result.status === "wrong-password") {
      const { missing, wrongPassword } = visit.words.errors;
      return showLink(visit, link, true, fieldProblem("password", password === "" ? missing : wrongPassword));
    }
    return finish(visit, result, refuse, () => dead(visit));
  });
}

async function submitOld(visit: Visit): Promise<Response> {
  const form = await visit.read(["code", "email"]);
  const ticket = visit.ticket("change-email-old");
  if (ticket === null) return visit.redirect("/account");
  const refuse = (problem: Problem) => showOld(visit, form, problem);
  const missing = missingFields(visit, form, ["code", "email"]);
  if (missing !== null) return refuse(missing);
  const { code, email: newEmail } = form;
  return mending(visit, refuse, async () => {
    const input = { ticket, code, newEmail, ...visit.context };
    const result = await visit.space.codes.confirm("change-email", input);
    return finish(visit, result, refuse, () => refuse(wrongCode(visit)));
  });
}

async function finish(
  visit: Visit,
  result: ChangeEmailResult,
  refuse: (problem: Problem) => Promise<Response>,
  wrong: () => Promise<Response>,
): Promise<Response> {
  switch (result.status) {
    case "email-changed": {
      if (visit.ticket("change-email") !== null || visit.ticket("change-email-old") !== null)
        visit.dropTicket();
      const me = await visit.signedIn();
      return visit.redirect(
        withNotice(me?.user.id === result.user.id ? "/account" : "/sign-in", "email-changed"),
      );
    }
    case "confirmation-sent":
      visit.keepTicket("change-email", result.ticket);
      return visit.redirect("/change-email");
    case "email-taken":
      return refuse(alertProblem(visit.words.changeEmail.taken, 409));
    case "limited":
      return refuse(limitedProblem(visit, result));
    case "wrong-code":
    case "wrong-password":
      return wrong();
  }
}

function wrongCode(visit: Visit): Problem {
  return fieldProblem("code", visit.words.errors.wrongCode);
}

function dead(visit: Visit): Promise<Response> {
  return showDeadLink(visit, { href: "/account", label: visit.words.changeEmail.back });
}

function More({ visit }: { readonly visit: Visit }) {
  return (
    <p>
      <a href="/account">{visit.words.changeEmail.back}</a>
    </p>
  );
}

function showCode(visit: Visit, code: string, problem?: Problem): Promise<Response> {
  const words = visit.words.changeEmail;
  return showCodePage(visit, {
    title: words.title,
    lead: words.lead(codeLifetime(visit)),
    action: "/change-email",
    submit: words.submit,
    code,
    problem,
    more: <More visit={visit} />,
  });
}

function showOld(
  visit: Visit,
  values: { readonly code: string; readonly email: string },
  problem?: Problem,
): Promise<Response> {
  const words = visit.words.changeEmail;
  return showCodePage(visit, {
    title: words.title,
    lead: words.leadOld(codeLifetime(visit)),
    action: "/change-email/old",
    submit: words.submitOld,
    code: values.code,
    problem,
    fields: (
      <TextField
        form="code"
        name="email"
        label={visit.words.fields.newEmail}
        inputmode="email"
        autocomplete="email"
        value={values.email}
        problem={problem}
      />
    ),
    more: <More visit={visit} />,
  });
}

function showLink(visit: Visit, link: string, ask: boolean, problem?: Problem): Promise<Response> {
  const words = visit.words.changeEmail;
  return showLinkPage(visit, {
    title: words.title,
    lead: ask ? words.linkLeadWithPassword : words.linkLead,
    action: "/change-email",
    submit: words.submit,
    link,
    problem,
    fields: ask ? (
      <PasswordField
        form="code"
        name="password"
        label={visit.words.fields.password}
        autocomplete="current-password"
        problem={problem}
      />
    ) : null,
  });
}
