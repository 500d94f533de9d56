import { type SignedIn, signInCookies } from "../http/web.js";
import type { Context } from "../space/contract.js";
import type { AccountForms } from "./account-input.js";
import { accountView } from "./account-view.js";
import { limitedProblem, mending, missingFields, refusedPassword } from "./mending.js";
import { noticeOf, withNotice } from "./notice.js";
import { alertProblem, fieldProblem, type Problem } from "./problem.js";
import type { Route, Visit } from "./visit.js";

/** Who is signed in, and the context in which they act. */
interface Member extends SignedIn {
  readonly context: Context;
}

/** `/account`: one's names, password and devices, and the way out. Each form has an address of its own to post to. */
export const account: readonly Route[] = [
  { path: "/account", get: (visit) => asMember(visit, (me) => show(visit, me)) },
  { path: "/account/profile", get: back, post: (visit) => asMember(visit, (me) => changeProfile(visit, me)) },
  {
    path: "/account/password",
    get: back,
    post: (visit) => asMember(visit, (me) => changePassword(visit, me)),
  },
  {
    path: "/account/sessions/end",
    get: back,
    post: (visit) => asMember(visit, (me) => endSession(visit, me)),
  },
  {
    path: "/account/sessions/end-others",
    get: back,
    post: (visit) => asMember(visit, (me) => endOtherSessions(visit, me)),
  },
  { path: "/account/email", get: back, post: (visit) => asMember(visit, (me) => changeEmail(visit, me)) },
  {
    path: "/account/email/ask",
    get: back,
    post: (visit) => asMember(visit, (me) => askPresentAddress(visit, me)),
  },
  {
    path: "/account/second-factor",
    get: back,
    post: (visit) => asMember(visit, (me) => setSecondFactor(visit, me)),
  },
  { path: "/account/delete", get: back, post: (visit) => asMember(visit, (me) => deleteAccount(visit, me)) },
  {
    path: "/account/delete/ask",
    get: back,
    post: (visit) => asMember(visit, (me) => askDeletion(visit, me)),
  },
];

async function asMember(visit: Visit, work: (me: Member) => Promise<Response>): Promise<Response> {
  const me = await visit.signedIn();
  if (me === null) return visit.redirect("/sign-in");
  return work({ ...me, context: { ...visit.context, actor: me.actor } });
}

/** Whoever reloads after a mistake, or follows the address of a form, gets the page that it stands on. */
async function back(visit: Visit): Promise<Response> {
  return visit.redirect("/account");
}

async function changeProfile(visit: Visit, me: Member): Promise<Response> {
  const form = await visit.read(["username", "userLocale"]);
  const username = form.username.trim();
  const locale = form.userLocale.trim();
  const refuse = (problem: Problem) => show(visit, me, { profile: { values: form, problem } });
  if (username === "" && me.user.email === null)
    return refuse(fieldProblem("username", visit.words.account.lastName));
  if (locale !== "" && !isLanguageTag(locale))
    return refuse(fieldProblem("userLocale", visit.words.account.unknownLocale));
  return mending(visit, refuse, async () => {
    await visit.space.users.update(
      me.user.id,
      { username: username === "" ? null : username, userLocale: locale === "" ? null : locale },
      me.context,
    );
    return visit.redirect(withNotice("/account", "profile-saved"));
  });
}

async function changePassword(visit: Visit, me: Member): Promise<Response> {
  const form = await visit.read(["currentPassword", "newPassword"]);
  const refuse = (problem: Problem) => show(visit, me, { password: problem });
  const missing = missingFields(visit, form, ["currentPassword", "newPassword"]);
  if (missing !== null) return refuse(missing);
  return mending(visit, refuse, async () => {
    const result = await visit.space.passwords.change({
      userId: me.user.id,
      ...form,
      sessionToken: me.token,
      ...me.context,
    });
    switch (result.status) {
      case "changed": {
        const { token, session, device } = result;
        if (token === null || session === null) {
          visit.setCookies([visit.web.cookies.clear("session")]);
          return visit.redirect(withNotice("/sign-in", "password-changed"));
        }
        visit.setCookies(signInCookies(visit.web, { token, session, device }));
        return visit.redirect(withNotice("/account", "password-changed"));
      }
      case "wrong-password":
        return refuse(fieldProblem("currentPassword", visit.words.errors.wrongPassword));
      case "password-refused":
        return refuse(refusedPassword(visit, result, "newPassword"));
      case "limited":
        return refuse(limitedProblem(visit, result));
    }
  });
}

