import type { ImportReport, ImportSourceInfo } from "../space/contract.js";
import { oneLine } from "./output.js";
import { layFacts } from "./table.js";

/** Of each kind of event this many rows are shown. */
const SHOWN = 5;

/** A report for people; the whole of it is in `--json`. */
export function describeReport(report: ImportReport): string {
  const { dryRun, people, written, there, updated, refused, sessions, blocks, factors, took } = report;
  const seconds = Math.max(0.001, took / 1000);
  const facts = layFacts([
    ["People in the input", count(people)],
    [dryRun ? "Would come over" : "Came over", count(written)],
    ["Imported before", count(there)],
    ["Brought up to date", count(updated)],
    ["Refused", count(refused)],
    ["With a second factor", count(factors)],
    ["Sessions", count(sessions)],
    ["Blocks on names", count(blocks)],
    ["Took", `${seconds.toFixed(1)} s (${count(Math.round(people / seconds))} a second)`],
  ]);
  return [
    dryRun ? "A dry run: nothing was written.\n\n" : "",
    facts,
    schemesOf(report),
    eventsOf(report),
    ...report.advice.map((text) => `\n${oneLine(text)}\n`),
  ].join("");
}

function schemesOf({ schemes }: ImportReport): string {
  if (schemes.length === 0) return "";
  const lines = schemes.map(
    ({ scheme, strength, users }) =>
      `  ${scheme}: ${count(users)}${strength === null ? "" : ` (${strength})`}\n`,
  );
  return `\nPassword formats\n${lines.join("")}`;
}

function eventsOf({ events, examples }: ImportReport): string {
  return Object.entries(events)
    .map(([code, number = 0]) => {
      const some = examples.filter((event) => event.code === code).slice(0, SHOWN);
      const lines = some.map(({ where, who, message }) => `  ${oneLine(`${where}: ${who} ${message}`)}\n`);
      const more = number > some.length ? `  and ${count(number - some.length)} more\n` : "";
      return `\n${code}: ${count(number)}\n${lines.join("")}${more}`;
    })
    .join("");
}

/** What `--list` prints. */
export function describeSources(sources: readonly ImportSourceInfo[]): string {
  return sources
    .map(({ name, title, takes, needs }) => {
      const lines = needs.map((need) => `  --with ${need.name}=…  ${need.description}\n`);
      return `${name}: ${title}\n  takes ${takes}\n${lines.join("")}`;
    })
    .join("\n");
}

function count(number: number): string {
  return number.toLocaleString("en");
}
