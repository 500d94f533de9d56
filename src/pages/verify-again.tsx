import { IdentifierField } from "./asking.js";
import { Form } from "./form.js";
import { limitedProblem, mending, missingFields } from "./mending.js";
import type { Problem } from "./problem.js";
import type { Route, Visit } from "./visit.js";

/** `/verify/again`: sends another code, to whoever waits for one in this browser, is signed in, or types an address. */
export const verifyAgain: readonly Route[] = [
  { path: "/verify/again", get: (visit) => show(visit, ""), post: submit },
];

type Asker = { readonly userId: string } | { readonly ticket: string } | null;

async function submit(visit: Visit): Promise<Response> {
  const form = await visit.read(["identifier"]);
  const refuse = (problem: Problem) => show(visit, form.identifier, problem);
  const asker = await askerOf(visit);
  const missing = asker === null ? missingFields(visit, form, ["identifier"]) : null;
  if (missing !== null) return refuse(missing);
  return mending(visit, refuse, async () => {
    const result = await visit.space.codes.request("verify-email", {
      ...(asker ?? { identifier: form.identifier }),
      ...visit.context,
    });
    if (result.status === "limited") return refuse(limitedProblem(visit, result));
    visit.keepTicket("verify", result.ticket);
    return visit.redirect("/verify");
  });
}

/** Who asks, as far as the browser shows it; null: the person has to say. */
async function askerOf(visit: Visit): Promise<Asker> {
  const ticket = visit.ticket("verify");
  if (ticket !== null) return { ticket };
  const me = await visit.signedIn();
  return me === null || me.user.email === null ? null : { userId: me.user.id };
}

async function show(visit: Visit, identifier: string, problem?: Problem): Promise<Response> {
  const words = visit.words.verifyAgain;
  const asker = await askerOf(visit);
  return visit.show({
    title: words.title,
    ...(problem === undefined ? {} : { problem }),
    children: (
      <div class="card">
        <h1>{words.title}</h1>
        <p>{asker === null ? words.lead : words.leadKnown}</p>
        <Form visit={visit} action="/verify/again" submit={words.submit} problem={problem}>
          {asker === null ? (
            <IdentifierField visit={visit} form="again" value={identifier} problem={problem} />
          ) : null}
        </Form>
        <div class="more">
          <p>
            {words.lost} <a href="/sign-up">{words.signUp}</a>. {words.lostHow}
          </p>
        </div>
      </div>
    ),
  });
}
