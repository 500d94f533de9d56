import type { Value } from "../../base/values.js";
import type { BlockState } from "../../store/contract.js";
import type { Row, Tables } from "../readers/rows.js";
import type { ImportSource, SourceItem, SourceOptions } from "../source.js";
import { person, refused } from "./person.js";
import { Reading, textOf } from "./reading.js";
import { ldapPassword } from "./schemes.js";
import { SideRows } from "./side-rows.js";
import { readTime } from "./times.js";

const ENTRIES = "entries";

/** What servers write for themselves, and old hashes: of no use to anybody who reads a person's data. */
const BOOKKEEPING = [
  "changetype",
  "structuralObjectClass",
  "creatorsName",
  "modifiersName",
  "entryCSN",
  "entryDN",
  "contextCSN",
  "subschemaSubentry",
  "hasSubordinates",
  "createTimestamp",
  "modifyTimestamp",
  "pwdHistory",
  "pwdFailureTime",
  "pwdGraceUseTime",
  "passwordHistory",
];

const PEOPLE = new Set([
  "person",
  "organizationalperson",
  "inetorgperson",
  "account",
  "posixaccount",
  "user",
  "shadowaccount",
]);
const GROUPS = new Set(["groupofnames", "groupofuniquenames", "posixgroup", "group"]);

/** A directory's people (RFC 2849), of OpenLDAP, 389 Directory Server, Active Directory and others. */
export const ldif: ImportSource = {
  name: "ldif",
  title: "LDAP directory (LDIF)",
  reads: ["ldif"],
  takes:
    "what slapcat or ldapsearch -LLL -o ldif-wrap=no writes, read with an account that may see userPassword",
  needs: [],
  async *read(input: Tables, options: SourceOptions): AsyncGenerator<SourceItem> {
    const side = SideRows.create();
    try {
      for await (const row of input.rows([ENTRIES])) if (hasClass(row, GROUPS)) await addMembers(row, side);
      for await (const row of input.rows([ENTRIES])) yield* entry(row, options, side);
    } finally {
      await side.close();
    }
  },
};

function* entry(row: Row, options: SourceOptions, side: SideRows): Generator<SourceItem> {
  if (row.fault !== undefined && textOf(first(row, "dn")) === "") {
    yield refused(row, row.fault);
    return;
  }
  const change = textOf(first(row, "changetype"));
  if (change !== null && change.toLowerCase() !== "add") {
    yield {
      kind: "note",
      where: `${ENTRIES}, line ${row.line}`,
      code: "account-left",
      message: `A record of the kind ${change} changes an entry and is none; it is left behind.`,
    };
    return;
  }
  const isPerson = hasClass(row, PEOPLE) || values(row, "userPassword").length > 0;
  const isMachine = hasClass(row, new Set(["computer"]));
  if (isPerson && !isMachine && !hasClass(row, GROUPS)) yield toUser(row, options, side);
}

/** By name, whatever the case: LDAP knows none. */
function values(row: Row, name: string): readonly Value[] {
  const wanted = name.toLowerCase();
  for (const [attribute, value] of row.values)
    if (attribute.toLowerCase() === wanted) return Array.isArray(value) ? value : [value];
  return [];
}

function first(row: Row, name: string): Value {
  return values(row, name)[0] ?? null;
}

function hasClass(row: Row, classes: ReadonlySet<string>): boolean {
  return values(row, "objectClass").some(
    (name) => typeof name === "string" && classes.has(name.toLowerCase()),
  );
}

async function addMembers(row: Row, side: SideRows): Promise<void> {
  const group = textOf(first(row, "cn"));
  if (group === null) return;
  for (const name of ["member", "uniqueMember"])
    for (const member of values(row, name))
      if (typeof member === "string") await side.add("dn", dnKey(member), new Map([["cn", group]]));
  for (const uid of values(row, "memberUid"))
    if (typeof uid === "string") await side.add("uid", uid, new Map([["cn", group]]));
}

