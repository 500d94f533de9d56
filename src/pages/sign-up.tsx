import { Form, PasswordField, TextField } from "./form.js";
import { limitedProblem, mending, missingFields, refusedPassword } from "./mending.js";
import { withNotice } from "./notice.js";
import { fieldProblem, type Problem } from "./problem.js";
import type { Route, Visit } from "./visit.js";

const FIELDS = ["email", "username", "password"] as const;
type Values = Readonly<Record<(typeof FIELDS)[number], string>>;
const EMPTY: Values = { email: "", username: "", password: "" };

/** `/sign-up`: answers the same whether the address is known or not. */
export const signUp: readonly Route[] = [
  { path: "/sign-up", get: (visit) => show(visit, EMPTY), post: submit },
];

async function submit(visit: Visit): Promise<Response> {
  const form = await visit.read(FIELDS);
  const refuse = (problem: Problem) => show(visit, form, problem);
  const rule = visit.space.signUpPassword;
  const missing = missingFields(visit, form, rule === "required" ? ["email", "password"] : ["email"]);
  if (missing !== null) return refuse(missing);
  return mending(visit, refuse, async () => {
    const { email, username, password } = form;
    const names = username.trim() === "" ? { email } : { email, username };
    const secret = rule !== "required" && password === "" ? {} : { password };
    const result = await visit.space.signUp({ ...names, ...secret, ...visit.context });
    switch (result.status) {
      case "verification-sent":
        visit.keepTicket("verify", result.ticket);
        return visit.redirect("/verify");
      case "signed-up":
        return visit.redirect(withNotice("/sign-in", "signed-up"));
      case "username-taken":
        return refuse(fieldProblem("username", visit.words.errors.usernameTaken, 409));
      case "email-taken":
        return refuse(fieldProblem("email", visit.words.errors.emailTaken, 409));
      case "password-refused":
        return refuse(refusedPassword(visit, result, "password"));
      case "limited":
        return refuse(limitedProblem(visit, result));
    }
  });
}

async function show(visit: Visit, values: Values, problem?: Problem): Promise<Response> {
  const words = visit.words.signUp;
  const { fields } = visit.words;
  if (!visit.space.signUpOpen)
    return visit.show({
      title: words.title,
      status: 403,
      children: (
        <div class="card">
          <h1>{words.title}</h1>
          <p>{words.closed}</p>
          <a class="button" href="/sign-in">
            {words.signIn}
          </a>
        </div>
      ),
    });
  const { minLength } = visit.space.passwords.policy;
  const rule = visit.space.signUpPassword;
  return visit.show({
    title: words.title,
    ...(problem === undefined ? {} : { problem }),
    children: (
      <div class="card">
        <h1>{words.title}</h1>
        <Form visit={visit} action="/sign-up" submit={words.submit} problem={problem}>
          <TextField
            form="sign-up"
            name="email"
            label={fields.email}
            hint={words.emailHint}
            inputmode="email"
            autocomplete="email"
            value={values.email}
            problem={problem}
          />
          <TextField
            form="sign-up"
            name="username"
            label={fields.usernameOptional}
            hint={words.usernameHint}
            autocomplete="username"
            optional
            value={values.username}
            problem={problem}
          />
          {rule === "none" ? (
            <p class="soft">{words.withoutPassword}</p>
          ) : (
            <PasswordField
              form="sign-up"
              name="password"
              label={rule === "optional" ? fields.passwordOptional : fields.password}
              hint={
                rule === "optional"
                  ? words.passwordOptionalHint(minLength)
                  : fields.newPasswordHint(minLength)
              }
              autocomplete="new-password"
              optional={rule === "optional"}
              problem={problem}
            />
          )}
        </Form>
        <div class="more">
          <p>
            {words.known} <a href="/sign-in">{words.signIn}</a>
          </p>
        </div>
      </div>
    ),
  });
}
