import { Form } from "./form.js";
import { withNotice } from "./notice.js";
import type { Route, Visit } from "./visit.js";

/** `/sign-out`: a button, so that no link or picture on another page can sign anybody out. */
export const signOut: readonly Route[] = [{ path: "/sign-out", get: show, post: submit }];

async function submit(visit: Visit): Promise<Response> {
  await visit.read([]);
  const token = visit.web.cookies.read(visit.request, "session");
  if (token !== null) await visit.space.signOut(token, visit.context);
  visit.setCookies([visit.web.cookies.clear("session")]);
  return visit.redirect(withNotice("/", "signed-out"));
}

async function show(visit: Visit): Promise<Response> {
  const words = visit.words.signOut;
  return visit.show({
    title: words.title,
    children: (
      <div class="card">
        <h1>{words.title}</h1>
        <p>{words.lead}</p>
        <Form visit={visit} action="/sign-out" submit={words.submit} />
        <div class="more">
          <p>
            <a href="/account">{words.back}</a>
          </p>
        </div>
      </div>
    ),
  });
}
