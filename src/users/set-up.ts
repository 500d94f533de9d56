import { auditEvent } from "../audit/audit.js";
import { type Clock, DAY, MINUTE } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { requireText } from "../base/input.js";
import { emailKey, type IdentifierMode, usernameKey } from "../base/keys.js";
import type { BlockGate } from "../blocks/gate.js";
import type { CodeDesk } from "../codes/desk.js";
import { laneOf, type PasswordWork } from "../passwords/password-work.js";
import type { SetUpService } from "../space/contract.js";
import type { Store } from "../store/contract.js";
import { insertUser } from "./insert.js";
import { pendingBefore } from "./lookup.js";
import { type ParsedNames, parseNames } from "./names.js";
import { toUser } from "./records.js";

/** The holder of the one set-up code of a space; no user has such an id. */
const HOLDER = "set-up";
const TOKEN_LIFETIME = DAY;

/** How the first superuser comes to be: by a one-time token that only whoever runs the server sees (ASVS 5.0, 6.3.2). */
export function createSetUp(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly mode: IdentifierMode;
  readonly desk: CodeDesk;
  readonly passwords: PasswordWork;
  readonly gate: BlockGate;
}): SetUpService {
  const { store, clock, mode, desk, passwords, gate } = deps;
  const count = () => store.countUsers({ superuser: true, active: true });
  // The first page asks at every visit, and counting looks through all users: a "no" is good for a minute.
  let notNeededUntil = 0;
  async function needed(): Promise<boolean> {
    if (clock.now() < notNeededUntil) return false;
    const isNeeded = (await count()) === 0;
    if (!isNeeded) notNeededUntil = clock.now() + MINUTE;
    return isNeeded;
  }

  /** Sign-ups that are under way hold their username too. */
  async function findTaken(names: ParsedNames): Promise<"username-taken" | "email-taken" | null> {
    if (names.email !== null && (await store.findUser([emailKey(names.email, mode)])) !== null)
      return "email-taken";
    if (names.username === null) return null;
    const holder = await store.findUser([usernameKey(names.username, mode)], { pending: true });
    const isFree =
      holder === null || (holder.state === "pending" && holder.createdAt < pendingBefore(clock.now()));
    return isFree ? null : "username-taken";
  }

  return {
    needed,

    async createToken() {
      if ((await count()) > 0) return null;
      return desk.openLink({ userId: HOLDER, slot: HOLDER, purpose: "set-up", lifetime: TOKEN_LIFETIME });
    },

    async check(token) {
      const code = await desk.byLink(requireText(token, "token", 512));
      return code?.purposes.includes("set-up") === true && (await count()) === 0;
    },

    async complete({ token, username, email, password, ...context }) {
      // All that could fail is looked at before the token is used up.
      const names = parseNames({ username, email });
      if (names.username === null && names.email === null)
        throw new WatchwordError("invalid-input", "The administrator needs a username or an email address.");
      const review = await passwords.review(requireText(password, "password"), names);
      if (review.status === "password-refused") return review;
      if (!(await this.check(token))) return { status: "wrong-token" };
      await gate.requireFree(gate.keysOf(names));
      const taken = await findTaken(names);
      if (taken !== null) return { status: taken };

      // Hashed before the token is used up, so that a busy server costs nobody the link.
      const hashed = await passwords.make(password, laneOf(context));
      const presented = await desk.present("set-up", { link: token }, { ip: context.ip, skip: false });
      if (typeof presented === "string" || "status" in presented) return { status: "wrong-token" };
      const redeemed = await presented.redeem();
      if (typeof redeemed === "string" || "status" in redeemed) return { status: "wrong-token" };
      const rights = { actor: { type: "system" }, admin: true, superuser: true } as const;
      const user = await insertUser({ store, clock, mode, gate }, { ...context, ...rights }, names, hashed);
      await store.addEvents([auditEvent("set-up.completed", { now: clock.now(), userId: user.id }, context)]);
      return { status: "set-up", user: toUser(user, clock.now()) };
    },
  };
}
