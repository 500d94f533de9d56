import type { UnlockResult } from "../space/contract.js";
import { askForMail, IdentifierField } from "./asking.js";
import { showCard, showCodePage, showDeadLink, showLinkPage } from "./code-pages.js";
import { limitedProblem, mending, missingFields } from "./mending.js";
import { withNotice } from "./notice.js";
import { fieldProblem, type Problem } from "./problem.js";
import { codeLifetime } from "./times.js";
import type { Route, Visit } from "./visit.js";

/** `/unlock`: forgets the wrong passwords tried on an account, for whoever reads its mail. */
export const unlock: readonly Route[] = [
  { path: "/unlock", get: open, post: ask },
  { path: "/unlock/code", get: openCode, post: submitCode },
  { path: "/unlock/link", get: open, post: submitLink },
];

async function open(visit: Visit): Promise<Response> {
  const link = visit.query("link");
  if (link === null) return visit.url.pathname === "/unlock" ? showAsk(visit, "") : visit.redirect("/unlock");
  const found = await visit.space.codes.peek(link);
  return found?.purpose === "unlock" ? showLink(visit, link) : dead(visit);
}

async function ask(visit: Visit): Promise<Response> {
  const { identifier } = await visit.read(["identifier"]);
  const refuse = (problem: Problem) => showAsk(visit, identifier, problem);
  return askForMail(visit, { purpose: "unlock", ticket: "unlock", identifier, next: "/unlock/code", refuse });
}

async function openCode(visit: Visit): Promise<Response> {
  return visit.ticket("unlock") === null ? visit.redirect("/unlock") : showCode(visit, "");
}

async function submitCode(visit: Visit): Promise<Response> {
  const { code } = await visit.read(["code"]);
  const ticket = visit.ticket("unlock");
  if (ticket === null) return visit.redirect("/unlock");
  const refuse = (problem: Problem) => showCode(visit, code, problem);
  const missing = missingFields(visit, { code }, ["code"]);
  if (missing !== null) return refuse(missing);
  return mending(visit, refuse, async () => {
    const result = await visit.space.codes.confirm("unlock", { ticket, code, ...visit.context });
    return finish(visit, result, refuse, () => refuse(fieldProblem("code", visit.words.errors.wrongCode)));
  });
}

async function submitLink(visit: Visit): Promise<Response> {
  const { link } = await visit.read(["link"]);
  const refuse = (problem: Problem) => showLink(visit, link, problem);
  return mending(visit, refuse, async () =>
    finish(visit, await visit.space.codes.confirm("unlock", { link, ...visit.context }), refuse, () =>
      dead(visit),
    ),
  );
}

async function finish(
  visit: Visit,
  result: UnlockResult,
  refuse: (problem: Problem) => Promise<Response>,
  wrong: () => Promise<Response>,
): Promise<Response> {
  if (result.status === "wrong-code") return wrong();
  if (result.status === "limited") return refuse(limitedProblem(visit, result));
  if (visit.ticket("unlock") !== null) visit.dropTicket();
  return visit.redirect(withNotice("/sign-in", "unlocked"));
}

function dead(visit: Visit): Promise<Response> {
  return showDeadLink(visit, { href: "/unlock", label: visit.words.unlockCode.again });
}

function showAsk(visit: Visit, identifier: string, problem?: Problem): Promise<Response> {
  const words = visit.words.unlock;
  return showCard(
    visit,
    {
      title: words.title,
      lead: words.lead,
      action: "/unlock",
      submit: words.submit,
      problem,
      more: (
        <p>
          <a href="/sign-in">{words.back}</a>
        </p>
      ),
    },
    <IdentifierField visit={visit} form="unlock" value={identifier} problem={problem} />,
  );
}

function showCode(visit: Visit, code: string, problem?: Problem): Promise<Response> {
  const words = visit.words.unlockCode;
  return showCodePage(visit, {
    title: words.title,
    lead: words.lead(codeLifetime(visit)),
    action: "/unlock/code",
    submit: words.submit,
    code,
    problem,
    more: (
      <p>
        {words.nothingCame} <a href="/unlock">{words.again}</a>
      </p>
    ),
  });
}

function showLink(visit: Visit, link: string, problem?: Problem): Promise<Response> {
  const words = visit.words.unlockLink;
  return showLinkPage(visit, { ...words, action: "/unlock/link", link, problem });
}
