import { spawn } from "node:child_process";
import { pbkdf2Sync } from "node:crypto";
import { userInfo } from "node:os";
import { fileURLToPath } from "node:url";
import { WatchwordError } from "watchword";
import { type NewBaseUser, openPiccolo, type PasswordChange, type Piccolo } from "watchword/compat/piccolo";
import type { PortSide } from "../side-by-side.js";

const MAIN = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
const PASSWORD_PROMPTS = ["Enter password:", "Confirm password:"];
/** What plain JavaScript, without types, can hand over. */
const anything = (value: unknown) => value as never;

type Tell = Parameters<PortSide>[1];

export const run: PortSide = async ({ url, options }, tell) => {
  const command = commandLine(url);
  tell("piccolo migrations forwards user", {
    code: (await command(["migrations", "forwards", "user"])).code,
  });
  tell("piccolo migrations forwards user, again", {
    code: (await command(["migrations", "forwards", "user"])).code,
  });
  tell("piccolo user list, nobody there", await command(["user", "list"]));
  const piccolo = await openPiccolo({ url, watchword: options });
  try {
    await calls(piccolo, tell);
  } finally {
    await piccolo.close();
  }
  await commands(command, tell);
  tell(
    "the twins",
    Object.keys(piccolo.BaseUser).filter((name) => name.endsWith("Sync")),
  );
};

/** What came back; of the errors in the original's words the words, of taken names the code. */
async function outcome(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return (await call()) ?? null;
  } catch (error) {
    if (!(error instanceof WatchwordError)) throw error;
    return { error: error.code.endsWith("-taken") ? error.code : error.message };
  }
}