/** Enough to find a DN again that servers write with other spaces, capitals or escapes. */
function dnKey(dn: string): string {
  return dn
    .replace(/\\([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\(.)/g, "$1")
    .replace(/\s*([,=])\s*/g, "$1")
    .toLowerCase();
}

function toUser(row: Row, options: SourceOptions, side: SideRows): SourceItem {
  const reading = new Reading(row, options);
  const dn = reading.text("dn") ?? "";
  // One value that cannot be read, such as a photo that lies elsewhere, loses nobody.
  if (row.fault !== undefined) reading.note("value-unclear", `came without one value: ${row.fault}`);
  const texts = (name: string) => values(row, name).map((value) => textOf(value));
  const take = (name: string): string | null => {
    const [text = null, ...more] = texts(name).filter((value) => value !== null);
    if (more.length === 0) reading.drop(name);
    return text;
  };
  const names = ["uid", "sAMAccountName", "userPrincipalName"].map(take);
  const username = names.find((name) => name !== null) ?? null;
  const mail = take("mail");
  const passwords = values(row, "userPassword").flatMap((value) => {
    const password = ldapPassword(typeof value === "string" ? value : utf8(value));
    return password === null ? [] : [password];
  });
  const locale = take("preferredLanguage");
  const groups = [...side.of("dn", dnKey(dn)), ...side.of("uid", username ?? "\n")].map((group) =>
    textOf(group.get("cn") ?? null),
  );
  const memberOf = texts("memberOf").map(
    (group) => /^[^=]+=((?:\\.|[^,\\])+)/.exec(group ?? "")?.[1] ?? null,
  );
  const user = {
    origin: { system: "ldif", id: dn },
    username: username ?? (mail === null ? take("cn") : null),
    email: mail,
    passwords,
    active: !isSwitchedOff(row),
    roles: [...new Set([...groups, ...memberOf].filter((role) => role !== null))],
    blocked: blockOf(reading, row, options),
    locale,
    createdAt: generalizedTime(textOf(first(row, "createTimestamp") ?? first(row, "whenCreated"))),
    updatedAt: generalizedTime(textOf(first(row, "modifyTimestamp") ?? first(row, "whenChanged"))),
  };
  reading.drop("userPassword", ...BOOKKEEPING);
  const data = new Map<string, Value>([["dn", dn]]);
  for (const [name, value] of reading.rest())
    data.set(name, Array.isArray(value) && value.length === 1 ? (value[0] ?? null) : value);
  return person(reading, { ...user, data });
}

function utf8(value: Value): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString() : (textOf(value) ?? "");
}

/** 389 Directory Server's and Active Directory's ways to say it. */
function isSwitchedOff(row: Row): boolean {
  const isLockedThere = textOf(first(row, "nsAccountLock"))?.toUpperCase() === "TRUE";
  const control = Number(textOf(first(row, "userAccountControl")) ?? 0);
  return isLockedThere || (Number.isInteger(control) && Math.floor(control / 2) % 2 === 1);
}

/** OpenLDAP's password policy: `000001010000Z` means until somebody lifts it (draft-behera-ldap-password-policy §5.3.3). */
function blockOf(reading: Reading, row: Row, options: SourceOptions): BlockState | null {
  const locked = textOf(first(row, "pwdAccountLockedTime"));
  reading.drop("pwdAccountLockedTime");
  if (locked === null) return null;
  const since = locked.startsWith("00000101") ? null : generalizedTime(locked);
  return {
    since: since ?? options.now,
    until: null,
    reason: "locked in the directory (pwdAccountLockedTime)",
  };
}

/** `20261122085328Z`, RFC 4517 §3.3.13. */
function generalizedTime(text: string | null): number | null {
  const [, year, month, day, hour, minute, second = "00", rest = ""] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?(Z|[+-]\d{2,4})$/.exec(text ?? "") ?? [];
  if (year === undefined) return null;
  const time = readTime(`${year}-${month}-${day} ${hour}:${minute}:${second}${rest}`, "UTC");
  return time.status === "read" ? time.at : null;
}
