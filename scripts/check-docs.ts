/**
 * Fails where code and docs tell different things: options and environment variables, error codes, routes, commands
 * and flags, the security list, links. Reads the built package (for routes and commands), so build first.
 */
import { existsSync } from "node:fs";
import { checkCommands } from "./docs/commands.js";
import { checkErrors } from "./docs/errors.js";
import { type Drift, ROOT } from "./docs/markdown.js";
import { checkOptions } from "./docs/options.js";
import { checkPages } from "./docs/pages.js";
import { checkPasswordFormats } from "./docs/password-formats.js";
import { checkRoutes } from "./docs/routes.js";
import { checkSecurity } from "./docs/security.js";
import { checkSources } from "./docs/sources.js";

if (!existsSync(`${ROOT}dist/index.js`)) {
  console.error(
    "docs: dist/ is missing. Run `npm run build` first: routes and commands are asked of the built package.",
  );
  process.exit(1);
}

const parts: Record<string, () => Drift[] | Promise<Drift[]>> = {
  options: checkOptions,
  errors: checkErrors,
  routes: checkRoutes,
  commands: checkCommands,
  pages: checkPages,
  "password-formats": checkPasswordFormats,
  security: checkSecurity,
  sources: checkSources,
};

let found = 0;
for (const [name, check] of Object.entries(parts)) {
  const drift = await check();
  found += drift.length;
  for (const { where, what } of drift) console.error(`${where} ${what}  [${name}]`);
}
console.log(
  found === 0
    ? "docs: code and docs agree"
    : `docs: ${found} differences. Mend the page or the code, whichever is wrong.`,
);
process.exitCode = found === 0 ? 0 : 1;
