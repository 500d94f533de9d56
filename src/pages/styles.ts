import { createHash } from "node:crypto";

/** One stylesheet for all pages: no build, no fonts or images from elsewhere, light and dark as the system says. */
export const STYLESHEET = `
:root {
  color-scheme: light dark;
  --ground: #f5f6f8; --surface: #ffffff; --ink: #1a1d23; --soft: #5a6270; --line: #c6ccd6; --edge: #838c9b;
  --accent: #2450b8; --accent-ink: #ffffff; --focus: #2450b8;
  --bad: #a81e2d; --bad-ground: #fdeff0; --good: #17643a; --good-ground: #eaf6ee; --note-ground: #edf2fc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14161b; --surface: #1d2027; --ink: #e9ebf0; --soft: #a3abb9; --line: #373d49; --edge: #737d8e;
    --accent: #8fb2ff; --accent-ink: #10141c; --focus: #8fb2ff;
    --bad: #ff9aa3; --bad-ground: #3a1f24; --good: #8ddcab; --good-ground: #1b3225; --note-ground: #212a3d;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
.top { padding: 1rem 1.25rem; text-align: center; }
.top a { color: var(--ink); font-weight: 600; text-decoration: none; }
.top a:hover { text-decoration: underline; }
main { width: 100%; max-width: 27rem; margin: 0 auto; padding: 0 1rem 3rem; }
main.wide { max-width: 46rem; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; padding: 1.5rem; margin: 0 0 1.25rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; }
main.wide > h1 { margin: 0 0 1.25rem; }
h2 { font-size: 1.125rem; line-height: 1.3; margin: 0 0 .75rem; }
p { margin: 0 0 1rem; }
h1, h2, p, dd, li, td { overflow-wrap: anywhere; }
a { color: var(--accent); }
form { margin: 0; }
.field { margin: 0 0 1.125rem; }
label { display: block; font-weight: 600; margin: 0 0 .25rem; }
.hint, .more, .soft { color: var(--soft); font-size: .9375rem; }
.field .hint { margin: 0 0 .375rem; }
.field .error { margin: 0 0 .375rem; color: var(--bad); font-size: .9375rem; font-weight: 600; }
input {
  width: 100%; font: inherit; color: inherit; background: var(--surface);
  border: 1px solid var(--edge); border-radius: .5rem; padding: .625rem .75rem; min-height: 2.875rem;
}
input[aria-invalid="true"] { border-color: var(--bad); border-width: 2px; }
input.code { font: 600 1.375rem/1.3 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; letter-spacing: .2em; max-width: 14rem; }
button {
  font: inherit; font-weight: 600; color: var(--accent-ink); background: var(--accent); cursor: pointer;
  border: 1px solid var(--accent); border-radius: .5rem; padding: .625rem 1.125rem; min-height: 2.875rem; width: 100%;
}
button:hover { filter: brightness(1.1); }
button.quiet { color: var(--accent); background: transparent; border-color: var(--edge); }
button.danger { color: var(--bad); background: transparent; border-color: var(--bad); }
.wide button { width: auto; }
.wide .field { max-width: 24rem; }
a.button {
  display: block; text-align: center; font-weight: 600; text-decoration: none; color: var(--accent-ink); background: var(--accent);
  border: 1px solid var(--accent); border-radius: .5rem; padding: .625rem 1.125rem; margin: 0 0 .75rem;
}
a.button.quiet { color: var(--accent); background: transparent; border-color: var(--edge); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.message { border: 1px solid; border-radius: .5rem; padding: .75rem 1rem; margin: 0 0 1.25rem; background: var(--note-ground); border-color: var(--accent); }
.message.bad { background: var(--bad-ground); border-color: var(--bad); }
.message.good { background: var(--good-ground); border-color: var(--good); }
.message :last-child { margin-bottom: 0; }
.more { margin: 1.25rem 0 0; }
.more p, .more form { margin: 0 0 .5rem; }
.more > :last-child { margin-bottom: 0; }
dl { margin: 0 0 1rem; display: grid; grid-template-columns: minmax(6rem, auto) 1fr; gap: .375rem 1rem; }
dt { color: var(--soft); }
dd { margin: 0; }
ul.rows { list-style: none; margin: 0 0 1rem; padding: 0; }
ul.rows > li { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between; border-top: 1px solid var(--line); padding: .875rem 0; }
ul.rows > li:first-child { border-top: 0; padding-top: 0; }
ul.rows > li > :first-child { flex: 1 1 14rem; min-width: 0; }
ul.rows > li:last-child { padding-bottom: 0; }
.rows p { margin: 0; }
.card > :last-child { margin-bottom: 0; }
.tag { display: inline-block; font-size: .8125rem; font-weight: 600; border: 1px solid var(--good); color: var(--good); border-radius: 1rem; padding: 0 .5rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; margin: 0; }
iframe { display: block; width: 100%; height: 36rem; border: 1px solid var(--line); border-radius: .5rem; background: #ffffff; }
@media (forced-colors: active) { .card, .message, button, a.button { border: 1px solid; } }
`.trim();

/** Changes with the stylesheet, so that browsers may keep it for as long as they like. */
export const STYLESHEET_VERSION = createHash("sha256").update(STYLESHEET).digest("base64url").slice(0, 12);
