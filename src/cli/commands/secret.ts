import { newToken } from "../../base/crypto.js";
import type { Invocation, JsonFlags } from "../invocation.js";
import { printJson, printLine } from "../output.js";

/** 256 bits from the system's CSPRNG: far above the 32 characters that the library asks for. */
export async function run({ flags }: Invocation<JsonFlags>): Promise<void> {
  const secret = newToken();
  if (flags.json) await printJson({ secret });
  else await printLine(secret);
}
