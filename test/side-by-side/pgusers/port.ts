import { type OpenOptions, WatchwordError } from "watchword";
import {
  BadCallError,
  EXPIRED,
  NOT_FOUND,
  OK,
  REJECTED,
  UserSpace,
  type UserSpaceOptions,
} from "watchword/compat/pgusers";
import { run as usermgr } from "#dist/compat/pgusers/command-line.js";
import { collect } from "../../helpers/collect.js";
import type { PortSide } from "../side-by-side.js";

/** 2 March 2026, 09:00 UTC. */
let now = 1_772_442_000_000;

/** The calls of original.py, in its order and by its names. */
export const run: PortSide = async ({ url, options }, print) => {
  const watchword: OpenOptions = { ...options, clock: { now: () => now }, mail: { courier: false } };
  const place: UserSpaceOptions = { url, watchword };
  /** What the numbers of users are called here. */
  const names = new Map<number | null, string>();
  const keys = new Map<string, string>();
  const nameOf = (userid: number | null) => names.get(userid) ?? userid;
  const number = (name: string) => [...names].find(([, known]) => known === `<${name}>`)?.[0] ?? 9999;
  const key = (name: string) => keys.get(name) ?? "";

  function shown(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(shown);
    if (value instanceof Date) return value.toISOString().replace(/\.000Z$/, "+00:00");
    if (value instanceof Set) return { set: [...value].sort() };
    if (value instanceof Uint8Array) return { bytes: [...value] };
    if (typeof value === "bigint") return { int: String(value) };
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name,
        name === "userid" && typeof item === "number" ? nameOf(item) : shown(item),
      ]),
    );
  }

  async function tell(call: string, act: () => unknown): Promise<void> {
    try {
      print(call, shown(await act()));
    } catch (error) {
      if (error instanceof BadCallError) print(call, { BadCallError: error.message });
      else print(call, { error: error instanceof WatchwordError ? error.code : String(error) });
    }
  }

  const named = (call: string, name: string, act: () => Promise<number>) =>
    tell(call, async () => {
      names.set(await act(), `<${name}>`);
      return `<${name}>`;
    });

  const validated = (
    call: string,
    keep: string,
    username: string | null,
    password: string | null,
    extraData?: unknown,
  ) =>
    tell(call, async () => {
      const [made, isAdmin, userid] = await users.validateUser(username, password, { extraData });
      if (made !== "") {
        keys.set(keep, made);
        const all = await collect(users.listSessions(0));
        ids.set(all.find(([, id]) => !ids.has(id))?.[1] ?? "", `<key of ${keep}>`);
      }
      return [made === "" ? "" : "<key>", isAdmin, nameOf(userid)];
    });

  const checked = (call: string, token: string | null) =>
    tell(call, async () => {
      const [rc, username, userid, extraData] = await users.checkKey(token);
      return [rc, username, nameOf(userid), shown(extraData)];
    });

  /** Public ids of sessions by whose they are. */
  const ids = new Map<string, string>();
  const listed = async (uid: number, expired?: boolean) =>
    (await collect(users.listSessions(uid, expired)))
      .map(([username, id, expiration]) => [
        username,
        ids.get(id) ?? id,
        Math.round((expiration * 1000 - now) / 1_000_000),
      ])
      .sort((one, other) => (String(one) < String(other) ? -1 : 1));

  // Opening
  const { PGUSERS_USERSPACE, PGUSERS_CONNECTION_STRING } = process.env;
  delete process.env.PGUSERS_USERSPACE;
  delete process.env.PGUSERS_CONNECTION_STRING;
  await tell("UserSpace() without a name", () => Boolean(new UserSpace()));
  process.env.PGUSERS_CONNECTION_STRING = "dbname=crm";
  await tell("UserSpace() with a connection string that names one", () => Boolean(new UserSpace()));
  delete process.env.PGUSERS_CONNECTION_STRING;
  Object.assign(process.env, {
    ...(PGUSERS_USERSPACE !== undefined && { PGUSERS_USERSPACE }),
    ...(PGUSERS_CONNECTION_STRING !== undefined && { PGUSERS_CONNECTION_STRING }),
  });
  const users = new UserSpace(place);
  await tell("UserSpace(…) again: the same object", () => new UserSpace(place) === users);
  await tell("the constants", () => [OK, NOT_FOUND, EXPIRED, REJECTED]);

  // createUser
  /** As people write it who have no types. */
  const create = (...given: unknown[]): Promise<number> => Reflect.apply(users.createUser, users, given);
  await named("createUser alice", "alice", () =>
    create("alice", "correct horse", "alice@example.com", { admin: true, extraData: { phone: "555" } }),
  );
  await tell("createUser alice again", () => create("alice", "pw", "other@example.com"));
  await named("createUser Alice", "Alice", () => create("Alice", "another", "Alice@example.com"));
  await named("createUser bob", "bob", () => create("bob", "hunter2", "bob@example.com"));
  await named("createUser bob2 with bob's email", "bob2", () => create("bob2", "pw", "bob@example.com"));
  await named("createUser with an empty password, without an email", "carol", () =>
    create("carol", "", null),
  );
  await named("createUser with an empty username", "nameless", () => create("", "pw", "empty@example.com"));
  await named("createUser with an email that is none", "nomail", () => create("nomail", "pw", "no address"));
  await tell("createUser with 21 characters", () => create("x".repeat(21), "pw", "long@example.com"));
  const longest = `${"e".repeat(20)}@${"d".repeat(50)}.${"d".repeat(52)}.test`;
  await tell("createUser with an email of 129 characters", () => create("long", "pw", longest));
  await tell("createUser with admin=1", () => create("one", "pw", "one@example.com", { admin: 1 }));
  await tell("createUser with admin=None", () => create("none", "pw", "none@example.com", { admin: null }));
  await tell("createUser without a password", () => create("nopw", null, "nopw@example.com"));
  await tell("createUser with NUL in the username", () => create("a\0b", "pw", "nul@example.com"));
  await tell("createUser with extra data that cannot be kept", () =>
    create("fn", "pw", "fn@example.com", { extraData: () => 1 }),
  );
  const extraData = {
    when: new Date("2024-02-29T12:00:00Z"),
    tags: new Set(["a", "b"]),
    bytes: new Uint8Array([0, 255]),
    big: 2n ** 70n,
    nested: [1, null, { deep: true }],
  };
  await named("createUser dora with extra data", "dora", () =>
    create("dora", "pw", "dora@example.com", { extraData }),
  );

  // findUser
  await tell("findUser()", () => users.findUser({}));
  await tell("findUser alice", () => users.findUser({ username: "alice" }));
  await tell("findUser unknown", () => users.findUser({ username: "nobody" }));
  await tell("findUser by email", () => users.findUser({ email: "alice@example.com" }));
  await tell("findUser by email in other case", () => users.findUser({ email: "ALICE@EXAMPLE.COM" }));
  await tell("findUser by username in other case", () => users.findUser({ username: "ALICE" }));
  await tell("findUser by userid", () => users.findUser({ userid: number("bob") }));
  await tell("findUser by userid as text", () => users.findUser({ userid: String(number("bob")) }));
  await tell("findUser by userid abc", () => users.findUser({ userid: "abc" }));
  await tell("findUser by username and another's email", () =>
    users.findUser({ username: "alice", email: "bob@example.com" }),
  );
  await tell("findUser dora: extra data", () => users.findUser({ username: "dora" }));

  // validateUser
  await validated("validateUser alice", "alice", "alice", "correct horse");
  await validated("validateUser alice with extra data", "alice2", "alice", "correct horse", { cart: [1, 2] });
  await validated("validateUser bob", "bob", "bob", "hunter2");
  await validated("validateUser with a wrong password", "-", "alice", "wrong");
  await validated("validateUser with an empty password", "-", "alice", "");
  await validated("validateUser carol, whose password is empty", "carol", "carol", "");
  await validated("validateUser unknown", "-", "nobody", "pw");
  await validated("validateUser by email", "-", "alice@example.com", "correct horse");
  await validated("validateUser in other case", "-", "ALICE", "correct horse");
  await validated("validateUser without a username", "-", null, "pw");
  await validated("validateUser without a password", "-", "alice", null);

  // checkKey, setSessionTTL, listSessions, killSessions
  await checked("checkKey alice", key("alice"));
  await checked("checkKey alice with extra data", key("alice2"));
  await checked("checkKey unknown", "0".repeat(32));
  await checked("checkKey empty", "");
  await checked("checkKey null", null);
  await tell("listSessions of alice", () => listed(number("alice")));
  await tell("listSessions of everybody", () => listed(0));
  await tell("listSessions of everybody, expired", () => listed(0, true));
  await tell("listSessions of nobody", () => listed(9999));
  await tell("setSessionTTL(3600)", () => users.setSessionTTL(3600));
  await validated("validateUser bob under the new TTL", "bob2", "bob", "hunter2");
  await checked("checkKey alice under the new TTL", key("alice"));
  now += 3_500_000;
  await checked("checkKey bob's new session 3500 s later", key("bob2"));
  now += 3_200_000;
  await checked("checkKey it another 3200 s later: renewed", key("bob2"));
  await checked("checkKey alice 6700 s later: expired", key("alice"));
  await checked("checkKey alice again", key("alice"));
  await checked("checkKey her other session, not checked since the old TTL", key("alice2"));
  await tell("listSessions of bob", () => listed(number("bob")));
  now += 864_000_000;
  await tell("listSessions of everybody, expired, ten days later", () => listed(0, true));
  await validated("validateUser bob ten days later", "bob3", "bob", "hunter2");
  await tell("killSessions of bob, expired", () => users.killSessions(number("bob"), true));
  await tell("listSessions of bob after it", () => listed(number("bob")));
  await tell("killSessions of nobody", () => users.killSessions(9999));
  await tell("killSessions of bob", () => users.killSessions(number("bob")));
  await checked("checkKey bob after it", key("bob3"));
  await validated("validateUser alice once more", "alice3", "alice", "correct horse");
  await tell("killSessions of everybody", () => users.killSessions(0));
  await tell("listSessions of everybody after it", () => listed(0));
  await tell("UserSpace(…) again: the TTL is kept", async () => {
    const [token] = await new UserSpace(place).validateUser("alice", "correct horse");
    const [[, , expiration] = ["", "", 0]] = await collect(users.listSessions(0));
    await users.killSessions(0);
    return token === "" ? null : expiration - now / 1000;
  });
  await tell("setSessionTTL(-100)", () => users.setSessionTTL(-100));
  await tell("setSessionTTL(864000)", () => users.setSessionTTL(864_000));

  // changePassword
  const change = (...given: unknown[]) => Reflect.apply(users.changePassword, users, given);
  await validated("validateUser bob before his password changes", "bob4", "bob", "hunter2");
  await tell("changePassword without the old one", () => change(number("bob"), "second"));
  await checked("checkKey bob after it was changed", key("bob4"));
  await tell("changePassword with a wrong old one", () => change(number("bob"), "third", "hunter2"));
  await tell("changePassword with an empty old one", () => change(number("bob"), "third", ""));
  await tell("changePassword with the old one", () => change(number("bob"), "third", "second"));
  await tell("changePassword of nobody", () => change(9999, "x"));
  await tell("changePassword to none", () => change(number("bob"), null));
  await validated("validateUser bob with the old password", "-", "bob", "second");
  await validated("validateUser bob with the new password", "bob5", "bob", "third");

  // isAdmin, setAdmin
  await tell("isAdmin alice", () => users.isAdmin(number("alice")));
  await tell("isAdmin bob", () => users.isAdmin(number("bob")));
  await tell("isAdmin nobody", () => users.isAdmin(9999));
  await tell("setAdmin bob", () => users.setAdmin(number("bob")));
  await tell("isAdmin bob after it", () => users.isAdmin(number("bob")));
  await tell("setAdmin bob, false", () => users.setAdmin(number("bob"), false));
  await tell("isAdmin bob after that", () => users.isAdmin(number("bob")));
  await checked("checkKey bob, no administrator any more", key("bob5"));
  await tell("setAdmin nobody", () => users.setAdmin(9999));

  // modifyUser
  await tell("modifyUser, nothing", () => users.modifyUser(number("bob")));
  await tell("modifyUser nobody, nothing", () => users.modifyUser(9999));
  await tell("modifyUser nobody, email", () => users.modifyUser(9999, { email: "x@example.com" }));
  await tell("modifyUser bob, email", () => users.modifyUser(number("bob"), { email: "bobby@example.com" }));
  await tell("modifyUser bob, extra data", () => users.modifyUser(number("bob"), { extraData: { a: 1 } }));
  await tell("modifyUser bob, no extra data", () => users.modifyUser(number("bob"), { extraData: null }));
  await tell("findUser bob after it", () => users.findUser({ username: "bob" }));
  await tell("modifyUser bob, empty extra data", () => users.modifyUser(number("bob"), { extraData: {} }));
  await tell("modifyUser bob, username", () => users.modifyUser(number("bob"), { username: "bobby" }));
  await tell("findUser bobby", () => users.findUser({ username: "bobby" }));
  await tell("modifyUser bob, 21 characters", () =>
    users.modifyUser(number("bob"), { username: "x".repeat(21) }),
  );
  await tell("modifyUser bob, alice's email", () =>
    users.modifyUser(number("bob"), { email: "alice@example.com" }),
  );
  await tell("modifyUser bob, alice's username", () =>
    users.modifyUser(number("bob"), { username: "alice" }),
  );
  await validated("validateUser alice after it", "-", "alice", "correct horse");

  // allUsers
  // Where Alice stands beside alice is a matter of the server's collation.
  const order = ([, username]: readonly unknown[]) => `${String(username).toLowerCase()} ${String(username)}`;
  await tell("allUsers", async () =>
    (await collect(users.allUsers()))
      .map(([userid, ...row]) => [nameOf(userid), ...row])
      .sort((one, other) => (order(one) < order(other) ? -1 : 1)),
  );

  // close
  await tell("close()", () => users.close());
  await tell("isAdmin alice after close()", () => users.isAdmin(number("alice")));

  // deleteUser
  await tell("deleteUser()", () => users.deleteUser({}));
  await tell("deleteUser unknown", () => users.deleteUser({ username: "nobody" }));
  await validated("validateUser carol before she is deleted", "carol2", "carol", "");
  await tell("deleteUser carol and dora's userid: the name decides", () =>
    users.deleteUser({ username: "carol", userid: number("dora") }),
  );
  await checked("checkKey carol after it", key("carol2"));
  await tell("deleteUser carol again, by userid", () => users.deleteUser({ userid: number("carol") }));
  await tell("findUser dora after it", async () => (await users.findUser({ username: "dora" })) !== null);
  await tell("deleteUser dora by userid", () => users.deleteUser({ userid: number("dora") }));
  for (const name of ["Alice", "bobby"]) await users.deleteUser({ username: name });

  // usermgr
  async function manage(args: readonly string[], answers: readonly string[]) {
    const left = [...answers];
    const asked: string[] = [];
    let said = "";
    const ask = async (prompt: string) => {
      asked.push(prompt);
      return left.shift() ?? null;
    };
    const terminal = {
      write(text: string) {
        said += text;
      },
      writeError() {},
      ask,
      askHidden: ask,
      close() {},
    };
    const code = await usermgr({ args: ["crm", ...args], database: url, terminal });
    said = said.replaceAll(/uid: \d+/g, "uid: <uid>");
    for (const [known, label] of names)
      if (label === "<alice>" || label === "<dan>")
        said = said
          .replaceAll(`'userid': ${known},`, `'userid': ${label},`)
          .replaceAll(`${String(known).padStart(5)}|`, `${label.padEnd(5)}|`);
    return { code, said, asked };
  }
  const managed = (call: string, args: readonly string[], answers: readonly string[] = []) =>
    tell(`usermgr crm ${call}`, () => manage(args, answers));

  await managed("list", ["list"]);
  await managed("adduser notmail", ["adduser", "notmail"]);
  const differing = ["1", "2", "3", "4", "5", "6"];
  const dan = ["adduser", "dan@x.org", "dan"];
  await managed("adduser dan@x.org dan, passwords that differ", dan, differing);
  await managed("adduser dan@x.org dan", dan, ["a", "b", "pw", "pw"]);
  names.set((await users.findUser({ username: "dan" }))?.userid ?? null, "<dan>");
  await managed("adduser dan@x.org dan again", ["adduser", "dan2@x.org", "dan"], ["pw", "pw"]);
  const long = ["adduser", "long@x.org", "l".repeat(21)];
  await managed("adduser long@x.org, 21 characters", long, ["pw", "pw"]);
  await managed("adduser --admin carol@x.org", ["adduser", "--admin", "carol@x.org"], ["pw", "pw"]);
  await managed("info dan", ["info", "dan"]);
  await managed("info dan@x.org", ["info", "dan@x.org"]);
  await managed("info nobody", ["info", "nobody"]);
  await managed("setadmin dan", ["setadmin", "dan"]);
  await managed("setadmin --remove dan@x.org", ["setadmin", "--remove", "dan@x.org"]);
  await managed("setadmin zz", ["setadmin", "zz"]);
  await managed("cpasswd dan", ["cpasswd", "dan"], ["new", "new"]);
  await managed("cpasswd zz", ["cpasswd", "zz"]);
  await managed("listsessions", ["listsessions"]);
  await managed("listsessions --all dan", ["listsessions", "--all", "dan"]);
  await managed("listsessions zz", ["listsessions", "zz"]);
  await managed("listsessions dan, who has none", ["listsessions", "dan"]);
  await managed("killsessions", ["killsessions"]);
  await managed("killsessions --all dan", ["killsessions", "--all", "dan"]);
  await managed("killsessions zz", ["killsessions", "zz"]);
  await managed("killsessions -x -a", ["killsessions", "-x", "-a"]);
  await managed("killsessions dan", ["killsessions", "dan"]);
  await managed("delete dan", ["delete", "dan"]);
  await managed("delete zz", ["delete", "zz"]);
  await managed("without a command", []);
  await managed("nonsense", ["nonsense"]);
  await managed("adduser without an email", ["adduser"]);
  await users.close();
};
