import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { requireText } from "../base/input.js";
import { type IdentifierMode, idKey, keysOfTyped } from "../base/keys.js";
import { type CodeRequester, readAsking } from "../codes/asking.js";
import type { CodeDesk, PresentedCode } from "../codes/desk.js";
import type { Failures } from "../limits/failures.js";
import type { MailLimits } from "../limits/mail-limits.js";
import { skipsLimits } from "../limits/skip.js";
import { mailEvent } from "../mail/notices.js";
import { laneOf, type PasswordWork } from "../passwords/password-work.js";
import { withdrawOnFailure } from "../passwords/passwords.js";
import type {
  CodeProof,
  CodeRequestResult,
  Context,
  Limited,
  LimitSkip,
  VerifyEmailResult,
} from "../space/contract.js";
import type { CodeRecord, Store, StoreEvent, UserRecord } from "../store/contract.js";
import { pendingBefore } from "../users/lookup.js";
import { emailKeyRecord } from "../users/names.js";
import { toUser } from "../users/records.js";

export interface Verification {
  request(input: CodeRequester & LimitSkip & Context): Promise<CodeRequestResult>;
  confirm(input: CodeProof & LimitSkip & Context): Promise<VerifyEmailResult>;
}

/** The mail with a code for an address, and the row that tells of it. */
export function verificationEvents(
  user: Pick<UserRecord, "id" | "username" | "locale">,
  address: string,
  codeId: string,
  now: number,
  context: Context,
): StoreEvent[] {
  return [
    mailEvent({
      now,
      template: "verify-email",
      to: address,
      userId: user.id,
      locale: user.locale ?? context.locale ?? null,
      codeId,
      payload: { name: user.username },
    }),
    auditEvent("code.requested", { now, userId: user.id, details: { purpose: "verify-email" } }, context),
  ];
}

/** Proving an address: of a sign-up, which makes it a user, or of a user whose address is not proven yet. */
export function createVerification(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly mode: IdentifierMode;
  readonly desk: CodeDesk;
  readonly mailLimits: MailLimits;
  readonly failures: Failures;
  readonly passwords: PasswordWork;
}): Verification {
  const { store, clock, mode, desk, mailLimits, failures, passwords } = deps;

  /** The holder of an earlier request, a sign-up included; else whoever is meant by what was given. */
  function findHolder(input: CodeRequester, earlier: CodeRecord | null): Promise<UserRecord | null> {
    if (earlier !== null) return store.findUser([idKey(earlier.userId)], { pending: true });
    if ("identifier" in input) return store.findUser(keysOfTyped(input.identifier, mode));
    return "userId" in input ? store.findUser([idKey(input.userId)]) : Promise.resolve(null);
  }

  return {
    async request(input) {
      const skip = skipsLimits(input);
      const { asked, earlier } = await readAsking(input, "verify-email", desk);
      const limited = await mailLimits.ask("verify", asked, input.ip, skip);
      if (limited !== null) return limited;
      const user = await findHolder(input, earlier?.code ?? null);
      const isKnown = earlier !== null && isKnownAddress(earlier.code);
      const email = user !== null && user.emailVerifiedAt === null && !isKnown ? user.email : null;
      // Counted for nobody's inbox too, so that an unknown name costs the same writes.
      const mayMail = await mailLimits.mayMail("verify", email ?? asked, skip);
      const mayReach = email !== null && mayMail;
      // An inbox that has had enough keeps the code that it got last.
      if (email !== null && !mayReach && earlier !== null) return { status: "sent", ticket: earlier.ticket };
      const now = clock.now();
      const { ticket } = await desk.open(
        {
          userId: mayReach && user !== null ? user.id : null,
          isMailed: mayReach,
          purpose: "verify-email",
          address: mayReach ? email : null,
          asked,
          replaces: earlier,
          payload: { isKnown },
        },
        (codeId) =>
          mayReach && user !== null
            ? verificationEvents(user, email, codeId, now, input)
            : [
                auditEvent(
                  "code.requested",
                  { now, userId: null, details: { purpose: "verify-email" } },
                  input,
                ),
              ],
      );
      return { status: "sent", ticket };
    },

    async confirm(input) {
      const presented = await desk.present("verify-email", input, { ip: input.ip, skip: skipsLimits(input) });
      if (presented === "wrong-code") return { status: "wrong-code" };
      if ("status" in presented) return presented;
      const proven = await proveSignUp(presented, input);
      if (proven !== "proven") return proven;
      const code = await presented.redeem();
      if (code === "wrong-code") return { status: "wrong-code" };
      if ("status" in code) return code;
      return verify(code, input);
    },
  };

  /**
   * A mail scanner or a curious owner of the inbox may click the link of somebody else's sign-up. That must not
   * activate an account with a stranger's password in it: the link alone is enough only for a user, not for a sign-up.
   */
  async function proveSignUp(
    presented: PresentedCode,
    input: CodeProof & LimitSkip & Context,
  ): Promise<"proven" | Limited | { readonly status: "proof-needed" }> {
    const userId = presented.code.userId;
    if (presented.hasTicket) return "proven";
    const found = await store.findSignIn([idKey(userId)]);
    if (found === null || found.user.state === "active") return "proven";
    const typed = "link" in input ? input.password : undefined;
    if (typed === undefined) return { status: "proof-needed" };
    const attempt = await failures.charge({
      account: { userId, isPending: true },
      ip: input.ip,
      known: null,
      skip: skipsLimits(input),
    });
    if (attempt.status === "limited") return attempt;
    const isRight = await withdrawOnFailure(attempt, () =>
      passwords.matches(found.password, requireText(typed, "password"), laneOf(input, userId)),
    );
    if (!isRight) return { status: "proof-needed" };
    await attempt.succeeded();
    return "proven";
  }

  /** The code has been used up for its address; the address is compared again with what the user has now. */
  async function verify(code: CodeRecord, context: Context): Promise<VerifyEmailResult> {
    for (let attempt = 0; attempt < 20; attempt++) {
      const user = await store.findUser([idKey(code.userId)], { pending: true });
      if (user === null || user.email === null || user.email !== code.address)
        return { status: "wrong-code" };
      const now = clock.now();
      const written = await store.updateUser(
        user.id,
        user.version,
        {
          emailVerifiedAt: now,
          ...(user.state === "pending"
            ? { state: "active", addKeys: [emailKeyRecord(user.email, mode)] }
            : {}),
        },
        now,
        pendingBefore(now),
        [auditEvent("email.verified", { now, userId: user.id }, context)],
      );
      if (written.status === "updated") return { status: "verified", user: toUser(written.user, now) };
      if (written.status === "taken") return { status: "email-taken" };
      if (written.status === "not-found") return { status: "wrong-code" };
    }
    return { status: "wrong-code" };
  }
}

function isKnownAddress(code: CodeRecord): boolean {
  const payload: unknown = JSON.parse(code.payload);
  return typeof payload === "object" && payload !== null && "isKnown" in payload && payload.isKnown === true;
}