async function calls({ BaseUser, space }: Piccolo, tell: Tell): Promise<void> {
  const ids = new Map<number, string>();

  const create = async (call: string, columns: NewBaseUser | object) =>
    tell(
      `createUser ${call}`,
      await outcome(async () => {
        const user = await BaseUser.createUser(anything(columns));
        ids.set(user.id, user.username);
        return { ...user, id: Number.isInteger(user.id) ? "int" : typeof user.id };
      }),
    );
  const login = async (call: string, username: unknown, password: unknown) =>
    tell(
      `login ${call}`,
      await outcome(async () => {
        const id = await BaseUser.login({ username: anything(username), password: anything(password) });
        return id === null ? null : ids.get(id);
      }),
    );
  const update = async (call: string, change: PasswordChange | object) =>
    tell(`updatePassword ${call}`, await outcome(() => BaseUser.updatePassword(anything(change))));
  const hasSignedIn = async (call: string, username: string) =>
    tell(`last_login ${call}`, (await space.users.find({ username }))?.lastSignInAt !== null);
  const insertWithOldHash = async (username: string, password: string) => {
    const salt = "5f0e".repeat(8);
    const digest = pbkdf2Sync(password, salt, 10_000, 32, "sha256").toString("hex");
    const hash = `pbkdf2_sha256$10000$${salt}$${digest}`;
    const passwordHash = { hash, source: "piccolo" };
    const user = await space.users.create({ username, passwordHash, numbered: true });
    ids.set(user.number ?? 0, username);
  };

  const bob = { username: "bob", password: "bob123", email: "bob@example.com" };
  await create("with everything", {
    ...bob,
    ...{ active: true, admin: true, superuser: true },
    ...{ first_name: "Bob", last_name: "Martin" },
  });
  await create("with a name and a password", { username: "alice", password: "alice wonders" });
  await create("a second one without an email", { username: "carol", password: "carol wonders" });
  await create("last_name null", {
    ...{ username: "dan", password: "dan's own", email: "dan@example.com" },
    last_name: null,
  });
  await create("no username", { username: "", password: "secret" });
  await create("username null", { username: null, password: "secret" });
  await create("no password", { username: "erin", password: "" });
  await create("password null", { username: "erin", password: null });
  await create("neither", { username: "", password: "" });
  await create("password of 5", { username: "erin", password: "12345" });
  await create("password of 5 emoji", { username: "erin", password: "🔐".repeat(5) });
  await create("password of 6", { username: "six", password: "sixsix", email: "six@example.com" });
  await create("password of 128", {
    ...{ username: "max", password: "m".repeat(128), email: "max@example.com" },
  });
  await create("password of 128 emoji", {
    ...{ username: "emoji", password: "🔐".repeat(128), email: "emoji@example.com" },
  });
  await create("password with NUL", { username: "nul", password: "nul\0nul", email: "nul@example.com" });
  await create("password of 129", { username: "erin", password: "m".repeat(129) });
  await create("a hashed password", { username: "erin", password: "pbkdf2_sha256$1$a$b" });
  await create("a hashed password of 129", {
    username: "erin",
    password: `pbkdf2_sha256${"x".repeat(116)}`,
  });
  await create("a taken username", { username: "bob", password: "secret", email: "other@example.com" });
  await create("a taken email", { username: "erin", password: "secret", email: "bob@example.com" });
  await create("the same in another case", {
    ...{ username: "BOB", password: "upper bob", email: "Bob@example.com" },
  });
  const erin = { username: "erin", password: "secret", email: "erin@example.com" };
  await create("an unknown column", { ...erin, nosuch: 1 });
  await create("two unknown columns", { ...erin, nosuch: 1, other: 2 });
  await create("email null", { ...erin, email: null });
  await create("username of 100", {
    ...{ username: "n".repeat(100), password: "secret", email: "hundred@example.com" },
  });
  await create("username of 101", {
    ...{ username: "n".repeat(101), password: "secret", email: "more@example.com" },
  });

  await hasSignedIn("before", "bob");
  await login("wrong password", "bob", "bob124");
  await login("empty password", "bob", "");
  await login("unknown", "nobody", "bob123");
  await login("no name", "", "bob123");
  await login("by email", "bob@example.com", "bob123");
  await login("in another case", "Bob", "bob123");
  await login("the other BOB's password", "bob", "upper bob");
  await hasSignedIn("after failures", "bob");
  await login("right", "bob", "bob123");
  await hasSignedIn("after success", "bob");
  await login("BOB", "BOB", "upper bob");
  await login("an inactive one", "alice", "alice wonders");
  await login("password of 128", "max", "m".repeat(128));
  await login("password of 129", "max", "m".repeat(129));
  await login("password of 127", "max", "m".repeat(127));
  await login("password of 128 emoji", "emoji", "🔐".repeat(128));
  await login("password with NUL", "nul", "nul\0nul");
  await login("password cut at NUL", "nul", "nul");
  await login("name of 100", "n".repeat(100), "secret");
  await login("name of 101", "n".repeat(101), "secret");
  await login("name null", null, "secret");
  await login("password null", "bob", null);

  const [bobsId] = [...ids].find(([, name]) => name === "bob") ?? [0];
  await update("by id", { user: bobsId, password: "by the id" });
  await login("after that, the old one", "bob", "bob123");
  await login("after that, the new one", "bob", "by the id");
  await update("by username", { user: "bob", password: "by the name" });
  await login("after by username", "bob", "by the name");
  await update("as username", { username: "bob", password: "as username" });
  await login("after as username", "bob", "as username");
  await update("unknown username", { user: "nobody", password: "secret" });
  await update("unknown id", { user: 99999, password: "secret" });
  await update("negative id", { user: -1, password: "secret" });
  await update("an id as text", { user: "1", password: "secret" });
  await update("empty username", { user: "", password: "secret" });
  await update("null", { user: null, password: "secret" });
  await update("1.5", { user: 1.5, password: "secret" });
  await update("a short one", { user: "six", password: "short" });
  await update("an empty one", { user: "six", password: "" });
  await update("a long one", { user: "six", password: "m".repeat(129) });
  await update("a hashed one", { user: "six", password: "pbkdf2_sha256$1$a$b" });
  await update("a short one of nobody", { user: "nobody", password: "short" });
  await update("of nobody with null for a name", { user: null, password: "short" });
  await login("after all that was refused", "six", "sixsix");

  await insertWithOldHash("veteran", "since 2022");
  await insertWithOldHash("tiny", "abc");
  await login("with an old hash", "veteran", "since 2022");
  await login("with an old hash, again", "veteran", "since 2022");
  await login("with an old hash, wrong", "veteran", "since 2023");
  await login("with an old hash of a short password", "tiny", "abc");
}

interface Said {
  readonly code: number | null;
  readonly hidden: readonly string[];
  readonly said: readonly string[];
}
type RunCommand = (args: readonly string[], lines?: readonly string[]) => Promise<Said>;

