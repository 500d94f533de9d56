import { WatchwordError } from "../base/errors.js";
import type { Problem } from "./problem.js";
import type { Visit } from "./visit.js";

/** For an address at which there is nothing. */
export async function notFoundPage(visit: Visit): Promise<Response> {
  const words = visit.words.notFound;
  return showError(visit, 404, words.title, words.text);
}

/** For a method that an address does not answer (RFC 9110 §15.5.6). */
export async function wrongMethodPage(visit: Visit, allowed: readonly string[]): Promise<Response> {
  const words = visit.words.wrongMethod;
  const response = await showError(visit, 405, words.title, words.text);
  response.headers.set("allow", allowed.join(", "));
  return response;
}

/**
 * For whatever was thrown. People read what they can do about it; causes go to the log, under the id of the request
 * (ASVS 5.0, 16.5.1).
 */
export async function failurePage(visit: Visit, error: unknown): Promise<Response> {
  const words = visit.words.failures;
  if (!(error instanceof WatchwordError) || error.status === 500 || error.status === 502) {
    visit.web.logger?.error({ err: error, requestId: visit.requestId }, "a page failed");
    return showError(visit, 500, words.title, words.internal(visit.requestId));
  }
  if (error.status >= 500) {
    if (error.code !== "busy")
      visit.web.logger?.error({ err: error, requestId: visit.requestId }, "a page failed");
    return showError(visit, error.status, words.title, words.busy, error.retryAfter ?? 5000);
  }
  if (error.details.reason === "form-token") return showError(visit, 403, words.title, words.formToken);
  if (error.code === "foreign-origin") return showError(visit, 403, words.title, words.foreignOrigin);
  return showError(visit, error.status, words.title, error.message, error.retryAfter);
}

async function showError(
  visit: Visit,
  status: number,
  title: string,
  text: string,
  retryAfter?: number,
): Promise<Response> {
  const problem: Problem = { status, errors: {}, ...(retryAfter === undefined ? {} : { retryAfter }) };
  return visit.show({
    title,
    problem,
    children: (
      <div class="card">
        <h1>{title}</h1>
        <p>{text}</p>
        <p>
          <a href="/">{visit.words.failures.home}</a>
        </p>
      </div>
    ),
  });
}
