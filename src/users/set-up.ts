import { auditEvent } from "../audit/audit.js";
import { type Clock, DAY } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { requireText } from "../base/input.js";
import type { CodeDesk } from "../codes/desk.js";
import type { PasswordWork } from "../passwords/password-work.js";
import type { SetUpService, UsersService } from "../space/contract.js";
import type { Store } from "../store/contract.js";
import { parseNames } from "./names.js";

/** The holder of the one set-up code of a space; no user has such an id. */
const HOLDER = "set-up";
const TOKEN_LIFETIME = DAY;

/** How the first superuser comes to be: by a one-time token that only whoever runs the server sees (ASVS 5.0, 6.3.2). */
export function createSetUp(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly desk: CodeDesk;
  readonly passwords: PasswordWork;
  readonly users: UsersService;
}): SetUpService {
  const { store, clock, desk, passwords, users } = deps;
  // The first page asks at every visit, and counting looks through all users: a yes is asked again, a no is final.
  let isOver = false;
  async function needed(): Promise<boolean> {
    isOver ||= (await store.countUsers({ superuser: true })) > 0;
    return !isOver;
  }

  return {
    needed,

    async createToken() {
      if (!(await needed())) return null;
      return desk.openLink({ userId: HOLDER, slot: HOLDER, purpose: "set-up", lifetime: TOKEN_LIFETIME });
    },

    async check(token) {
      const code = await desk.byLink(requireText(token, "token", 512));
      return code?.purposes.includes("set-up") === true && (await needed());
    },

    async complete({ token, username, email, password, ...context }) {
      // All that could fail is looked at before the token is used up.
      const names = parseNames({ username, email });
      if (names.username === null && names.email === null)
        throw new WatchwordError("invalid-input", "The administrator needs a username or an email address.");
      const review = await passwords.review(requireText(password, "password"), names);
      if (review.status === "password-refused") return review;
      if (!(await this.check(token))) return { status: "wrong-token" };
      if (names.username !== null && (await users.find({ username: names.username })) !== null)
        return { status: "username-taken" };
      if (names.email !== null && (await users.find({ email: names.email })) !== null)
        return { status: "email-taken" };

      const presented = await desk.present("set-up", { link: token }, { ip: context.ip, skip: false });
      if (typeof presented === "string" || "status" in presented) return { status: "wrong-token" };
      const redeemed = await presented.redeem();
      if (typeof redeemed === "string" || "status" in redeemed) return { status: "wrong-token" };
      const user = await users.create({
        ...context,
        actor: { type: "system" },
        ...(username === undefined ? {} : { username }),
        ...(email === undefined ? {} : { email }),
        password,
        admin: true,
        superuser: true,
      });
      await store.addEvents([auditEvent("set-up.completed", { now: clock.now(), userId: user.id }, context)]);
      const { data: _data, ...shown } = user;
      return { status: "set-up", user: shown };
    },
  };
}
