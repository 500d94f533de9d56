import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { hmac } from "../base/crypto.js";
import { requireText } from "../base/input.js";
import { type IdentifierMode, idKey, keysOfTyped, limitForm } from "../base/keys.js";
import type { CodeDesk, PresentedCode } from "../codes/desk.js";
import type { Failures } from "../limits/failures.js";
import { byAddress, type Guard } from "../limits/guard.js";
import { MAIL_REQUESTS, MAILS_TO_ADDRESS } from "../limits/rules.js";
import { mailEvent } from "../mail/notices.js";
import type { PasswordWork } from "../passwords/password-work.js";
import { withdrawOnFailure } from "../passwords/passwords.js";
import type { CodeRequester } from "../passwords/reset.js";
import type { CodeProof, CodeRequestResult, Context, Limited, VerifyEmailResult } from "../space/contract.js";
import type { CodeRecord, Store, StoreEvent, UserRecord } from "../store/contract.js";
import { pendingBefore } from "../users/lookup.js";
import { emailKeyRecord } from "../users/names.js";
import { toUser } from "../users/records.js";

export interface Verification {
  request(input: CodeRequester & Context): Promise<CodeRequestResult>;
  confirm(input: CodeProof & Context): Promise<VerifyEmailResult>;
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
  readonly guard: Guard;
  readonly failures: Failures;
  readonly passwords: PasswordWork;
  readonly limitKey: Buffer;
}): Verification {
  const { store, clock, mode, desk, guard, failures, passwords, limitKey } = deps;

  async function findRequester(
    input: CodeRequester,
  ): Promise<{ user: UserRecord | null; typed: string; earlier: CodeRecord | null }> {
    const found = input.ticket === undefined ? null : await desk.byTicket(input.ticket);
    const earlier = found?.purposes.includes("verify-email") === true ? found : null;
    if ("identifier" in input) {
      const typed = requireText(input.identifier, "identifier");
      return { user: await store.findUser(keysOfTyped(typed, mode)), typed, earlier };
    }
    const id = "userId" in input ? requireText(input.userId, "userId") : earlier?.userId;
    const user = id == null ? null : await store.findUser([idKey(id)], { pending: true });
    return { user, typed: id ?? "", earlier };
  }

  /** The address to send to: of a sign-up on an unknown address, or of a user who has not proven it yet. */
  function addressOf(user: UserRecord | null, earlier: CodeRecord | null): string | null {
    if (user === null || user.email === null || user.emailVerifiedAt !== null) return null;
    return earlier !== null && isKnown(earlier) ? null : user.email;
  }

  return {
    async request(input) {
      const { user, typed, earlier } = await findRequester(input);
      const limited = await guard.pass([
        [byAddress("verify", input.ip), MAIL_REQUESTS],
        [`verify:${user?.id ?? `?${hmac(limitKey, limitForm(typed))}`}`, MAILS_TO_ADDRESS],
      ]);
      if (limited !== null) return limited;
      const address = addressOf(user, earlier);
      const isSameRequest = earlier !== null && (user === null || earlier.userId === user.id);
      const replaces = isSameRequest && input.ticket !== undefined ? { ticket: input.ticket } : undefined;
      const now = clock.now();
      const { ticket } = await desk.open(
        {
          // A sign-up on a known address stays bound to its pending user, so that its ticket can be used again.
          userId: address === null && (earlier === null || !isKnown(earlier)) ? null : (user?.id ?? null),
          isMailed: address !== null,
          purpose: "verify-email",
          address,
          replaces,
          payload: { isKnown: earlier !== null && isKnown(earlier) },
        },
        (codeId) =>
          address === null || user === null
            ? [
                auditEvent(
                  "code.requested",
                  { now, userId: null, details: { purpose: "verify-email" } },
                  input,
                ),
              ]
            : verificationEvents(user, address, codeId, now, input),
      );
      return { status: "sent", ticket };
    },

    async confirm(input) {
      const presented = await desk.present("verify-email", input, input.ip);
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
    input: CodeProof & Context,
  ): Promise<"proven" | Limited | { readonly status: "proof-needed" }> {
    const userId = presented.code.userId;
    if (presented.hasTicket) return "proven";
    const found = await store.findSignIn([idKey(userId)]);
    if (found === null || found.user.state === "active") return "proven";
    const typed = "link" in input ? input.password : undefined;
    if (typed === undefined) return { status: "proof-needed" };
    const attempt = await failures.charge({ account: { userId }, ip: input.ip, device: null });
    if (attempt.status === "limited") return attempt;
    const lane = { account: userId, ...(input.ip === undefined ? {} : { address: input.ip }) };
    const isRight = await withdrawOnFailure(attempt, () =>
      passwords.matches(found.password, requireText(typed, "password"), lane),
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

function isKnown(code: CodeRecord): boolean {
  const payload: unknown = JSON.parse(code.payload);
  return typeof payload === "object" && payload !== null && "isKnown" in payload && payload.isKnown === true;
}
