import { DjMongoAuthError, type DjMongoAuthRequest, EmailTypes } from "watchword/compat/djmongoauth";
import type { PortSide } from "../side-by-side.js";
import { Side } from "./side.js";

type Tell = Parameters<PortSide>[1];

const HOUR = 3_600_000;
const { VERIFY, RESET } = EmailTypes;

/** The calls of djmongoauth, on the port; original.py makes the same on the original. */
export const run: PortSide = async (place, tell) => {
  const side = await Side.open(place);
  try {
    await registering(side, tell);
    await signingIn(side, tell);
    await guarding(side, tell);
    await signingOut(side, tell);
    await mailing(side, tell);
    await following(side, tell);
    await viewing(side, tell);
    await waiting(side, tell);
  } finally {
    await side.port.close();
  }
};

async function registering(side: Side, tell: Tell): Promise<void> {
  const { User } = side.port;
  const ann = new User({ username: "ann", email: "ann@example.com", password: "a phrase of hers" });
  tell("register", await side.outcome(() => ann.register()));
  tell("its attributes", [ann.username, ann.email, ann.email_verified, ann.email_verified_at]);
  tell("its password is still in clear", ann.password === "a phrase of hers");
  tell("register the name again", await side.register("ann", "x", "other@example.com"));
  tell("register the email again", await side.register("other", "x", "ann@example.com"));
  tell("register the name in another case", await side.register("Ann", "a phrase of his"));
  tell("register the email in another case", await side.register("ann2", "x", "ANN@example.com"));
  const without = (fields: object) => side.outcome(() => new User(fields).register());
  tell("register without a username", await without({ email: "noname@example.com", password: "x" }));
  tell("register without a password", await without({ username: "nopass", email: "nopass@example.com" }));
  tell("register without an email", await without({ username: "nomail", password: "x" }));
  tell("register with the password null", await side.register("unusable", null));
  tell("register with an empty password", await side.register("empty", ""));
  tell("register with a bad email", await side.register("bad", "x", "no-address"));
  tell("register a name of 200 characters", await side.register("n".repeat(200), "x", "long@example.com"));
  tell("register a password of 5000 characters", await side.register("wordy", "x".repeat(5000)));
  tell("register a name in another script", await side.register("михаил", "пароль", "misha@example.com"));
}

async function signingIn(side: Side, tell: Tell): Promise<void> {
  const { User } = side.port;
  for (const [call, username, password] of [
    ["login", "ann", "a phrase of hers"],
    ["login with a wrong password", "ann", "a phrase of his"],
    ["login of nobody", "nobody", "x"],
    ["login by email", "ann@example.com", "a phrase of hers"],
    ["login in another case", "ANN", "a phrase of hers"],
    ["login of the other case", "Ann", "a phrase of his"],
    ["login without a password where there is none", "unusable", ""],
    ["login with an empty password", "empty", ""],
    ["login in another script", "михаил", "пароль"],
    ["login with null", null, null],
  ] as const)
    tell(call, await side.login(username as string, password as string));
  const token = await User.login("ann", "a phrase of hers");
  tell("login again gives the same token", (await User.login("ann", "a phrase of hers")) === token);
  const messageOf = (username: string) =>
    User.login(username, "wrong").then(
      () => null,
      (error: unknown) => error instanceof DjMongoAuthError && error.message.replaceAll(username, "<name>"),
    );
  tell("wrong and unknown have one message", (await messageOf("ann")) === (await messageOf("nobody")));
}

async function guarding(side: Side, tell: Tell): Promise<void> {
  const { User, authenticated } = side.port;
  const token = await User.login("ann", "a phrase of hers");
  tell("authenticated", await side.signedIn(token));
  tell("authenticated, Bearer", await side.signedIn(`Bearer ${token}`));
  tell("authenticated without a header", await side.signedIn(null));
  tell("authenticated with text", await side.signedIn("garbage"));
  tell("authenticated with a changed token", await side.signedIn(`${token}x`));
  const { id = "" } = (await side.port.space.users.find({ username: "Ann" })) ?? {};
  const forged = `exp=1795941053&user_id=${id}&username=Ann&session_key=${token}`;
  tell("authenticated with one's own key and another's id", await side.signedIn(forged));
  tell("authenticated with a token cut short", await side.signedIn(token.slice(0, 30)));
  const direct = authenticated((_request: DjMongoAuthRequest) => {});
  tell(
    "authenticated before a function, as in the document",
    await side.outcome(() => direct(side.request(token))),
  );
  const orders = Object.getOwnPropertyDescriptor({ orders(_request: DjMongoAuthRequest) {} }, "orders");
  // What a compiler makes of the decorator; test/compat/djmongoauth-decorators.test.ts has its syntax.
  const shop = Object.defineProperty({}, "orders", authenticated({}, "orders", orders ?? {})) as {
    orders(request: DjMongoAuthRequest): unknown;
  };
  tell("authenticated before a method", await side.outcome(() => shop.orders(side.request(token))));
}

async function signingOut(side: Side, tell: Tell): Promise<void> {
  const { User } = side.port;
  const token = await User.login("ann", "a phrase of hers");
  tell("logout without a token", await side.logout(null));
  tell("logout with text", await side.logout("garbage"));
  tell("logout with a changed token", await side.logout(`${token}x`));
  tell("logout", await side.logout(token));
  tell("authenticated after logout", await side.signedIn(token));
  tell("logout again", await side.logout(token));
  tell("logout, Bearer", await side.logout(`Bearer ${await User.login("ann", "a phrase of hers")}`));
}

