import { WatchwordError } from "../base/errors.js";
import { requireText } from "../base/input.js";
import { idKey } from "../base/keys.js";
import type { CodeDesk } from "../codes/desk.js";
import type { CodeKind, RequestCode } from "../codes/request.js";
import type { PasswordReset } from "../passwords/reset.js";
import type { EmailCodeStep } from "../sign-in/email-code.js";
import type { OwnStep } from "../sign-in/own-step.js";
import type { Unlock } from "../sign-in/unlock.js";
import type { Verification } from "../sign-up/verification.js";
import type { Store } from "../store/contract.js";
import type { EmailChange } from "../users/change-email.js";
import type { AccountDeletion } from "../users/delete-account.js";
import { isSystem } from "../users/rights.js";
import type {
  ChangeEmailRequest,
  ChangeEmailRequestResult,
  CodePolicy,
  CodeProof,
  CodePurpose,
  CodeRequest,
  CodesService,
  Context,
  LimitSkip,
} from "./contract.js";
import type { Mail } from "./mail.js";

/** The flow that each purpose belongs to. */
export interface CodeFlows {
  readonly verification: Verification;
  readonly reset: PasswordReset;
  readonly emailChange: EmailChange;
  readonly deletion: AccountDeletion;
  readonly emailCode: EmailCodeStep;
  readonly ownStep: OwnStep;
  readonly unlock: Unlock;
}

const SHARED: readonly string[] = ["reset-password", "change-email", "delete-account"];

/** `space.codes`: hands each purpose to the flow that it belongs to. */
export function createCodes(
  deps: {
    readonly store: Store;
    readonly policy: CodePolicy;
    readonly desk: CodeDesk;
    readonly requestCode: RequestCode;
    /** Runs each request, since a mail may be queued by it. */
    readonly around: Mail["around"];
  } & CodeFlows,
): CodesService {
  const { store, policy, desk, requestCode, around } = deps;

  const requests: Readonly<
    Record<CodePurpose, (input: ChangeEmailRequest) => Promise<ChangeEmailRequestResult>>
  > = {
    "verify-email": deps.verification.request,
    "reset-password": deps.reset.request,
    "change-email": deps.emailChange.request,
    "sign-in": deps.emailCode.request,
    "second-factor": (input) => {
      requireSystem(input, "have a code mailed for a step of its own");
      return deps.ownStep.request(input);
    },
    "delete-account": deps.deletion.request,
    unlock: deps.unlock.request,
  };

  async function request(
    purposes: CodePurpose | readonly CodePurpose[],
    input: ChangeEmailRequest,
  ): Promise<ChangeEmailRequestResult> {
    if (input.withoutTicket !== undefined) requireSystem(input, "ask for a code without a ticket");
    if (input.length !== undefined) requireSystem(input, "choose the length of a code");
    const list = typeof purposes === "string" ? [purposes] : [...purposes];
    const [first] = list;
    if (first !== undefined && list.length === 1) {
      if (!Object.hasOwn(requests, first)) throw unknownPurpose(first);
      return requests[first](input);
    }
    const stranger = list.find((purpose) => !SHARED.includes(purpose));
    if (first === undefined || stranger !== undefined || new Set(list).size !== list.length)
      throw new WatchwordError(
        "invalid-input",
        `One code may serve several of ${SHARED.join(", ")}, each named once.`,
      );
    requireSystem(input, "ask for one code for several things");
    return requestCode(input, sharedKind(list));
  }

  function confirm(purpose: CodePurpose, input: CodeProof & Confirmed) {
    const isByTicketOrLink = ("ticket" in input && input.ticket !== undefined) || "link" in input;
    if (!isByTicketOrLink && ("userId" in input || "identifier" in input))
      requireSystem(input, "confirm a code without its ticket");
    switch (purpose) {
      case "verify-email":
        if (input.linkAlone !== undefined) requireSystem(input, "take a link alone for proof");
        return deps.verification.confirm(input);
      case "reset-password":
        return deps.reset.confirm({ ...input, newPassword: requireText(input.newPassword, "newPassword") });
      case "change-email":
        return around(input, () => deps.emailChange.confirm(input));
      case "delete-account":
        return around(input, () => deps.deletion.confirm(input));
      case "second-factor":
        return deps.ownStep.confirm(input);
      case "unlock":
        return deps.unlock.confirm(input);
      case "sign-in":
        throw new WatchwordError(
          "invalid-input",
          "A sign-in code goes into signIn, with its ticket, or as a link.",
        );
      default:
        throw unknownPurpose(purpose);
    }
  }

  return {
    policy,
    request: ((purposes: CodePurpose | readonly CodePurpose[], input: CodeRequest) =>
      around(input, () => request(purposes, input))) as CodesService["request"],
    confirm: (async (purpose: CodePurpose, input: CodeProof & Confirmed) =>
      confirm(purpose, input)) as CodesService["confirm"],
    async peek(link) {
      const code = await desk.byLink(link);
      const purpose = code?.purposes[0];
      if (code === null || purpose === undefined || !Object.hasOwn(requests, purpose)) return null;
      const found = await store.findSignIn([idKey(code.userId)]);
      if (found === null) return null;
      const hasPassword = found.password !== null;
      return {
        purpose: purpose as CodePurpose,
        needsProof:
          (purpose === "verify-email" && deps.verification.needsProof(found.user, hasPassword)) ||
          (purpose === "change-email" && deps.emailChange.needsProof(code, hasPassword)),
        needsPassword: purpose === "delete-account" && hasPassword,
      };
    },
  };
}

type Confirmed = {
  readonly newPassword?: string;
  readonly endCodes?: "all";
  readonly linkAlone?: boolean;
  readonly newEmail?: string;
  readonly password?: string;
  readonly atOnce?: boolean;
  readonly codeFirst?: boolean;
} & LimitSkip &
  Context;

/** One code for several changes of an account. */
function sharedKind(purposes: readonly CodePurpose[]): CodeKind {
  return {
    purposes,
    action: "account",
    template: "account-code",
    addressOf: (user) => user?.email ?? null,
    mailPayload: { purposes },
  };
}

function requireSystem(context: Context, deed: string): void {
  if (!isSystem(context)) throw new WatchwordError("not-allowed", `Only the application itself may ${deed}.`);
}

function unknownPurpose(purpose: string): WatchwordError {
  return new WatchwordError(
    "invalid-input",
    `There is no purpose ${JSON.stringify(String(purpose).slice(0, 32))} for a code; look at its spelling.`,
  );
}
