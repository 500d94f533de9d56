import { damaged, readFields } from "./format.js";

/** The texts of a JSON object, by name. @throws WatchwordError `invalid-input` where one is no text. */
export function textFields<N extends string>(
  scheme: string,
  hash: string,
  names: readonly N[],
): Readonly<Record<N, string>> {
  const fields = readFields(hash) ?? {};
  const read = names.map((name) => {
    const value = fields[name];
    if (typeof value !== "string") throw damaged(scheme, `its field ${name} is no text`);
    return [name, value] as const;
  });
  // fromEntries forgets which names it was given.
  return Object.fromEntries(read) as Record<N, string>;
}

/** A field that is an object. @throws WatchwordError `invalid-input` */
export function objectField(scheme: string, fields: Readonly<Record<string, unknown>>, name: string) {
  const value = fields[name];
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw damaged(scheme, `its field ${name} is no object`);
  return { ...value } as Readonly<Record<string, unknown>>;
}

/** A field that is text, or absent. @throws WatchwordError `invalid-input` */
export function optionalTextField(
  scheme: string,
  fields: Readonly<Record<string, unknown>>,
  name: string,
): string | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === "string") return value;
  throw damaged(scheme, `its field ${name} is no text`);
}

/** A field that is a whole number, or a text of digits. @throws WatchwordError `invalid-input` */
export function numberField(
  scheme: string,
  fields: Readonly<Record<string, unknown>>,
  name: string,
  fallback?: number,
): number {
  const value = fields[name] ?? fallback;
  const number = typeof value === "string" && /^\d{1,10}$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number))
    throw damaged(scheme, `its field ${name} is no whole number`);
  return number;
}
