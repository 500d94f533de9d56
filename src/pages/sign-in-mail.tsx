import { askForMail, IdentifierField } from "./asking.js";
import { showCard, showCodePage, showDeadLink, showLinkPage } from "./code-pages.js";
import { enter, returnOf, withReturn } from "./entering.js";
import { mending, missingFields } from "./mending.js";
import type { Problem } from "./problem.js";
import { safeReturnTo } from "./return-to.js";
import { codeLifetime } from "./times.js";
import type { Route, Visit } from "./visit.js";

/** `/sign-in/mail`: signing in with a mailed code or link, in place of a password. */
export const signInMail: readonly Route[] = [
  { path: "/sign-in/mail", get: (visit) => showAsk(visit, returnOf(visit), ""), post: ask },
  { path: "/sign-in/mail/code", get: openCode, post: submitCode },
  { path: "/sign-in/link", get: openLink, post: submitLink },
];

async function ask(visit: Visit): Promise<Response> {
  const { identifier, return_to } = await visit.read(["identifier", "return_to"]);
  const returnTo = safeReturnTo(return_to, visit.space.baseUrl);
  return askForMail(visit, {
    purpose: "sign-in",
    ticket: "sign-in-mail",
    identifier,
    next: withReturn("/sign-in/mail/code", returnTo),
    refuse: (problem) => showAsk(visit, returnTo, identifier, problem),
  });
}

async function openCode(visit: Visit): Promise<Response> {
  const returnTo = returnOf(visit);
  if (visit.ticket("sign-in-mail") === null) return visit.redirect(withReturn("/sign-in/mail", returnTo));
  return showCode(visit, returnTo, "");
}

async function submitCode(visit: Visit): Promise<Response> {
  const form = await visit.read(["code", "return_to"]);
  const returnTo = safeReturnTo(form.return_to, visit.space.baseUrl);
  const ticket = visit.ticket("sign-in-mail");
  if (ticket === null) return visit.redirect(withReturn("/sign-in/mail", returnTo));
  const refuse = (problem: Problem) => showCode(visit, returnTo, form.code, problem);
  const missing = missingFields(visit, form, ["code"]);
  if (missing !== null) return refuse(missing);
  return mending(visit, refuse, () => enter(visit, { ticket, code: form.code }, returnTo, refuse));
}

async function openLink(visit: Visit): Promise<Response> {
  const link = visit.query("link");
  if (link === null) return visit.redirect("/sign-in");
  const found = await visit.space.codes.peek(link);
  return found?.purpose === "sign-in" ? showLink(visit, link) : dead(visit);
}

async function submitLink(visit: Visit): Promise<Response> {
  const { link } = await visit.read(["link"]);
  const refuse = (problem: Problem) => showLink(visit, link, problem);
  return mending(visit, refuse, () => enter(visit, { link }, returnOf(visit), refuse, () => dead(visit)));
}

function dead(visit: Visit): Promise<Response> {
  return showDeadLink(visit, { href: "/sign-in/mail", label: visit.words.signInMailCode.again });
}

function showAsk(visit: Visit, returnTo: string, identifier: string, problem?: Problem): Promise<Response> {
  const words = visit.words.signInMail;
  return showCard(
    visit,
    {
      title: words.title,
      lead: words.lead,
      action: "/sign-in/mail",
      submit: words.submit,
      hidden: { return_to: returnTo },
      problem,
      more: (
        <p>
          <a href={withReturn("/sign-in", returnTo)}>{words.password}</a>
        </p>
      ),
    },
    <IdentifierField visit={visit} form="sign-in-mail" value={identifier} problem={problem} />,
  );
}

function showCode(visit: Visit, returnTo: string, code: string, problem?: Problem): Promise<Response> {
  const words = visit.words.signInMailCode;
  return showCodePage(visit, {
    title: words.title,
    lead: words.lead(codeLifetime(visit)),
    action: "/sign-in/mail/code",
    submit: words.submit,
    hidden: { return_to: returnTo },
    code,
    problem,
    more: (
      <p>
        {words.nothingCame} <a href={withReturn("/sign-in/mail", returnTo)}>{words.again}</a>
      </p>
    ),
  });
}

function showLink(visit: Visit, link: string, problem?: Problem): Promise<Response> {
  const words = visit.words.signInLink;
  return showLinkPage(visit, { ...words, action: "/sign-in/link", link, problem });
}
