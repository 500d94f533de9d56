/**
 * Fails where a file of src/ knows something that its room may not know (docs/architecture.md), where files import
 * each other in a circle, and where code reaches for a package that is not its room's business.
 *
 *   tsx scripts/check-imports.ts [folder]     the folder defaults to src
 */
import { readFileSync } from "node:fs";
import { posix, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Import, importsOf, isTest, readSources } from "./sources.js";

/** Where an arrow may lead: a room (`base`), one file (`store/contract.ts`), or a file's types alone (`type:…`). */
type Target = string;

interface Room {
  readonly mayKnow: readonly Target[];
  readonly because: string;
}

/** Known by all, knows nobody. */
const BASE = "base";
/** What every domain room may see: the store's contract, and the public types that it answers with. */
const GROUND: readonly Target[] = [
  BASE,
  "store/contract.ts",
  "type:space/contract.ts",
  "type:space/options.ts",
];
const FACE: readonly Target[] = [BASE, "type:space/contract.ts", "type:space/options.ts"];
/** Concerns that flows are made of. They never know a flow. */
const CONCERNS: readonly Target[] = ["codes", "limits", "mail", "audit", "blocks", "sessions"];
const FLOWS: readonly Target[] = ["sign-up", "sign-in", "users", "passwords"];

const concern = (...more: Target[]): Room => ({
  mayKnow: [...GROUND, ...CONCERNS, ...more],
  because: "concerns serve the flows (sign-up, sign-in, users, passwords) and never know them",
});
const flow: Room = {
  mayKnow: [...GROUND, ...CONCERNS, ...FLOWS],
  because: "the domain knows the store's contract and its own rooms, never a driver, HTTP or a page",
};
const store = (...more: Target[]): Room => ({
  mayKnow: [BASE, "store/contract.ts", "store/limit-rule.ts", ...more],
  because: "a store knows the contract and its driver, never the domain, so that any store can be left out",
});

/** Who may know whom. A room always knows itself. The longest name that a path begins with is its room. */
const ROOMS: Readonly<Record<string, Room>> = {
  "index.ts": {
    mayKnow: [BASE, "space"],
    because: "it gives what users import: the space and its errors",
  },
  base: { mayKnow: [], because: "base is known by all, so that it can know nobody" },
  messages: { mayKnow: [BASE], because: "a catalogue is wording alone, so that a language is one file" },

  store: store(),
  "store/sql": store(),
  "store/sqlite": store("store/sql"),
  "store/postgres": store("store/sql"),
  "store/mongodb": store(),

  codes: concern(),
  // `limits.check` tells what a hit would do, by the very rule that the stores count by.
  limits: concern("store/limit-rule.ts"),
  audit: concern(),
  // Who may block whom is a question about users.
  blocks: concern("users"),
  // A session is shown with its user, and who may end it is a question about users.
  sessions: concern("users"),
  mail: concern("messages"),
  users: flow,
  passwords: flow,
  "sign-up": flow,
  "sign-in": flow,

  http: {
    mayKnow: [...FACE, "pages", "messages"],
    because: "HTTP knows the public UserSpace and nothing below it, so that no route can go round a method",
  },
  pages: {
    mayKnow: [
      ...FACE,
      "messages",
      // What a page shares with the JSON routes: reading forms, cookies and origins, and saying when to come back, in one way.
      "http/web.ts",
      "http/body.ts",
      "http/cookies.ts",
      "http/forms.ts",
      "http/origin.ts",
      "http/retry.ts",
    ],
    because: "a page knows the public UserSpace, the wording and HTTP's browser helpers",
  },
  transfer: {
    // SQLite files of other programs, and large joins that are put aside on the disk, need the driver, not the store.
    mayKnow: [...FACE, "store/contract.ts", "store/sqlite/driver.ts"],
    because:
      "an import reads other systems and writes records; what it must know of the domain is handed to it",
  },
  compat: {
    mayKnow: [...FACE, "index.ts"],
    because: "a port translates calls into those of the public UserSpace, and holds no rules of its own",
  },
  cli: {
    mayKnow: [...FACE, "index.ts", "http/server.ts", "compat"],
    because: "a command knows the public UserSpace, the server that it starts and the ports' command lines",
  },
  space: {
    mayKnow: [
      ...GROUND,
      ...CONCERNS,
      ...FLOWS,
      "store",
      "store/sqlite",
      "store/postgres",
      "store/mongodb",
      "http",
      "transfer",
    ],
    because: "only the space sees both sides: it does the wiring",
  },
};