/** With the password: a code goes to the new address. Whether somebody has it already is told to nobody but them. */
async function changeEmail(visit: Visit, me: Member): Promise<Response> {
  const form = await visit.read(["email", "password"]);
  const refuse = (problem: Problem) => show(visit, me, { email: { value: form.email, problem } });
  const missing = missingFields(visit, form, ["email", "password"]);
  if (missing !== null) return refuse(missing);
  return mending(visit, refuse, async () => {
    const result = await visit.space.codes.request("change-email", {
      userId: me.user.id,
      newEmail: form.email,
      password: form.password,
      ...me.context,
    });
    switch (result.status) {
      case "sent":
        visit.keepTicket("change-email", result.ticket);
        return visit.redirect("/change-email");
      case "email-changed":
        return visit.redirect(withNotice("/account", "email-changed"));
      case "email-taken":
        return refuse(fieldProblem("email", visit.words.errors.emailTaken, 409));
      case "wrong-password":
        return refuse(fieldProblem("password", visit.words.errors.wrongPassword));
      case "limited":
        return refuse(limitedProblem(visit, result));
    }
  });
}

/** Without a password: a code to the present address proves who asks. */
async function askPresentAddress(visit: Visit, me: Member): Promise<Response> {
  await visit.read([]);
  const result = await visit.space.codes.request("change-email", { userId: me.user.id, ...me.context });
  if (result.status === "limited")
    return show(visit, me, { email: { value: "", problem: limitedProblem(visit, result) } });
  if (result.status === "sent") visit.keepTicket("change-email-old", result.ticket);
  return visit.redirect("/change-email/old");
}

async function setSecondFactor(visit: Visit, me: Member): Promise<Response> {
  const form = await visit.read(["factor", "password"]);
  const refuse = (problem: Problem) => show(visit, me, { secondFactor: problem });
  const missing = missingFields(visit, form, ["password"]);
  if (missing !== null) return refuse(missing);
  const factor = form.factor === "mail" ? "mail" : null;
  return mending(visit, refuse, async () => {
    const options = { password: form.password, ...me.context };
    const result = await visit.space.users.setSecondFactor(me.user.id, factor, options);
    switch (result.status) {
      case "changed":
        return visit.redirect(
          withNotice("/account", factor === null ? "second-factor-off" : "second-factor-on"),
        );
      case "wrong-password":
        return refuse(fieldProblem("password", visit.words.errors.wrongPassword));
      case "no-address":
      case "no-password":
        return refuse(alertProblem(visit.words.account.secondFactorNeeds, 409));
      case "limited":
        return refuse(limitedProblem(visit, result));
    }
  });
}

async function endSession(visit: Visit, me: Member): Promise<Response> {
  const { session } = await visit.read(["session"]);
  // Named with its owner, so that an id of somebody else's session ends nothing (ASVS 5.0, 8.2.2).
  const ended = await visit.space.sessions.revoke(session, { userId: me.user.id, ...me.context });
  if (!ended) return show(visit, me, { sessions: alertProblem(visit.words.account.noSuchSession, 404) });
  if (session !== me.session.id) return visit.redirect(withNotice("/account", "session-ended"));
  visit.setCookies([visit.web.cookies.clear("session")]);
  return visit.redirect(withNotice("/", "signed-out"));
}

async function endOtherSessions(visit: Visit, me: Member): Promise<Response> {
  await visit.read([]);
  await visit.space.sessions.revokeOthers(me.user.id, me.session.id, me.context);
  return visit.redirect(withNotice("/account", "sessions-ended"));
}

async function deleteAccount(visit: Visit, me: Member): Promise<Response> {
  const form = await visit.read(["password"]);
  const refuse = (problem: Problem) => show(visit, me, { deletion: problem });
  const missing = missingFields(visit, form, ["password"]);
  if (missing !== null) return refuse(missing);
  return mending(visit, refuse, async () => {
    const asked = await visit.space.passwords.confirm({
      userId: me.user.id,
      password: form.password,
      ...me.context,
    });
    if (asked.status === "limited") return refuse(limitedProblem(visit, asked));
    if (asked.status === "wrong-password")
      return refuse(fieldProblem("password", visit.words.errors.wrongPassword));
    await visit.space.users.delete(me.user.id, me.context);
    visit.setCookies([visit.web.cookies.clear("session"), visit.web.cookies.clear("device")]);
    return visit.redirect(withNotice("/", "account-deleted"));
  });
}

/** Without a password: a code to the address proves who asks. */
async function askDeletion(visit: Visit, me: Member): Promise<Response> {
  await visit.read([]);
  const result = await visit.space.codes.request("delete-account", { userId: me.user.id, ...me.context });
  if (result.status === "limited") return show(visit, me, { deletion: limitedProblem(visit, result) });
  visit.keepTicket("delete-account", result.ticket);
  return visit.redirect("/delete-account");
}

async function show(visit: Visit, me: Member, forms: AccountForms = {}): Promise<Response> {
  const sessions = await visit.space.sessions.list({
    userId: me.user.id,
    size: 50,
    ...(visit.query("after") === null ? {} : { after: visit.query("after") ?? "" }),
  });
  const hasPassword = await visit.space.passwords.has(me.user.id);
  return visit.show(accountView(visit, { ...me, hasPassword, sessions, forms, notice: noticeOf(visit) }));
}

/** BCP 47, as far as it can be told without a register (RFC 5646 §2.2.9, "well-formed"). */
function isLanguageTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
