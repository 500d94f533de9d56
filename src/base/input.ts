import { WatchwordError } from "./errors.js";

/**
 * A text, or an error that names the field. Callers in plain JavaScript and parsed JSON can hand over anything, and an
 * object that reaches a query where text belongs is how others were broken into.
 */
export function requireText(value: unknown, field: string, longest = 4096): string {
  if (typeof value !== "string")
    throw new WatchwordError("invalid-input", `${field} must be text; it is ${describe(value)}.`, {
      details: { field },
    });
  if (value.length > longest)
    throw new WatchwordError("invalid-input", `${field} is longer than ${longest} characters; shorten it.`, {
      details: { field },
    });
  return value;
}

/** As {@link requireText}, for a value that may be absent. */
export function optionalText(value: unknown, field: string, longest?: number): string | undefined {
  return value === undefined ? undefined : requireText(value, field, longest);
}

/** A whole number within bounds, or an error that names the field. */
export function requireInteger(value: unknown, field: string, least: number, most: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
    throw new WatchwordError("invalid-input", `${field} must be a whole number from ${least} to ${most}.`, {
      details: { field },
    });
  return value;
}

export function requireBoolean(value: unknown, field: string): boolean {
  if (typeof value !== "boolean")
    throw new WatchwordError("invalid-input", `${field} must be true or false; it is ${describe(value)}.`, {
      details: { field },
    });
  return value;
}

/** The most that an application may keep on a user, in bytes of JSON. */
export const USER_DATA_LIMIT = 64 * 1024;

/** JSON text of an object of at most `longest` bytes, or an error that names the field. */
export function requireJsonObject(value: unknown, field: string, longest: number): string {
  const refuse = (reason: string) =>
    new WatchwordError("invalid-input", `${field} ${reason}`, { details: { field } });
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw refuse(`must be a JSON object; it is ${describe(value)}.`);
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new WatchwordError("invalid-input", `${field} cannot be written as JSON: ${String(cause)}.`, {
      cause,
      details: { field },
    });
  }
  if (text === undefined || !text.startsWith("{")) throw refuse("cannot be written as a JSON object.");
  if (Buffer.byteLength(text) > longest)
    throw refuse(`is larger than ${longest} bytes as JSON; keep less in it.`);
  return text;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** An object with no other fields than these, or an error that names the first one that there is not. */
export function requireKnownFields(
  value: unknown,
  fields: Readonly<Record<string, unknown>>,
  call: string,
): void {
  if (typeof value !== "object" || value === null)
    throw new WatchwordError("invalid-input", `${call} takes an object; it got ${describe(value)}.`);
  for (const field of Object.keys(value))
    if (!Object.hasOwn(fields, field))
      throw new WatchwordError(
        "invalid-input",
        `${call} has no field ${JSON.stringify(field)}; look at its spelling.`,
        {
          details: { field },
        },
      );
}
