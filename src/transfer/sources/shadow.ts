import type { Fields } from "../../base/values.js";
import type { Row, Tables } from "../readers/rows.js";
import type { ImportedPassword, ImportSource, SourceItem, SourceOptions } from "../source.js";
import { tableNamed } from "./finding.js";
import { collect, person, readable } from "./person.js";
import { placeOf, Reading, textOf } from "./reading.js";
import { cryptScheme, unknown } from "./schemes.js";
import { SideRows } from "./side-rows.js";

const FIRST_UID = "uid-min";
/** UID_MIN of /etc/login.defs, by default; and the one that means nobody. */
const DEFAULT_FIRST_UID = 1000;
const NOBODY = 65534;
const DAY = 86_400_000;

/** Accounts of a Linux machine: shadow(5) and passwd(5). */
export const shadow: ImportSource = {
  name: "shadow",
  title: "Linux accounts",
  reads: ["shadow"],
  takes:
    "copies of /etc/shadow and /etc/passwd (both, so that names come along and accounts of the system stay behind)",
  needs: [
    {
      name: FIRST_UID,
      description:
        "The lowest user id of a person, UID_MIN of /etc/login.defs. Default: 1000. Accounts below it belong to the system.",
      secret: false,
    },
  ],
  async *read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
    const firstUid = Number(options.answers.get(FIRST_UID) ?? DEFAULT_FIRST_UID);
    const hasShadow = (await tableNamed(input, "shadow")) !== null;
    const accounts = SideRows.create();
    try {
      if (hasShadow)
        yield* collect(input.rows(["passwd"]), async (row) => {
          await accounts.add("passwd", textOf(row.values.get("name") ?? null) ?? "", row.values);
        });
      yield* readable(input.rows([hasShadow ? "shadow" : "passwd"]), (row) => {
        const name = textOf(row.values.get("name") ?? null) ?? "";
        const account = hasShadow ? (accounts.of("passwd", name)[0] ?? null) : row.values;
        return account !== null && isSystem(account, firstUid)
          ? left(row, name)
          : toUser(row, options, name, account);
      });
      for (const { owner, rows } of accounts.orphans("passwd"))
        if (!isSystem(rows[0] ?? new Map(), firstUid))
          yield {
            kind: "note",
            where: "passwd",
            code: "orphan",
            message: `passwd names ${owner}, of whom shadow says nothing. They are left behind.`,
          };
    } finally {
      await accounts.close();
    }
  },
};

function isSystem(account: Fields, firstUid: number): boolean {
  const uid = Number(textOf(account.get("uid") ?? null) ?? Number.NaN);
  return uid < firstUid || uid === NOBODY;
}

function left(row: Row, name: string): SourceItem {
  return {
    kind: "note",
    where: placeOf(row),
    code: "account-left",
    message: `${name} is an account of the system and not a person's; it is left behind.`,
  };
}

function toUser(row: Row, options: SourceOptions, name: string, account: Fields | null): SourceItem {
  const reading = new Reading(row, options);
  const stored = reading.text("password") ?? "";
  if (account === null && stored === "*") return left(row, name);
  // `usermod -L` puts a `!` in front and leaves the hash, for `usermod -U` to take away.
  const isLocked = stored.startsWith("!") || stored === "*";
  const passwords = passwordsOf(stored.replace(/^!+/, ""));
  if (stored === "")
    reading.note("password-none", "needed no password at all there. Here nobody signs in without one.");
  const expire = textOf(row.values.get("expire") ?? null);
  const ends = expire !== null && /^\d{1,6}$/.test(expire) ? Number(expire) * DAY : null;
  if (ends !== null && ends > options.now)
    reading.note(
      "account-expires",
      `was to end on ${new Date(ends).toISOString().slice(0, 10)}. Watchword ends no account by itself: block them on that day.`,
    );
  reading.drop("name");
  const data = reading.rest(false);
  for (const field of ["uid", "gid", "gecos", "home", "shell"]) data.set(field, account?.get(field) ?? "");
  for (const [field, value] of data) {
    if (value === "") data.delete(field);
    else if (typeof value === "string" && /^-?\d{1,10}$/.test(value)) data.set(field, Number(value));
  }
  // The first of the comma-separated parts is the name (passwd(5)).
  const [fullName = ""] = (textOf(data.get("gecos") ?? null) ?? "").split(",");
  if (fullName !== "") data.set("name", fullName);
  return person(reading, {
    origin: { system: "shadow", id: name },
    username: name,
    email: null,
    passwords,
    active: !isLocked && (ends === null || ends > options.now),
    data,
  });
}

function passwordsOf(hash: string): readonly ImportedPassword[] {
  if (/^(?:\*|x|!)?$/.test(hash)) return [];
  const scheme = cryptScheme(hash);
  if (scheme !== null) return [{ kind: "hash", scheme, hash }];
  return [unknown(hash, "it is no hash of crypt(3).")];
}
