import { WatchwordError } from "../../base/errors.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { note, printJson, printLine } from "../output.js";
import { withSpace } from "../space.js";

export interface SetUpFlags extends JsonFlags {
  readonly baseUrl?: string;
}

export async function run({ flags, typed }: Invocation<SetUpFlags>): Promise<void> {
  const baseUrl = typed("baseUrl");
  await withSpace(
    flags,
    async (space) => {
      const token = await space.setUp.createToken();
      if (token === null)
        throw new WatchwordError(
          "not-allowed",
          "There is a superuser already, so nobody needs a set-up link. Make another superuser with: watchword user create --superuser",
        );
      const link = setUpLink(space.baseUrl, token);
      if (space.config.find(({ name }) => name === "baseUrl")?.origin === "default")
        note(
          `The link begins with ${space.baseUrl}, as no address was given; where the server runs elsewhere, give --base-url.`,
        );
      if (flags.json) return printJson({ link });
      await printLine(link);
      note("It works once, within 24 hours; links made before it have stopped working.");
    },
    baseUrl === undefined ? {} : { baseUrl },
  );
}

/** Where the first administrator is made. */
export function setUpLink(baseUrl: string, token: string): string {
  return `${baseUrl}/set-up?token=${encodeURIComponent(token)}`;
}
