import type { Child } from "hono/jsx";
import { CodeField, Form } from "./form.js";
import type { Problem } from "./problem.js";
import type { Visit } from "./visit.js";

interface CodePage {
  readonly title: string;
  readonly lead: string;
  readonly action: string;
  readonly submit: string;
  readonly look?: "danger";
  readonly problem?: Problem | undefined;
  readonly hidden?: Readonly<Record<string, string>>;
  /** Further fields. */
  readonly fields?: Child;
  /** What stands below the form. */
  readonly more?: Child;
}

/** The page on which a code from a mail is typed. */
export function showCodePage(visit: Visit, page: CodePage & { readonly code: string }): Promise<Response> {
  return showCard(
    visit,
    page,
    <>
      <CodeField
        form="code"
        name="code"
        label={visit.words.fields.code}
        value={page.code}
        problem={page.problem}
      />
      {page.fields}
    </>,
  );
}

/** The page behind the link of a mail. It does nothing before the button is pressed, since programs follow every link. */
export function showLinkPage(visit: Visit, page: CodePage & { readonly link: string }): Promise<Response> {
  return showCard(visit, { ...page, hidden: { ...page.hidden, link: page.link } }, page.fields);
}

/** A page that asks for something before a mail goes out. */
export function showCard(visit: Visit, page: CodePage, fields: Child): Promise<Response> {
  const { problem } = page;
  return visit.show({
    title: page.title,
    ...(problem === undefined ? {} : { problem }),
    children: (
      <div class="card">
        <h1>{page.title}</h1>
        <p>{page.lead}</p>
        <Form
          visit={visit}
          action={page.action}
          submit={page.submit}
          problem={problem}
          hidden={page.hidden ?? {}}
          {...(page.look === undefined ? {} : { look: page.look })}
        >
          {fields}
        </Form>
        {page.more === undefined ? null : <div class="more">{page.more}</div>}
      </div>
    ),
  });
}

/** A link that opens nothing any more, and where to ask for another mail. */
export function showDeadLink(
  visit: Visit,
  again: { readonly href: string; readonly label: string },
): Promise<Response> {
  const words = visit.words.deadLink;
  return visit.show({
    title: words.title,
    status: 422,
    children: (
      <div class="card">
        <h1>{words.title}</h1>
        <p>{words.lead}</p>
        <a class="button" href={again.href}>
          {again.label}
        </a>
      </div>
    ),
  });
}
