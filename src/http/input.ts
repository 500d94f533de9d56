import type { z } from "zod";
import { WatchwordError } from "../base/errors.js";
import { assertJsonType, readBodyText } from "./body.js";
import { parseStrictJson } from "./strict-json.js";

/** What a schema makes of JSON, where a field that is not required is absent, never `undefined`. */
export type Exact<T> = T extends readonly unknown[] | Date
  ? T
  : T extends object
    ? { [K in keyof T]: Exclude<T[K], undefined> }
    : T;

/**
 * The body of a request, checked.
 * @throws WatchwordError `unsupported-media-type`, `body-too-large`, `invalid-input` naming the field.
 */
export async function readJson<S extends z.ZodType>(
  request: Request,
  schema: S,
): Promise<Exact<z.output<S>>> {
  assertJsonType(request);
  return check(schema, parseStrictJson(await readBodyText(request)));
}

/**
 * The query of a request, checked: each parameter once, none that is unknown.
 * @throws WatchwordError `invalid-input` naming the parameter.
 */
export function readQuery<S extends z.ZodType>(request: Request, schema: S): Exact<z.output<S>> {
  const at = request.url.indexOf("?");
  const query: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(at === -1 ? "" : request.url.slice(at)))
    if (name in query) throw invalid([{ field: cut(name), message: "stands twice; send it once" }]);
    else query[name] = value;
  return check(schema, { ...query });
}

function check<S extends z.ZodType>(schema: S, value: unknown): Exact<z.output<S>> {
  const result = schema.safeParse(value);
  // A parsed JSON text and a query hold no `undefined`, so what is absent from them is absent here.
  if (result.success) return result.data as Exact<z.output<S>>;
  throw invalid(findingsOf(result.error.issues));
}

interface Finding {
  readonly field: string;
  readonly message: string;
}

function invalid(findings: readonly Finding[]): WatchwordError {
  const [first = { field: "", message: "does not have the required form" }] = findings;
  const where = first.field === "" ? "The input" : `The field ${JSON.stringify(first.field)}`;
  return new WatchwordError("invalid-input", `${where} ${first.message}.`, {
    details: { field: first.field, errors: findings },
  });
}

/** What is wrong, field by field; the values, which may be secrets, are never in it. */
function findingsOf(issues: readonly z.core.$ZodIssue[], within: readonly PropertyKey[] = []): Finding[] {
  return issues.flatMap((issue): Finding[] => {
    const path = [...within, ...issue.path];
    const field = path.map(String).join(".");
    if (issue.code === "invalid_union") return findingsOf(nearest(issue.errors), path);
    if (issue.code === "unrecognized_keys")
      return issue.keys
        .slice(0, 10)
        .map((key) => ({ field: cut(join(field, key)), message: "is not known here; leave it out" }));
    return [{ field: cut(field), message: wording(issue) }];
  });
}

/** Of several allowed forms, the one that the input came nearest to: by how many fields are wrong, not by how much is wrong with them. */
function nearest(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const distance = (issues: readonly z.core.$ZodIssue[]) =>
    new Set(
      issues.flatMap((issue) =>
        issue.code === "unrecognized_keys" ? issue.keys : [issue.path.map(String).join(".")],
      ),
    ).size;
  return branches.reduce((best, branch) => (distance(branch) < distance(best) ? branch : best));
}

function wording(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type")
    return issue.message.endsWith("received undefined")
      ? "is missing"
      : `must be ${nameOfType(issue.expected)}`;
  if (issue.code === "too_big") return `must not exceed ${issue.maximum}${unit(issue.origin)}`;
  if (issue.code === "too_small" && issue.origin === "string" && issue.minimum === 1)
    return "must not be empty";
  if (issue.code === "too_small") return `must be at least ${issue.minimum}${unit(issue.origin)}`;
  if (issue.code === "invalid_value") return `must be one of: ${issue.values.map(String).join(", ")}`;
  if (issue.code === "invalid_format" && issue.format === "datetime")
    return "must be a time such as 2026-12-01T00:00:00Z";
  return "does not have the required form";
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
  int: "a whole number",
  number: "a number",
};

function nameOfType(type: string): string {
  return TYPE_NAMES[type] ?? type;
}

function unit(origin: string): string {
  if (origin === "string") return " characters";
  return origin === "array" ? " items" : "";
}

function join(field: string, key: string): string {
  return field === "" ? key : `${field}.${key}`;
}

function cut(name: string): string {
  return name.length > 64 ? `${name.slice(0, 64)}…` : name;
}
