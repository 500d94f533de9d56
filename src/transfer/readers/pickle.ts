import { Tagged, type Value } from "../../base/values.js";
import { LARGEST, PickleMachine } from "./pickle/machine.js";
import { PickleError } from "./pickle/nodes.js";
import { Recursion, ValueWriter } from "./pickle/value.js";

/**
 * `unsupported` names what is no plain data: in the value it stands as `Tagged("unsupported", name)`, and only the bytes
 * keep it whole. `raw`: no part of it could be read; `why` is the rest of a sentence that begins with "it".
 */
export type ReadResult =
  | { readonly status: "read"; readonly value: Value; readonly unsupported: readonly string[] }
  | { readonly status: "raw"; readonly why: string };

/**
 * Reads a Python pickle (protocols 0 to 5) without Python and without running anything: plain data, and the few classes
 * of the standard library whose objects are values (dates, decimals, UUIDs, sets). Any other class or call becomes a
 * placeholder with its name; a value that contains itself becomes `Tagged("recursive", true)`. See PEP 307, PEP 3154,
 * PEP 574 and Lib/pickletools.py of Python.
 *
 * @param bytes - At most 16 MiB of them.
 */
export function readPickle(bytes: Uint8Array): ReadResult {
  if (bytes.length > LARGEST) return { status: "raw", why: `it is larger than ${LARGEST} bytes` };
  try {
    const writer = new ValueWriter();
    const value = writer.valueOf(new PickleMachine(bytes).run(), 0);
    return { status: "read", value, unsupported: [...writer.unsupported] };
  } catch (error) {
    if (error instanceof PickleError) return { status: "raw", why: error.message };
    if (error instanceof Recursion)
      return {
        status: "read",
        value: new Tagged("recursive", true),
        unsupported: ["a value that contains itself"],
      };
    throw error;
  }
}
