// Makes docs/password-formats.md anew from the registry of formats:
//
//   npx tsx scripts/make-password-formats.ts && npx biome format --write docs/password-formats.md
import { writeFileSync } from "node:fs";
import { ROOT } from "./docs/markdown.js";
import { renderPasswordFormats } from "./docs/password-formats.js";

writeFileSync(`${ROOT}docs/password-formats.md`, `${renderPasswordFormats()}\n`);
