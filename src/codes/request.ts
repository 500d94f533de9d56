import { auditEvent } from "../audit/audit.js";
import type { Clock } from "../base/clock.js";
import { type IdentifierMode, idKey, keysOfTyped } from "../base/keys.js";
import { type BlockGate, isInForce } from "../blocks/gate.js";
import type { MailAction, MailLimits } from "../limits/mail-limits.js";
import { skipsLimits } from "../limits/skip.js";
import { mailEvent } from "../mail/notices.js";
import type {
  CodePolicy,
  CodePurpose,
  CodeRequest,
  CodeRequestResult,
  JsonObject,
  MailTemplate,
} from "../space/contract.js";
import type { CodeRecord, Store, UserRecord } from "../store/contract.js";
import { type CodeRequester, readAsking } from "./asking.js";
import type { CodeDesk } from "./desk.js";
import { requireCodeLength } from "./options.js";

/** What one kind of code is: whom it goes to, and by which mail. */
export interface CodeKind {
  readonly purposes: readonly CodePurpose[];
  /** What the requests are counted as. */
  readonly action: MailAction;
  readonly template: Exclude<MailTemplate, "permissions-changed">;
  /**
   * Where a code may go to, for somebody who is active and not blocked; null: nowhere. Asked for nobody too, so that it
   * costs the same.
   */
  addressOf(user: UserRecord | null, earlier: CodeRecord | null): string | null | Promise<string | null>;
  /** Whom an earlier request was for; default: the active user of its id. */
  findEarlier?(code: CodeRecord): Promise<UserRecord | null>;
  /** What the record keeps for whoever confirms it. */
  payload?(user: UserRecord | null, earlier: CodeRecord | null): JsonObject;
  /** What the mail tells besides the name. */
  readonly mailPayload?: JsonObject;
}

/**
 * The one way in which people ask for a code. Whoever asks gets the same answer at the same cost, whether there is such
 * an account or not, whether it may do this, and whether it is blocked.
 */
export type RequestCode = (input: CodeRequest, kind: CodeKind) => Promise<CodeRequestResult>;

export function createCodeRequests(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly mode: IdentifierMode;
  readonly policy: CodePolicy;
  readonly desk: CodeDesk;
  readonly mailLimits: MailLimits;
  readonly gate: BlockGate;
}): RequestCode {
  const { store, clock, mode, policy, desk, mailLimits, gate } = deps;

  function findHolder(input: CodeRequester, earlier: CodeRecord | null, kind: CodeKind) {
    if (earlier !== null && kind.findEarlier !== undefined) return kind.findEarlier(earlier);
    const keys =
      "identifier" in input
        ? keysOfTyped(input.identifier, mode)
        : "userId" in input
          ? [idKey(input.userId)]
          : earlier === null
            ? []
            : [idKey(earlier.userId)];
    return store.findUser(keys);
  }

  return async function request(input, kind) {
    const skip = skipsLimits(input);
    const length = input.length === undefined ? undefined : requireCodeLength(input.length, policy);
    const [purpose = "verify-email"] = kind.purposes;
    const { asked, earlier } = await readAsking(input, purpose, desk);
    const limited = await mailLimits.ask(kind.action, asked, input.ip, skip);
    if (limited !== null) return limited;
    const found = await findHolder(input, earlier?.code ?? null, kind);
    // For nobody, and for whoever is blocked already, this asks the store as for everybody else: it costs the same.
    const onName = await gate.find(found === null ? [idKey("nobody")] : gate.keysOf(found));
    const isHeld = onName !== null || isInForce(found?.blocked ?? null, clock.now());
    const user = found?.active === true && !isHeld ? found : null;
    const email = await kind.addressOf(user, earlier?.code ?? null);
    // Counted for nobody's inbox too, so that an unknown name costs the same writes.
    const mayMail = await mailLimits.mayMail(kind.action, email ?? asked, skip);
    const mayReach = email !== null && mayMail;
    // An inbox that has had enough keeps the code that it got last.
    if (email !== null && !mayReach && earlier !== null) return { status: "sent", ticket: earlier.ticket };
    const now = clock.now();
    const { ticket } = await desk.open(
      {
        userId: mayReach ? (user?.id ?? null) : null,
        isMailed: mayReach,
        purposes: kind.purposes,
        address: mayReach ? email : null,
        asked,
        replaces: earlier,
        isUsers: input.withoutTicket === true,
        ...(length === undefined ? {} : { length }),
        payload: kind.payload?.(user, earlier?.code ?? null) ?? {},
      },
      (codeId) => [
        auditEvent(
          "code.requested",
          { now, userId: user?.id ?? null, details: { purpose: kind.purposes.join(" ") } },
          input,
        ),
        ...(mayReach && user !== null
          ? [
              mailEvent({
                now,
                template: kind.template,
                to: email,
                userId: user.id,
                locale: user.locale ?? input.locale ?? null,
                codeId,
                payload: { name: user.username, ...kind.mailPayload },
              }),
            ]
          : []),
      ],
    );
    return { status: "sent", ticket };
  };
}
