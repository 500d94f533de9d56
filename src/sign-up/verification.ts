import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { requireText } from "../base/input.js";
import { type IdentifierMode, idKey } from "../base/keys.js";
import type { BlockGate } from "../blocks/gate.js";
import type { CodeDesk, PresentedCode } from "../codes/desk.js";
import type { RequestCode } from "../codes/request.js";
import type { Failures } from "../limits/failures.js";
import { skipsLimits } from "../limits/skip.js";
import { mailEvent } from "../mail/notices.js";
import { laneOf, type PasswordWork } from "../passwords/password-work.js";
import { withdrawOnFailure } from "../passwords/passwords.js";
import type {
  CodeProof,
  CodeRequest,
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
  request(input: CodeRequest): Promise<CodeRequestResult>;
  confirm(
    input: CodeProof & { readonly linkAlone?: boolean } & LimitSkip & Context,
  ): Promise<VerifyEmailResult>;
  /** Whether the link alone would let in whoever chose the password, so that it wants the ticket or the password too. */
  needsProof(user: UserRecord, hasPassword: boolean): boolean;
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
  readonly requestCode: RequestCode;
  readonly gate: BlockGate;
  readonly failures: Failures;
  readonly passwords: PasswordWork;
}): Verification {
  const { store, clock, mode, desk, requestCode, gate, failures, passwords } = deps;

  function needsProof(user: UserRecord, hasPassword: boolean): boolean {
    return hasPassword && user.emailVerifiedAt === null;
  }

  return {
    needsProof,

    request: (input) =>
      requestCode(input, {
        purposes: ["verify-email"],
        action: "verify",
        template: "verify-email",
        addressOf: (user, earlier) =>
          user !== null && user.emailVerifiedAt === null && !isKnownAddress(earlier) ? user.email : null,
        findEarlier: (earlier) => store.findUser([idKey(earlier.userId)], { pending: true }),
        payload: (_user, earlier) => ({ isKnown: isKnownAddress(earlier) }),
      }),

    async confirm(input) {
      const presented = await desk.present("verify-email", input, { ip: input.ip, skip: skipsLimits(input) });
      if (presented === "wrong-code") return { status: "wrong-code" };
      if ("status" in presented) return presented;
      // Looked at before anything is used up: who is unblocked later finds the code as it was.
      const holder = await store.findUser([idKey(presented.code.userId)], { pending: true });
      if (holder !== null && (await gate.of(holder)) !== null) return { status: "wrong-code" };
      const proven = await proveSignUp(presented, input);
      if (typeof proven === "object") return proven;
      const code = await presented.redeem();
      if (code === "wrong-code") return { status: "wrong-code" };
      if ("status" in code) return code;
      // What was opened before a click was perhaps opened by somebody who has never seen the inbox: it ends.
      return verify(code, proven === "clicked", input);
    },
  };

  /**
   * A mail scanner or a curious owner of the inbox may click the link of somebody else's sign-up. That must not
   * activate an account with a stranger's password in it: the link alone is enough only where it lets nobody in.
   */
  async function proveSignUp(
    presented: PresentedCode,
    input: CodeProof & { readonly linkAlone?: boolean } & LimitSkip & Context,
  ): Promise<"proven" | "clicked" | Limited | { readonly status: "proof-needed" }> {
    const userId = presented.code.userId;
    // A code without its ticket is the application's: it knows who typed it.
    if (presented.hasTicket || !("link" in input)) return "proven";
    const found = await store.findSignIn([idKey(userId)]);
    // Without a password in it there is nothing of a stranger's to activate: the inbox is all the proof that there is.
    if (found === null || !needsProof(found.user, found.password !== null)) return "clicked";
    // Never a sign-up, which would become an account by it.
    if (input.linkAlone === true && found.user.state === "active") return "proven";
    const typed = input.password;
    if (typed === undefined) return { status: "proof-needed" };
    const attempt = await failures.charge({
      account: { userId, isPending: found.user.state === "pending" },
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
  async function verify(
    code: CodeRecord,
    endSessions: boolean,
    context: Context,
  ): Promise<VerifyEmailResult> {
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
          ...(endSessions && user.emailVerifiedAt === null ? { raiseEpoch: true } : {}),
          ...(user.state === "pending"
            ? { state: "active", addKeys: [emailKeyRecord(user.email, mode)] }
            : {}),
        },
        now,
        pendingBefore(now),
        [auditEvent("email.verified", { now, userId: user.id }, context)],
      );
      if (written.status === "updated")
        return { status: "verified", user: toUser(await gate.settle(written.user), now) };
      if (written.status === "taken") return { status: "email-taken" };
      if (written.status === "not-found") return { status: "wrong-code" };
    }
    return { status: "wrong-code" };
  }
}

function isKnownAddress(code: CodeRecord | null): boolean {
  if (code === null) return false;
  const payload: unknown = JSON.parse(code.payload);
  return typeof payload === "object" && payload !== null && "isKnown" in payload && payload.isKnown === true;
}
