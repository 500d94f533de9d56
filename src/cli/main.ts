#!/usr/bin/env node
import { forgetEmptyVariables } from "./environment.js";
import { reportError } from "./errors.js";
import { endQuietlyOnBrokenPipe, wantsJson } from "./output.js";
import { buildProgram } from "./program.js";

forgetEmptyVariables(process.env);
endQuietlyOnBrokenPipe();
try {
  await buildProgram().parseAsync();
} catch (error) {
  process.exitCode = reportError(error, { json: wantsJson() });
}
