import { readFileSync } from "node:fs";
import * as emdb from "watchword/compat/easy-mongodb-auth";
import { Auth, CoreDB, Utils } from "watchword/compat/easy-mongodb-auth";
import { testClock } from "../../helpers/clock.js";
import { startSmtp } from "../../helpers/smtp.js";
import { MAIL_SERVER } from "../original.js";
import type { PortSide } from "../side-by-side.js";

interface Step {
  readonly call: string;
  readonly advance?: number;
  readonly codeLength?: string;
  readonly construct?: "Auth" | "Utils" | "CoreDB";
  readonly on: string;
  readonly method: string;
  readonly args?: readonly unknown[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly keep?: string;
  readonly readable?: boolean;
  readonly shape?: unknown;
}

const STEPS: readonly Step[] = JSON.parse(readFileSync(new URL("./steps.json", import.meta.url), "utf8"));

const CLASSES = { Auth, Utils, CoreDB };

/** What a call is named here, after its name in Python. */
const camel = (name: string) => name.replace(/_+([a-z])/g, (_all, letter: string) => letter.toUpperCase());
const NAMES: Readonly<Record<string, string>> = { __del__: "close" };

export const run: PortSide = async (place, tell) => {
  const smtp = await startSmtp(MAIL_SERVER);
  const clock = testClock();
  const watchword = { ...place.options, clock, sqlite: { synchronous: "normal" } } as const;
  const there = { url: place.url, watchword };
  const { user, password } = MAIL_SERVER.auth;
  const mailInfo = { server: "127.0.0.1", port: smtp.port, username: user, password, ca: smtp.ca };
  const numbers = { ...there, mailInfo, readableErrors: false };
  const objects: Readonly<Record<string, object>> = {
    auth: new Auth(numbers),
    readable: new Auth({ ...there, mailInfo }),
    mailless: new Auth({ ...there, readableErrors: false }),
    open: new Auth({ ...numbers, blocking: false }),
    limited: new Auth({ ...numbers, rateLimiting: 3 }),
    penal: new Auth({ ...numbers, rateLimiting: 2, rateLimitPenalty: 5 }),
    utils: new Utils({ ...there, readableErrors: false }),
    coredb: new CoreDB(there),
    package: emdb,
    func: emdb,
  };
  const kept = new Map<string, unknown>();

  const codeOf = (email: string) => {
    const mail = smtp.mails.findLast(({ envelopeTo }) => envelopeTo[0] === email);
    return /code is: ([0-9A-Z]+)/.exec(mail?.text ?? "")?.[1] ?? "";
  };

  function argument(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if ("$code" in value) return codeOf(String(value.$code));
    if ("$kept" in value) return kept.get(String(value.$kept));
    if ("$repeat" in value && Array.isArray(value.$repeat))
      return String(value.$repeat[0]).repeat(Number(value.$repeat[1]));
    return value;
  }

  async function take(step: Step): Promise<unknown> {
    if (step.construct !== undefined) {
      const options = Object.entries(step.options ?? {}).map(([name, value]) => [camel(name), value]);
      const made = new CLASSES[step.construct](Object.fromEntries(options));
      await made.close();
      return "made";
    }
    const target = objects[step.on] as Readonly<Record<string, (...args: unknown[]) => unknown>>;
    const call = target[NAMES[step.method] ?? camel(step.method)];
    if (call === undefined) throw new Error(`${step.method} is missing`);
    const answer = await call.apply(target, [...(step.args ?? []).map(argument), ...named(step)]);
    if (step.keep !== undefined) kept.set(step.keep, answer);
    if (step.readable === true) return answer;
    return step.shape ?? plain(answer);
  }

  try {
    for (const step of STEPS) {
      if (step.advance !== undefined) {
        clock.advance(step.advance * 1000);
        continue;
      }
      const answer =
        step.codeLength === undefined
          ? await take(step).catch(() => "throws")
          : codeOf(step.codeLength).length;
      tell(step.call, answer);
    }
  } finally {
    for (const each of Object.values(objects)) if (each instanceof Auth) await each.close();
    await (objects.utils as Utils).close();
    await (objects.coredb as CoreDB).close();
    await smtp.close();
  }
};

/** Python's keyword arguments, in the places that they have here. */
function named(step: Step): unknown[] {
  const places: Readonly<Record<string, readonly string[]>> = {
    authenticate_user: ["mfa", "cust_length", "ignore_rate_limit"],
    generate_code: ["cust_length", "ignore_rate_limit"],
    register_user_no_verif: ["custom_data", "ignore_rate_limit"],
    delete_user: ["del_from_blocking", "ignore_rate_limit"],
    delete_user_with_verif: ["del_from_blocking", "ignore_rate_limit"],
  };
  const { options } = step;
  if (options === undefined) return [];
  const names = places[step.method] ?? [];
  const last = names.findLastIndex((name) => Object.hasOwn(options, name));
  return names.slice(0, last + 1).map((name) => options[name]);
}

/** What differs by nature made alike. */
function plain(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null || !("success" in answer) || !("message" in answer))
    return answer;
  const { success, message } = answer;
  return {
    success,
    message: typeof message === "string" && !message.startsWith("data:") ? "<text>" : message,
  };
}
