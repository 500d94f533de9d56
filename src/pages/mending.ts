import { WatchwordError } from "../base/errors.js";
import type { Limited, PasswordRefused } from "../space/contract.js";
import { alertProblem, fieldProblem, type Problem } from "./problem.js";
import { inWords } from "./times.js";
import type { Visit } from "./visit.js";

/** The fields that were left empty; null where all are filled in. */
export function missingFields<Name extends string>(
  visit: Visit,
  form: Readonly<Record<Name, string>>,
  required: readonly Name[],
): Problem | null {
  const missing = required.filter((name) => form[name].trim() === "");
  if (missing.length === 0) return null;
  return {
    status: 422,
    errors: Object.fromEntries(missing.map((name) => [name, visit.words.errors.missing])),
  };
}

/** Too many tries. */
export function limitedProblem(visit: Visit, { retryAfter, limit, window }: Limited): Problem {
  const alert = visit.words.errors.limited(inWords(visit.lang, retryAfter));
  const quota = limit === undefined ? {} : { quota: { limit, ...(window === undefined ? {} : { window }) } };
  return { status: 429, errors: {}, alert, retryAfter, ...quota };
}

export function refusedPassword(visit: Visit, refused: PasswordRefused, field: string): Problem {
  const { minLength, maxLength } = visit.space.passwords.policy;
  return fieldProblem(field, visit.words.errors.password[refused.reason]({ minLength, maxLength }));
}

/**
 * Does a form's work. What the person can mend or wait for goes back to the form, by `refuse`; everything else goes on up.
 */
export async function mending(
  visit: Visit,
  refuse: (problem: Problem) => Promise<Response>,
  work: () => Promise<Response>,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    const problem = error instanceof WatchwordError ? problemOf(visit, error) : null;
    if (problem === null) throw error;
    return refuse(problem);
  }
}

/** The fields that people fill in, named as the core names them; hidden ones are not theirs to mend. */
const TYPED = new Set([
  "email",
  "username",
  "identifier",
  "password",
  "currentPassword",
  "newPassword",
  "code",
  "userLocale",
]);

function isTyped(field: unknown): field is string {
  return typeof field === "string" && TYPED.has(field);
}

function problemOf(visit: Visit, error: WatchwordError): Problem | null {
  const { errors } = visit.words;
  switch (error.code) {
    case "username-taken":
      return fieldProblem("username", errors.usernameTaken, error.status);
    case "email-taken":
      return fieldProblem("email", errors.emailTaken, error.status);
    case "invalid-identifier":
      return error.details.field === "email"
        ? fieldProblem("email", errors.invalidEmail, error.status)
        : fieldProblem("username", errors.invalidUsername, error.status);
    case "invalid-input":
      if (error.details.field === "newEmail") return fieldProblem("email", errors.sameEmail, error.status);
      return isTyped(error.details.field)
        ? fieldProblem(error.details.field, errors.unusable, error.status)
        : null;
    case "busy": {
      const retryAfter = error.retryAfter ?? 1000;
      return { ...alertProblem(errors.busy, error.status), retryAfter };
    }
    default:
      return null;
  }
}
