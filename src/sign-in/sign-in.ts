import { requireText } from "../base/input.js";
import { type IdentifierMode, keysOfTyped, limitForm } from "../base/keys.js";
import type { BlockGate } from "../blocks/gate.js";
import type { CodeDesk } from "../codes/desk.js";
import type { Failures } from "../limits/failures.js";
import { skipsLimits } from "../limits/skip.js";
import { laneOf, type PasswordWork } from "../passwords/password-work.js";
import { withdrawOnFailure } from "../passwords/passwords.js";
import type { Renewal } from "../passwords/renewal.js";
import type { Devices } from "../sessions/device.js";
import type { Sessions } from "../sessions/sessions.js";
import type { SignInInput, SignInResult } from "../space/contract.js";
import type { Store, UserRecord } from "../store/contract.js";
import type { Admission } from "./admission.js";
import type { EmailCodeStep } from "./email-code.js";
import type { SecondFactorStep } from "./second-factor.js";

export type SignIn = (input: SignInInput) => Promise<SignInResult>;

/**
 * The way in: limits, look-up, password, then blocked, inactive or unverified, then a second factor where one is due,
 * then the session. A failure is charged before the hash is computed, and every wrong way costs the same one hash.
 */
export function createSignIn(deps: {
  readonly store: Store;
  readonly mode: IdentifierMode;
  readonly passwords: PasswordWork;
  readonly failures: Failures;
  readonly desk: CodeDesk;
  readonly devices: Devices;
  readonly sessions: Sessions;
  readonly gate: BlockGate;
  readonly renewal: Renewal;
  readonly admission: Admission;
  readonly secondFactor: SecondFactorStep;
  readonly emailCode: EmailCodeStep;
}): SignIn {
  const { store, mode, passwords, failures, desk, devices, sessions, gate, renewal, admission } = deps;
  const { secondFactor, emailCode } = deps;

  return function signIn(input) {
    return "ticket" in input || "link" in input ? withCode(input) : withPassword(input);
  };

  async function withPassword(
    input: Extract<SignInInput, { readonly identifier: string }>,
  ): Promise<SignInResult> {
    const skip = skipsLimits(input);
    const typed = requireText(input.identifier, "identifier");
    const password = requireText(input.password, "password");
    const keys = keysOfTyped(typed, mode);
    const found = keys.length === 0 ? null : await store.findSignIn(keys);
    const device =
      found === null ? null : devices.recognise(input.device, found.user.id, found.user.sessionEpoch);
    const attempt = await failures.charge({
      account:
        found === null ? { typed } : { userId: found.user.id, isPending: found.user.state === "pending" },
      // Names that differ in case are two people here, and limits must not tell which of them exist.
      ...(mode === "exact" ? { typed } : {}),
      ip: input.ip,
      known: device === null ? null : { device },
      skip,
    });
    if (attempt.status === "limited") return attempt;

    const mayTry =
      !attempt.needsCode ||
      found === null ||
      isReachable(found.user) ||
      (await sessions.cameFrom(found.user.id, input.ip)) ||
      (await failures.mayTryUnreachable(found.user.id));
    // Beside the hash, so that blocks cost no time of their own.
    const [isRight, block] = await withdrawOnFailure(attempt, () =>
      Promise.all([
        passwords.matches(
          mayTry ? (found?.password ?? null) : null,
          password,
          laneOf(input, limitForm(typed)),
        ),
        found === null ? gate.find(keys) : gate.of(found.user),
      ]),
    );
    if (!isRight || found === null) {
      await admission.tell("sign-in.failed", found?.user.id ?? null, input);
      // From here on right and wrong look alike, or the answer would still say which password is right.
      return attempt.needsCode ? secondFactor.ask(null, "failures", input) : { status: "wrong-credentials" };
    }
    // A sign-up that nobody has proven gets no code for its inbox: what it needs is the proof, which comes next.
    if (attempt.needsCode && isReachable(found.user) && found.user.state === "active")
      return secondFactor.ask(block === null ? found.user : null, "failures", input);
    if (attempt.needsCode) await failures.forget(found.user.id);
    const { user } = found;
    const refusal = await admission.refuse(user, block, input);
    if (refusal !== null) {
      await attempt.succeeded();
      return refusal;
    }
    if (user.secondFactor !== null) {
      await attempt.succeeded();
      renewal.begin(user.id, found.password, password);
      return secondFactor.ask(user, "chosen", input);
    }
    const methods = ["password"];
    const signedIn = await admission.open(user, user.sessionEpoch, methods, input, attempt.success);
    renewal.begin(user.id, found.password, password);
    return signedIn;
  }

  /** By a mailed code or link: the second step after a password, or the only one. */
  async function withCode(
    input: Extract<SignInInput, { readonly ticket: string } | { readonly link: string }>,
  ): Promise<SignInResult> {
    const from = { ip: input.ip, skip: skipsLimits(input) };
    // A link is in no mail of a second factor, so none serves as one.
    const presented =
      "link" in input
        ? await desk.present("sign-in", { link: input.link }, from)
        : await desk.present(["second-factor", "sign-in"], { ticket: input.ticket, code: input.code }, from);
    if (presented === "wrong-code") return { status: "wrong-code" };
    if ("status" in presented) return presented;
    return presented.purpose === "second-factor"
      ? secondFactor.complete(presented, input)
      : emailCode.complete(presented, input);
  }
}

/** Whether a code can go to somebody. */
function isReachable(user: UserRecord): boolean {
  return user.email !== null;
}
