import type { Child, PropsWithChildren } from "hono/jsx";
import type { Problem } from "./problem.js";
import { FORM_TOKEN_FIELD } from "./read-form.js";
import type { Visit } from "./visit.js";

interface FieldProps {
  /** Tells the forms of one page apart. */
  readonly form: string;
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly problem: Problem | undefined;
}

/** A form that posts, with its token and what went wrong. */
export function Form(
  props: PropsWithChildren<{
    readonly visit: Visit;
    readonly action: string;
    readonly submit: string;
    /** What the button is called where the words on it do not tell it from others of the page. */
    readonly submitLabel?: string;
    readonly look?: "quiet" | "danger";
    readonly problem?: Problem | undefined;
    readonly hidden?: Readonly<Record<string, string>>;
  }>,
) {
  const { alert } = props.problem ?? {};
  return (
    <form method="post" action={props.action}>
      {alert === undefined ? null : <Message kind="bad">{alert}</Message>}
      <input type="hidden" name={FORM_TOKEN_FIELD} value={props.visit.formToken()} />
      {Object.entries(props.hidden ?? {}).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {props.children}
      <button type="submit" class={props.look ?? ""} {...named(props.submitLabel)}>
        {props.submit}
      </button>
    </form>
  );
}

/** A line of text: a username, an address, a language. */
export function TextField(
  props: FieldProps & {
    readonly value: string | undefined;
    readonly autocomplete: string;
    readonly inputmode?: "email" | "text";
    readonly optional?: boolean;
  },
) {
  return (
    <Field {...props}>
      {/* Not type="email": browsers refuse addresses with letters beyond ASCII before the @, which are valid (RFC 6531). */}
      <input
        {...common(props)}
        type="text"
        inputmode={props.inputmode ?? "text"}
        value={props.value ?? ""}
        autocomplete={props.autocomplete}
        autocapitalize="none"
        spellcheck={false}
        required={props.optional !== true}
      />
    </Field>
  );
}

/** A password. What was typed never goes back to the browser, and no length is cut off while typing or pasting. */
export function PasswordField(
  props: FieldProps & {
    readonly autocomplete: "current-password" | "new-password";
    readonly optional?: boolean;
  },
) {
  return (
    <Field {...props}>
      <input
        {...common(props)}
        type="password"
        autocomplete={props.autocomplete}
        required={props.optional !== true}
      />
    </Field>
  );
}

/** A code from a mail. */
export function CodeField(props: FieldProps & { readonly value: string | undefined }) {
  return (
    <Field {...props}>
      <input
        {...common(props)}
        class="code"
        type="text"
        value={props.value ?? ""}
        autocomplete="one-time-code"
        autocapitalize="characters"
        spellcheck={false}
        required
      />
    </Field>
  );
}

/** Something to know: how it went, or what is wrong. */
export function Message(props: { readonly kind: "good" | "bad" | "note"; readonly children?: Child }) {
  return (
    <div class={`message ${props.kind}`} role={props.kind === "bad" ? "alert" : "status"}>
      <p>{props.children}</p>
    </div>
  );
}

function Field(props: PropsWithChildren<FieldProps>) {
  const id = idOf(props);
  const error = errorOf(props);
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
      {error === undefined ? null : (
        <p class="error" id={`${id}-error`}>
          {error}
        </p>
      )}
      {props.children}
    </div>
  );
}

function common(props: FieldProps) {
  const id = idOf(props);
  const error = errorOf(props);
  const describedBy = [
    ...(props.hint === undefined ? [] : [`${id}-hint`]),
    ...(error === undefined ? [] : [`${id}-error`]),
  ];
  return {
    id,
    name: props.name,
    ...(describedBy.length === 0 ? {} : { "aria-describedby": describedBy.join(" ") }),
    ...(error === undefined ? {} : { "aria-invalid": "true" as const }),
  };
}

function named(label: string | undefined) {
  return label === undefined ? {} : { "aria-label": label };
}

function idOf(props: FieldProps): string {
  return `${props.form}-${props.name}`;
}

function errorOf(props: FieldProps): string | undefined {
  return props.problem?.errors[props.name];
}
