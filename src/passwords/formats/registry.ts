import type { PasswordFormat } from "./format.js";

/** Every format, in the order of the documentation. A family is one file that exports its formats as a list. */
export const FORMATS: readonly PasswordFormat[] = [];
