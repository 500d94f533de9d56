import { WatchwordError } from "../base/errors.js";
import { readBodyText } from "../http/body.js";
import type { Web } from "../http/web.js";

/** The name of the hidden field that carries the form token. */
export const FORM_TOKEN_FIELD = "form_token";

/**
 * The fields of a posted form. Before any of it is looked at: the origin, the exact media type, the size and the form
 * token (ASVS 5.0, 3.5.1 and 3.5.3). A field that was not sent is empty text; fields that were not asked for are not read.
 *
 * @throws WatchwordError `foreign-origin`, `unsupported-media-type`, `body-too-large`, `invalid-input` for a field
 *   that comes twice, and `not-allowed` with `details.reason` `"form-token"`
 */
export async function readForm<Name extends string>(
  web: Web,
  request: Request,
  names: readonly Name[],
): Promise<Readonly<Record<Name, string>>> {
  web.assertSameOrigin(request);
  const type = request.headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded")
    throw new WatchwordError(
      "unsupported-media-type",
      "Forms are sent as application/x-www-form-urlencoded; programs use the JSON routes under /api.",
    );
  const fields = new URLSearchParams(await readBodyText(request));
  if (!web.forms.verify(request, single(fields, FORM_TOKEN_FIELD)))
    throw new WatchwordError(
      "not-allowed",
      "The form is out of date, or cookies are switched off. Open the page again and send it once more.",
      { details: { reason: "form-token" } },
    );
  const values = {} as Record<Name, string>;
  for (const name of names) values[name] = single(fields, name);
  return values;
}

function single(fields: URLSearchParams, name: string): string {
  const values = fields.getAll(name);
  if (values.length > 1)
    throw new WatchwordError("invalid-input", `The form holds "${name}" more than once; give it once.`, {
      details: { field: name },
    });
  return values[0] ?? "";
}
