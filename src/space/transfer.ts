import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { requireKnownFields, requireText } from "../base/input.js";
import type { IdentifierMode } from "../base/keys.js";
import { seal } from "../base/seal.js";
import type { Hasher } from "../passwords/hasher.js";
import type { SecretSealing } from "../passwords/sealing.js";
import type { PasswordSecrets } from "../passwords/secrets.js";
import type { Store } from "../store/contract.js";
import { requireSuperuser } from "../users/rights.js";
import type { HashContext, ImportInput, ImportService, ImportSourceInfo } from "./contract.js";

export interface TransferDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly spaceId: string;
  readonly mode: IdentifierMode;
  /** In force now. */
  readonly sessionPolicy: () => { readonly idle: number; readonly absolute: number | null };
  /** Second factors are encrypted under it. */
  readonly factorKey: Buffer;
  readonly hasher: Hasher;
  readonly secrets: PasswordSecrets;
  readonly sealing: SecretSealing;
}

/** A misspelt field would be left out without a word. */
const FIELDS: { readonly [Field in keyof Required<ImportInput>]: true } = {
  from: true,
  input: true,
  dryRun: true,
  answers: true,
  secretsId: true,
  wrap: true,
  timeZone: true,
  keepSessions: true,
  table: true,
  mapping: true,
  scheme: true,
  existing: true,
  journal: true,
  refused: true,
  onEvent: true,
  onProgress: true,
  count: true,
  actor: true,
  ip: true,
  userAgent: true,
  locale: true,
  requestId: true,
};

/** What the needs of the sources are called among the secrets in the options. */
const ANSWERS: Readonly<Record<string, keyof HashContext>> = {
  pepper: "pepper",
  salt: "pepper",
  "signer-key": "signerKey",
  "salt-separator": "saltSeparator",
  rounds: "rounds",
  "memory-cost": "memoryCost",
};

/** Joins the import with what it must know of passwords, and loads it when it is asked for. */
export function createTransferService(deps: TransferDeps): ImportService {
  const { store, clock, spaceId, mode, sessionPolicy, factorKey, secrets } = deps;

  async function load(options: { readonly wrap: boolean; readonly secretsId?: string }) {
    const [{ createTransfer }, { createPasswordIntake }] = await Promise.all([
      import("../transfer/transfer.js"),
      import("../passwords/intake.js"),
    ]);
    return createTransfer({
      store,
      clock,
      spaceId,
      mode,
      sessionPolicy: sessionPolicy(),
      passwords: createPasswordIntake(deps, options),
      seal: (text, about) => seal(factorKey, text, about),
    });
  }

  return {
    sources: async () => (await load({ wrap: true })).sources,

    async import(input) {
      requireKnownFields(input, FIELDS, "transfer.import");
      requireSuperuser(input, "import users");
      const { actor, ip, userAgent, locale, requestId, secretsId, wrap = true, ...request } = input;
      requireText(request.from, "from");
      if (!Array.isArray(request.input) || request.input.some((one) => typeof one !== "string"))
        throw new WatchwordError("invalid-input", "input must be a list of files, folders or a URL.", {
          details: { field: "input" },
        });
      const answers = { ...answersOf(secretsId), ...readAnswers(request.answers) };
      if (secretsId !== undefined) requireSameSecrets(secretsId, answers);
      const transfer = await load({ wrap, ...(secretsId === undefined ? {} : { secretsId }) });
      const source = transfer.sources.find(({ name }) => name === request.from);
      if (source !== undefined) requireKnownAnswers(source, request.answers);
      const report = await transfer.import({ ...request, answers });
      if (!report.dryRun) {
        const { source, people, written, updated, refused, sessions, blocks } = report;
        const details = { source, people, written, updated, refused, sessions, blocks };
        await store.addEvents([
          auditEvent("users.imported", { now: clock.now(), userId: null, details }, input),
        ]);
      }
      return report;
    },
  };

  /** What the options know of a source's needs. */
  function answersOf(secretsId: string | undefined): Readonly<Record<string, string>> {
    if (secretsId === undefined) return {};
    const context = secrets.legacy(requireText(secretsId, "secretsId"));
    return Object.fromEntries(
      Object.entries(ANSWERS).flatMap(([name, field]) => {
        const value = context[field];
        return value === undefined ? [] : [[name, String(value)]];
      }),
    );
  }

  /** Another pepper than the one in the options would let nobody in. */
  function requireSameSecrets(secretsId: string, answers: Readonly<Record<string, string>>): void {
    const context = secrets.legacy(secretsId);
    for (const [name, field] of Object.entries(ANSWERS))
      if (
        answers[name] !== undefined &&
        context[field] !== undefined &&
        String(context[field]) !== answers[name]
      )
        throw new WatchwordError(
          "invalid-input",
          `The answer ${name} is not what passwords.legacySecrets has under ${secretsId}; leave one of the two out.`,
          { details: { field: `answers.${name}` } },
        );
  }
}

/** A misspelt answer would leave everybody without a password that fits. */
function requireKnownAnswers({ title, needs }: ImportSourceInfo, answers: ImportInput["answers"] = {}): void {
  const names = needs.map(({ name }) => name);
  const unknown = Object.keys(answers).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const known = names.length === 0 ? "It needs nothing." : `It may need ${names.join(", ")}.`;
  throw new WatchwordError("invalid-input", `${title} asks for no ${JSON.stringify(unknown)}. ${known}`, {
    details: { field: "answers" },
  });
}

function readAnswers(answers: unknown): Readonly<Record<string, string>> {
  if (answers === undefined) return {};
  if (typeof answers !== "object" || answers === null)
    throw new WatchwordError("invalid-input", 'answers must be an object such as { pepper: "…" }.', {
      details: { field: "answers" },
    });
  return Object.fromEntries(
    Object.entries(answers).map(([name, value]) => [name, requireText(value, `answers.${name}`, 16_384)]),
  );
}
