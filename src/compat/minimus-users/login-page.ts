import { readFile } from "node:fs/promises";
import { WatchwordError } from "../../base/errors.js";
import { openedSpace } from "./opening.js";

/** A form that posts `username` and `password` to its own address. It needs nothing from another host. */
const LOGIN_PAGE = `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Login</title>
    <style>
      body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; padding: 3rem 1rem; }
      form { max-width: 24rem; margin: 0 auto; }
      label { display: block; font-weight: 600; margin: 1rem 0 .25rem; }
      input, button { box-sizing: border-box; width: 100%; font: inherit; padding: .625rem .75rem; }
      button { margin-top: 1.5rem; font-weight: 600; cursor: pointer; }
    </style>
  </head>
  <body>
    <form action="" method="POST">
      <h1>Login</h1>
      <label for="username">Username</label>
      <input id="username" name="username" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus>
      <label for="password">Password</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required>
      <button>Login</button>
    </form>
  </body>
</html>
`;

/**
 * The HTML of a login page: a form with the fields `username` and `password`, sent by POST to the page's own address.
 *
 * @param filename - A file whose text is the page, in place of the built-in one.
 * @throws TypeError for a name that is no text; WatchwordError `not-found` for a file that cannot be read, which it names;
 * `closed` before `initialize`
 * @example
 * ```ts
 * await initialize("userdata");
 * console.log((await renderLogin()).includes('name="username"')); // true
 * ```
 */
export async function renderLogin(filename?: string | null): Promise<string> {
  openedSpace();
  if (filename === undefined || filename === null) return LOGIN_PAGE;
  if (typeof filename !== "string")
    throw new TypeError(
      `renderLogin takes the name of a file, as text; it got a ${typeof filename}. Leave it out for the built-in page.`,
    );
  try {
    return await readFile(filename, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WatchwordError(
      "not-found",
      `The login page ${JSON.stringify(filename)} cannot be read: ${reason}. Look at the path; it counts from ${process.cwd()}.`,
      { cause, details: { filename } },
    );
  }
}
