import { Form, PasswordField, TextField } from "./form.js";
import { mending, missingFields, refusedPassword } from "./mending.js";
import { withNotice } from "./notice.js";
import { fieldProblem, type Problem } from "./problem.js";
import type { Route, Visit } from "./visit.js";

const FIELDS = ["token", "username", "email", "password"] as const;
type Values = Readonly<Record<(typeof FIELDS)[number], string>>;

/** `/set-up`: makes the first administrator, for whoever can read the server's terminal. */
export const setUp: readonly Route[] = [{ path: "/set-up", get: open, post: submit }];

async function open(visit: Visit): Promise<Response> {
  if (!(await visit.space.setUp.needed())) return showDone(visit);
  const token = visit.query("token");
  if (token === null || !(await visit.space.setUp.check(token))) return showWrongToken(visit, token);
  return show(visit, { token, username: "", email: "", password: "" });
}

async function submit(visit: Visit): Promise<Response> {
  const form = await visit.read(FIELDS);
  const refuse = (problem: Problem) => show(visit, form, problem);
  const missing = missingFields(visit, form, ["username", "email", "password"]);
  if (missing !== null) return refuse(missing);
  return mending(visit, refuse, async () => {
    const result = await visit.space.setUp.complete({ ...form, ...visit.context });
    switch (result.status) {
      case "set-up":
        return visit.redirect(withNotice("/sign-in", "set-up"));
      case "wrong-token":
        return (await visit.space.setUp.needed()) ? showWrongToken(visit, form.token) : showDone(visit);
      case "username-taken":
        return refuse(fieldProblem("username", visit.words.errors.usernameTaken, 409));
      case "email-taken":
        return refuse(fieldProblem("email", visit.words.errors.emailTaken, 409));
      case "password-refused":
        return refuse(refusedPassword(visit, result, "password"));
    }
  });
}

async function show(visit: Visit, values: Values, problem?: Problem): Promise<Response> {
  const words = visit.words.setUp;
  const { fields } = visit.words;
  return visit.show({
    title: words.title,
    ...(problem === undefined ? {} : { problem }),
    children: (
      <div class="card">
        <h1>{words.title}</h1>
        <p>{words.lead(visit.space.siteName)}</p>
        <Form
          visit={visit}
          action="/set-up"
          submit={words.submit}
          problem={problem}
          hidden={{ token: values.token }}
        >
          <TextField
            form="set-up"
            name="username"
            label={fields.username}
            autocomplete="username"
            value={values.username}
            problem={problem}
          />
          <TextField
            form="set-up"
            name="email"
            label={fields.email}
            inputmode="email"
            autocomplete="email"
            value={values.email}
            problem={problem}
          />
          <PasswordField
            form="set-up"
            name="password"
            label={fields.password}
            hint={fields.newPasswordHint(visit.space.passwords.policy.minLength)}
            autocomplete="new-password"
            problem={problem}
          />
        </Form>
      </div>
    ),
  });
}

async function showWrongToken(visit: Visit, token: string | null): Promise<Response> {
  const words = visit.words.setUp;
  return visit.show({
    title: words.title,
    status: token === null ? 200 : 422,
    children: (
      <div class="card">
        <h1>{words.title}</h1>
        <p>{token === null ? words.noToken : words.wrongToken}</p>
      </div>
    ),
  });
}

async function showDone(visit: Visit): Promise<Response> {
  const words = visit.words.setUp;
  return visit.show({
    title: words.doneTitle,
    status: 410,
    children: (
      <div class="card">
        <h1>{words.doneTitle}</h1>
        <p>{words.done}</p>
        <a class="button" href="/sign-in">
          {words.signIn}
        </a>
      </div>
    ),
  });
}