/** Packages that only some rooms may use; `dynamic` ones are optional or slow to load, so no static import of them. */
const PACKAGES: readonly {
  readonly names: RegExp;
  readonly rooms: readonly string[];
  readonly because: string;
}[] = [
  {
    names: /^(node:sqlite|@photostructure\/sqlite)$/,
    rooms: ["store/sqlite"],
    because: "a database driver stays in its store's folder",
  },
  {
    names: /^(pg|pg-.*)$/,
    rooms: ["store/postgres", "transfer"],
    because: "a database driver stays in its store's folder, or reads the database of another system",
  },
  {
    names: /^(mongodb|bson)$/,
    rooms: ["store/mongodb", "transfer"],
    because: "a database driver stays in its store's folder, or reads the database of another system",
  },
  {
    names: /^kysely$/,
    rooms: ["store/sql", "store/sqlite", "store/postgres"],
    because: "SQL is spoken in the stores alone",
  },
  {
    names: /^(hono|@hono\/.*|node:https?|node:http2)$/,
    rooms: ["http", "pages"],
    because: "the domain never knows HTTP",
  },
  { names: /^(commander|@clack\/.*)$/, rooms: ["cli"], because: "only the command line talks to a terminal" },
  { names: /^nodemailer$/, rooms: ["mail"], because: "only mail speaks SMTP" },
  { names: /^@node-rs\/argon2$/, rooms: ["passwords"], because: "hashes are computed in one place" },
];

/** Never at load time: `import "watchword"` must stay quick and work without HTTP. */
const ONLY_DYNAMIC: readonly { readonly from: string; readonly to: string; readonly because: string }[] = [
  { from: "space", to: "http", because: "a library that never serves must not load a server" },
  {
    from: "space",
    to: "transfer",
    because: "who never imports must not load the readers of every other system",
  },
];