/** `watchword compat piccolo …` with these lines for its questions. */
function commandLine(url: string): RunCommand {
  return async (args, lines = []) => {
    const child = spawn(process.execPath, [MAIN, "compat", "piccolo", ...args], {
      env: { ...process.env, WATCHWORD_DATABASE_URL: url },
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    // A command that asks nothing closes the pipe.
    child.stdin.on("error", () => {});
    child.stdin.end(lines.map((line) => `${line}\n`).join(""));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    const all = [...stdout.split("\n"), ...stderr.split("\n")].filter(
      (line) => line !== "" && !line.startsWith("Warning: a password on the command line"),
    );
    const isHidden = (line: string) => PASSWORD_PROMPTS.includes(line);
    return {
      code,
      hidden: all.filter(isHidden),
      said: all
        .filter((line) => !isHidden(line))
        .map((line) =>
          line
            .replace(/^Created User \d+$/, "Created User <id>")
            .replace(`(${userInfo().username})`, "(<me>)")
            .replace(/ \((?!.*-taken)[a-z-]+\)$/, ""),
        ),
    };
  };
}

async function commands(command: RunCommand, tell: Tell): Promise<void> {
  const say = async (call: string, args: readonly string[], lines?: readonly string[]) =>
    tell(`piccolo ${call}`, await command(args, lines));
  /** Without ids and times, which are of this database alone. */
  const listing = async (call: string, ...args: string[]) => {
    const { code, said } = await command(["user", "list", ...args]);
    const rows = said.filter((line) => line.includes(" | ")).map((line) => line.split(" | "));
    tell(`piccolo user list ${call}`, {
      code,
      rows: rows.map((row) => row.slice(1, -1).map((cell) => cell.trim())),
    });
  };

  const [username = "", ...given] = ["--username=fred", "--email=fred@example.com", "--password=fred123"];
  const [email = "", password = ""] = given;
  const rights = ["--is_admin=t", "--is_superuser=false", "--is_active=True"];
  const create = ["user", "create"];
  await say("user create with arguments", [...create, username, ...given, ...rights]);
  await say("user create, a taken username", [
    ...create,
    ...[username, "--email=f2@example.com", password],
    ...rights,
  ]);
  await say("user create, a short password", [
    ...create,
    ...["--username=gus", "--email=gus@example.com", "--password=short"],
    ...rights,
  ]);
  await say("user create, an unknown option", [...create, username, ...given, "--nosuch=1"]);
  await say(
    "user new, asked for all",
    ["user", "new"],
    ["gus", "gus@example.com", "gus's own", "gus's own", "perhaps", "y", "n", "", "y"],
  );
  await say(
    "user create, asked for the password",
    [
      ...create,
      ...["--username=hal", "--email=hal@example.com"],
      ...["--is_admin", "--is_superuser=f", "--is_active=False"],
    ],
    ["hal's own", "hal's own"],
  );
  await say(
    "user create, passwords that differ",
    [...create, username, email],
    ["one two three", "four five six"],
  );
  await listing("the last three", "--order_by=-id", "--limit=3");
  await listing("the second page of them", "--order_by=-id", "--limit=1", "--page=2");
  await listing("by position", "2", "1", "-id");
  await say("user list, an unknown order", ["user", "list", "--order_by=password"]);
  await say("user list, page 0", ["user", "list", "--page=0"]);
  await say("user list, limit 0", ["user", "list", "--limit=0"]);
  await say("user list, past the end", ["user", "ls", "--page=99"]);
  const renew = "user change_password";
  await say(renew, ["user", "change_password"], ["gus", "gus's new one", "gus's new one"]);
  await say(`${renew}, unknown`, ["user", "change_password"], ["nobody", "secret", "secret"]);
  await say(`${renew}, passwords that differ`, ["user", "pass"], ["gus", "one two", "three four"]);
  await say(`${renew}, a short one`, ["user", "password"], ["gus", "short", "short"]);
  const permit = "user change_permissions";
  await say(permit, ["user", "change_permissions", "gus", "--active=false", "--superuser"]);
  await listing("after that", "--order_by=-id", "--limit=2");
  await say(`${permit}, nothing`, ["user", "perm", "gus"]);
  await say(`${permit}, unknown`, ["user", "perms", "nobody", "--admin"]);
  await say(`${permit}, nobody named`, ["user", "perms"]);
  await say(`${permit}, neither true nor false`, ["user", "perms", "gus", "--active=perhaps"]);
  const unknown = await command(["user", "nosuch"]);
  // What follows is the help.
  tell("piccolo an unknown command", { ...unknown, said: unknown.said.slice(0, 1) });
}
