import type { Messages } from "../messages/catalogue.js";

/** All wording of the pages in one language. */
export type Words = Messages["pages"];