interface Finding {
  readonly where: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

const folder = resolve(process.argv[2] ?? fileURLToPath(new URL("../src", import.meta.url)));
const files = readSources(folder);
const paths = new Set(files.map((file) => file.path));
const declared = declaredPackages();
const findings: Finding[] = [];
const graph = new Map<string, string[]>();
let arrows = 0;

for (const file of files) {
  if (isTest(file.path)) continue;
  const from = roomOf(file.path);
  if (from === null) {
    findings.push({
      where: `src/${file.path}:1`,
      what: "belongs to no room",
      why: "every file has a room, whose arrows are checked",
      fix: "move it into a room, or add its room to ROOMS in scripts/check-imports.ts and docs/architecture.md",
    });
    continue;
  }
  const edges: string[] = [];
  for (const one of importsOf(file)) {
    arrows++;
    const where = `src/${file.path}:${one.line}`;
    if (!one.specifier.startsWith(".")) checkPackage(where, from, one);
    else {
      const target = resolveImport(file.path, one.specifier);
      if (target === null) {
        if (one.kind !== "url") outside(where, one);
        continue;
      }
      // A worker is another program: it is loaded by address, so it makes no circle, but its arrow counts.
      if (one.kind !== "url") edges.push(target);
      checkArrow(where, from, target, one);
    }
  }
  graph.set(file.path, edges);
}
for (const circle of circles())
  findings.push({
    where: `src/${circle[0]}`,
    what: `stands in a circle: ${[...circle, circle[0]].join(" → ")}`,
    why: "files that import each other can be neither read nor tested one at a time",
    fix: "move what both need into a third file that knows neither",
  });

for (const { where, what, why, fix } of findings)
  console.error(`${where} ${what}\n  why: ${why}\n  fix: ${fix}`);
console.log(
  findings.length === 0
    ? `imports: ${files.length} files and ${arrows} imports keep to the arrows`
    : `imports: ${findings.length} against the arrows`,
);
process.exitCode = findings.length === 0 ? 0 : 1;

function checkArrow(where: string, from: string, target: string, one: Import): void {
  const to = roomOf(target);
  if (isTest(target) || isTestHelper(target)) {
    findings.push({
      where,
      what: `imports the test helper src/${target}`,
      why: "what serves tests alone is not part of the package",
      fix: "move the shared part into a file of its own",
    });
    return;
  }
  if (to === null || to === from) return;
  const room = ROOMS[from];
  if (room === undefined) return;
  if (!room.mayKnow.some((allowed) => fits(allowed, target, to, one))) {
    const types = room.mayKnow.includes(`type:${target}`);
    findings.push({
      where,
      what: types
        ? `imports values of src/${target}, of which ${from} may know the types alone`
        : `imports src/${target}: the arrow ${from} → ${to} does not exist`,
      why: room.because,
      fix: types
        ? `write \`import type\``
        : `${from} may know: ${room.mayKnow.join(", ") || "nobody"}. Move the code, hand the thing in as a parameter, or draw the arrow in scripts/check-imports.ts and docs/architecture.md with its reason`,
    });
  }
  for (const rule of ONLY_DYNAMIC)
    if (rule.from === from && rule.to === to && one.kind === "static")
      findings.push({
        where,
        what: `imports src/${target} at load time`,
        why: rule.because,
        fix: `use \`await import("${one.specifier}")\` where it is first needed, or \`import type\``,
      });
}

function fits(allowed: Target, target: string, room: string, one: Import): boolean {
  if (allowed.startsWith("type:")) return one.kind === "type" && allowed === `type:${target}`;
  return allowed === target || allowed === room;
}

function checkPackage(where: string, from: string, one: Import): void {
  if (one.specifier.startsWith("#") || one.specifier === "watchword") {
    findings.push({
      where,
      what: `imports ${one.specifier}`,
      why: "the package's own address hides the arrow (it is for tests, which run against dist)",
      fix: "import the file by its relative path",
    });
    return;
  }
  const rule = PACKAGES.find(({ names }) => names.test(one.specifier));
  if (rule !== undefined && !rule.rooms.includes(from))
    findings.push({
      where,
      what: `imports ${one.specifier}`,
      why: rule.because,
      fix: `use it in ${rule.rooms.join(" or ")}`,
    });
  if (one.specifier.startsWith("node:") || one.kind === "type") return;
  const name = one.specifier
    .split("/")
    .slice(0, one.specifier.startsWith("@") ? 2 : 1)
    .join("/");
  if (!declared.has(name))
    findings.push({
      where,
      what: `imports ${name}, which users do not get`,
      why: "it stands in none of dependencies, optionalDependencies and peerDependencies",
      fix: name.includes(":") ? "write the package's name" : "add it to package.json, or keep it to tests",
    });
}

function outside(where: string, one: Import): void {
  findings.push({
    where,
    what: `imports ${one.specifier}, which is no file of src`,
    why: "the package holds what src holds, and nothing from test/, bench/ or scripts/",
    fix: "move what is needed into src",
  });
}

/** The file of src that a relative specifier means; null: none. */
function resolveImport(from: string, specifier: string): string | null {
  const target = posix.join(posix.dirname(from), specifier).replace(/\.jsx?$/, "");
  return [`${target}.ts`, `${target}.tsx`].find((path) => paths.has(path)) ?? null;
}

function roomOf(path: string): string | null {
  const rooms = Object.keys(ROOMS).filter((room) => path === room || path.startsWith(`${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0] ?? null;
}

function isTestHelper(path: string): boolean {
  return /(^|\/)(test|testing|fixtures)\/|\.(fixture|test-helper)\.tsx?$/.test(path);
}

function declaredPackages(): Set<string> {
  const manifest: Record<string, Record<string, string> | undefined> = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8"),
  );
  return new Set(
    ["dependencies", "optionalDependencies", "peerDependencies"].flatMap((kind) =>
      Object.keys(manifest[kind] ?? {}),
    ),
  );
}

/** Each circle once: a depth-first walk that names the way back to a file that is still being visited. */
function circles(): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (path: string): void => {
    const at = way.indexOf(path);
    if (at >= 0) {
      found.push(way.slice(at));
      return;
    }
    if (done.has(path)) return;
    way.push(path);
    for (const next of graph.get(path) ?? []) visit(next);
    way.pop();
    done.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return found;
}
