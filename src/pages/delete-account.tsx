import type { CodeProof } from "../space/contract.js";
import { showCodePage, showDeadLink, showLinkPage } from "./code-pages.js";
import { PasswordField } from "./form.js";
import { limitedProblem, mending, missingFields } from "./mending.js";
import { withNotice } from "./notice.js";
import { fieldProblem, type Problem } from "./problem.js";
import { codeLifetime } from "./times.js";
import type { Route, Visit } from "./visit.js";

/** `/delete-account`: the end of one's account, by the code typed or by the button behind the link of the mail. */
export const deleteAccount: readonly Route[] = [{ path: "/delete-account", get: open, post: submit }];

async function open(visit: Visit): Promise<Response> {
  const link = visit.query("link");
  if (link === null)
    return visit.ticket("delete-account") === null ? visit.redirect("/account") : showCode(visit, "");
  return openLink(visit, link);
}

async function openLink(visit: Visit, link: string, problem?: Problem): Promise<Response> {
  const found = await visit.space.codes.peek(link);
  return found?.purpose === "delete-account"
    ? showLink(visit, link, found.needsPassword, problem)
    : dead(visit);
}

async function submit(visit: Visit): Promise<Response> {
  const { link, code, password } = await visit.read(["link", "code", "password"]);
  if (link !== "") {
    const refuse = (problem: Problem) => openLink(visit, link, problem);
    return finish(visit, { link }, password, refuse, () => dead(visit));
  }
  const ticket = visit.ticket("delete-account");
  if (ticket === null) return visit.redirect("/account");
  const refuse = (problem: Problem) => showCode(visit, code, problem);
  const missing = missingFields(visit, { code }, ["code"]);
  if (missing !== null) return refuse(missing);
  return finish(visit, { ticket, code }, password, refuse, () =>
    refuse(fieldProblem("code", visit.words.errors.wrongCode)),
  );
}

async function finish(
  visit: Visit,
  proof: CodeProof,
  password: string,
  refuse: (problem: Problem) => Promise<Response>,
  wrong: () => Promise<Response>,
): Promise<Response> {
  return mending(visit, refuse, async () => {
    const me = await visit.signedIn();
    const result = await visit.space.codes.confirm("delete-account", {
      ...proof,
      ...(password === "" ? {} : { password }),
      ...visit.context,
    });
    if (result.status === "wrong-code") return wrong();
    if (result.status === "limited") return refuse(limitedProblem(visit, result));
    if (result.status === "wrong-password") {
      const { missing, wrongPassword } = visit.words.errors;
      return refuse(fieldProblem("password", password === "" ? missing : wrongPassword));
    }
    if (visit.ticket("delete-account") !== null) visit.dropTicket();
    // The link may be opened where somebody else is signed in, who stays so.
    if (me?.user.id === result.user.id)
      visit.setCookies([visit.web.cookies.clear("session"), visit.web.cookies.clear("device")]);
    return visit.redirect(withNotice("/", "account-deleted"));
  });
}

function dead(visit: Visit): Promise<Response> {
  return showDeadLink(visit, { href: "/account", label: visit.words.deleteCode.back });
}

async function showCode(visit: Visit, code: string, problem?: Problem): Promise<Response> {
  const words = visit.words.deleteCode;
  const me = await visit.signedIn();
  const hasPassword = me !== null && (await visit.space.passwords.has(me.user.id));
  return showCodePage(visit, {
    title: words.title,
    lead: words.lead(codeLifetime(visit)),
    action: "/delete-account",
    submit: words.submit,
    look: "danger",
    code,
    problem,
    fields: hasPassword ? <Password visit={visit} problem={problem} /> : null,
    more: (
      <p>
        <a href="/account">{words.back}</a>
      </p>
    ),
  });
}

function showLink(visit: Visit, link: string, asksPassword: boolean, problem?: Problem): Promise<Response> {
  const words = visit.words.deleteCode;
  return showLinkPage(visit, {
    title: words.title,
    lead: words.linkLead,
    action: "/delete-account",
    submit: words.submit,
    look: "danger",
    link,
    problem,
    fields: asksPassword ? <Password visit={visit} problem={problem} /> : null,
  });
}

function Password(props: { readonly visit: Visit; readonly problem: Problem | undefined }) {
  return (
    <PasswordField
      form="delete"
      name="password"
      label={props.visit.words.fields.password}
      autocomplete="current-password"
      problem={props.problem}
    />
  );
}
