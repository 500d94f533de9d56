import { oneLine } from "../../base/one-line.js";

/** The command cannot be done; it says why, with exit code 1. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
}

/** What a command takes, in the order in which it may be given without names. */
export type Parameters = Readonly<Record<string, "text" | "number" | "boolean">>;

type Given<P extends Parameters> = {
  readonly [Name in keyof P]?: P[Name] extends "text" ? string : P[Name] extends "number" ? number : boolean;
};

/**
 * Reads arguments as Piccolo does: `--name=value`, `--name` alone for true, and values without a name in turn.
 * @throws CommandFailed
 */
export function readArguments<P extends Parameters>(args: readonly string[], parameters: P): Given<P> {
  const names = Object.keys(parameters);
  const given = new Map<string, string | number | boolean>();
  let position = 0;
  for (const arg of args) {
    const flag = /^--([^=]+)(?:=(.*))?$/s.exec(arg);
    const name = flag === null ? names[position++] : flag[1];
    const kind = name === undefined || !names.includes(name) ? undefined : parameters[name];
    if (name === undefined || kind === undefined)
      throw new CommandFailed(
        `There is no place for ${oneLine(arg)}; it takes ${usageOf(parameters) || "nothing"}.`,
      );
    given.set(name, parsed(name, kind, flag === null ? arg : flag[2]));
  }
  return Object.fromEntries(given) as Given<P>;
}

export function usageOf(parameters: Parameters): string {
  return Object.keys(parameters)
    .map((name) => `[--${name}=X]`)
    .join(" ");
}

const TRUE = ["true", "True", "t"];
const FALSE = ["false", "False", "f"];

function parsed(name: string, kind: Parameters[string], text: string | undefined): string | number | boolean {
  if (kind === "boolean") {
    if (text === undefined || TRUE.includes(text)) return true;
    if (FALSE.includes(text)) return false;
    throw new CommandFailed(`--${name} takes true or false; it was given ${oneLine(text)}.`);
  }
  if (text === undefined) throw new CommandFailed(`--${name} needs a value: --${name}=X.`);
  if (kind === "text") return text;
  if (!/^[+-]?\d{1,15}$/.test(text))
    throw new CommandFailed(`--${name} takes a whole number; it was given ${oneLine(text)}.`);
  return Number(text);
}
