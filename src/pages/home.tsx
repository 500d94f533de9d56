import { Form, Message } from "./form.js";
import { noticeOf } from "./notice.js";
import type { Route, Visit } from "./visit.js";

/** `/`: what this is and where to go from here. */
export const home: readonly Route[] = [{ path: "/", get: show }];

async function show(visit: Visit): Promise<Response> {
  const words = visit.words.home;
  const { siteName } = visit.space;
  const [me, setUpNeeded] = await Promise.all([visit.signedIn(), visit.space.setUp.needed()]);
  const notice = noticeOf(visit);
  return visit.show({
    title: words.title,
    children: (
      <>
        {notice === null ? null : <Message kind="good">{notice}</Message>}
        {setUpNeeded ? <Message kind="note">{words.setUp}</Message> : null}
        <div class="card">
          <h1>{siteName}</h1>
          {me === null ? (
            <>
              <p>{words.lead(siteName)}</p>
              <a class="button" href="/sign-in">
                {words.signIn}
              </a>
              {visit.space.signUpOpen ? (
                <a class="button quiet" href="/sign-up">
                  {words.signUp}
                </a>
              ) : null}
              <div class="more">
                <p>
                  <a href="/reset">{words.reset}</a>
                </p>
                <p>
                  {words.programs} <a href="/api/openapi.json">{words.api}</a>
                </p>
              </div>
            </>
          ) : (
            <>
              <p>{words.signedInAs(me.user.username ?? me.user.email ?? me.user.id)}</p>
              <a class="button" href="/account">
                {words.account}
              </a>
              <Form visit={visit} action="/sign-out" submit={words.signOut} look="quiet" />
              {me.user.admin || me.user.superuser ? <p>{words.administrator}</p> : null}
            </>
          )}
        </div>
      </>
    ),
  });
}