async function mailing(side: Side, tell: Tell): Promise<void> {
  const { User } = side.port;
  const token = await User.login("ann", "a phrase of hers");
  tell("sendEmail VERIFY", await side.sends(VERIFY, token));
  tell("its mail", side.facts("verify", "ann"));
  tell("sendEmail RESET", await side.sends(RESET, token));
  tell("its mail too", side.facts("reset", "ann"));
  tell("sendEmail without a token", await side.sends(VERIFY, null));
  tell("sendEmail with text", await side.sends(VERIFY, "garbage"));
  tell("sendEmail with a token cut short", await side.sends(VERIFY, "a=1&b=2&c=3"));
  const { id = "" } = (await side.port.space.users.find({ username: "Ann" })) ?? {};
  const madeUp = `exp=1&user_id=${id}&username=Ann&session_key=none`;
  tell("sendEmail with a made-up token", await side.sends(VERIFY, madeUp));
  tell("sendEmail with the type as text", await side.sends("VERIFY", token));
  tell("sendEmail with no such type", await side.sends("NEWS", token));
  side.mailIsDown = true;
  tell("sendEmail while the mail server is down", await side.sends(VERIFY, token));
  side.mailIsDown = false;
  await side.register("<b>bold", "x", "bold@example.com");
  await side.sends(VERIFY, await User.login("<b>bold", "x"));
  tell("the name is escaped in HTML", side.mails.at(-1)?.html.includes("<b>bold") === false);
}

async function following(side: Side, tell: Tell): Promise<void> {
  const { User } = side.port;
  const token = await User.login("ann", "a phrase of hers");
  const [verify, reset] = [await side.linkFor(VERIFY, token), await side.linkFor(RESET, token)];
  const noLink = side.request(null, { method: "PUT" });
  tell("follow no link", await side.outcome(() => User.handleEmailRequest(noLink, VERIFY)));
  tell("follow an unknown link", await side.follow(VERIFY, "unknown"));
  tell("follow VERIFY", await side.follow(VERIFY, verify));
  const ann = await User.find({ username: "ann" });
  tell("its user then", [ann?.email_verified, ann?.email_verified_at instanceof Date]);
  tell("follow VERIFY again", await side.follow(VERIFY, verify));
  tell("sendEmail VERIFY to a verified address", await side.sends(VERIFY, token));
  tell("follow RESET without new_password", await side.follow(RESET, reset, {}));
  tell("follow RESET without JSON", await side.follow(RESET, reset, "no json"));
  tell("follow RESET as VERIFY", await side.follow(VERIFY, await side.linkFor(RESET, token)));
  const second = await side.linkFor(RESET, token);
  tell("follow RESET", await side.follow(RESET, reset, { new_password: "another phrase" }));
  tell("follow RESET again", await side.follow(RESET, reset, { new_password: "x" }));
  tell("authenticated after a reset", await side.signedIn(token));
  tell("login with the old password", await side.login("ann", "a phrase of hers"));
  tell("login with the new password", await side.login("ann", "another phrase"));
  tell("follow the other RESET link", await side.follow(RESET, second, { new_password: "another phrase" }));
  await side.register("bob", "bob's");
  const bobs = await side.linkFor(VERIFY, await User.login("bob", "bob's"));
  tell("follow VERIFY as RESET", await side.follow(RESET, bobs, { new_password: "taken over" }));
  await side.register("cat", "cat's");
  const cat = await User.login("cat", "cat's");
  const before = await side.linkFor(VERIFY, cat);
  const empty = await side.linkFor(RESET, cat);
  tell("follow RESET with an empty password", await side.follow(RESET, empty, { new_password: "" }));
  tell("follow a VERIFY link from before", await side.follow(VERIFY, before));
}

async function viewing(side: Side, tell: Tell): Promise<void> {
  const { User } = side.port;
  const body = { username: "dora", email: "dora@example.com", password: "dora's" };
  tell("view register", await side.view("register", null, { body }));
  tell("view register again", await side.view("register", null, { body }));
  tell("view register without a field", await side.view("register", null, { body: { username: "eve" } }));
  tell("view login", await side.view("login", null, { body }));
  tell("view login, wrong", await side.view("login", null, { body: { ...body, password: "x" } }));
  tell("view login without a field", await side.view("login", null, { body: { username: "dora" } }));
  const token = await User.login("dora", "dora's");
  tell("view verify POST", await side.view("verify", token));
  tell("view verify POST without a token", await side.view("verify", null));
  const put = (body: object = {}) => ({ method: "PUT", query: `?a=${side.link()}`, body });
  tell("view verify PUT", await side.view("verify", null, put()));
  tell("view verify PUT without a", await side.view("verify", null, { method: "PUT" }));
  tell("view verify GET", await side.view("verify", null, { method: "GET" }));
  tell("view reset POST", await side.view("reset", token));
  tell("view reset PUT without new_password", await side.view("reset", null, put()));
  tell("view reset PUT", await side.view("reset", null, put({ new_password: "n" })));
  tell("view reset DELETE", await side.view("reset", null, { method: "DELETE" }));
  const later = await User.login("dora", "n");
  tell("view logout", await side.view("logout", later));
  tell("view logout again", await side.view("logout", later));
  tell("view logout GET", await side.view("logout", await User.login("dora", "n"), { method: "GET" }));
}

async function waiting(side: Side, tell: Tell): Promise<void> {
  const token = await side.port.User.login("ann", "another phrase");
  const late = await side.linkFor(RESET, token);
  side.later(HOUR);
  tell("follow RESET after an hour", await side.follow(RESET, late, { new_password: "too late" }));
  side.later(167 * HOUR);
  tell("authenticated after a week", await side.signedIn(token));
  tell("logout after a week", await side.logout(token));
  tell("sendEmail after a week", await side.sends(VERIFY, token));
}
