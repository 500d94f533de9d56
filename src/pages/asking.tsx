import { TextField } from "./form.js";
import { limitedProblem, mending, missingFields } from "./mending.js";
import type { Problem } from "./problem.js";
import type { Visit } from "./visit.js";

type Refuse = (problem: Problem) => Promise<Response>;

/** The field in which people say who they are, to have a mail sent. */
export function IdentifierField(props: {
  readonly visit: Visit;
  readonly form: string;
  readonly value: string;
  readonly problem: Problem | undefined;
}) {
  return (
    <TextField
      form={props.form}
      name="identifier"
      label={props.visit.words.fields.identifier}
      inputmode="email"
      autocomplete="username"
      value={props.value}
      problem={props.problem}
    />
  );
}

/**
 * Has a mail with a code sent to whoever this is, and goes on to where the code is typed. The answer is the same whether
 * there is such an account or not. A second mail takes the place of the first one that this browser asked for.
 */
export async function askForMail(
  visit: Visit,
  asked: {
    readonly purpose: "reset-password" | "sign-in" | "unlock";
    readonly ticket: "reset" | "sign-in-mail" | "unlock";
    readonly identifier: string;
    readonly next: string;
    readonly refuse: Refuse;
  },
): Promise<Response> {
  const { identifier, refuse } = asked;
  const missing = missingFields(visit, { identifier }, ["identifier"]);
  if (missing !== null) return refuse(missing);
  return mending(visit, refuse, async () => {
    const ticket = visit.ticket(asked.ticket);
    const result = await visit.space.codes.request(asked.purpose, {
      identifier,
      ...(ticket === null ? {} : { ticket }),
      ...visit.context,
    });
    if (result.status === "limited") return refuse(limitedProblem(visit, result));
    visit.keepTicket(asked.ticket, result.ticket);
    return visit.redirect(asked.next);
  });
}
