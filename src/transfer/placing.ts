import { WatchwordError } from "../base/errors.js";
import { originKey } from "../base/keys.js";
import { USER_NUMBERS } from "../base/numbers.js";
import type { Store, UserRecord } from "../store/contract.js";
import { Ledger } from "./ledger.js";
import { type Claim, hasName, numberIn } from "./names.js";
import { type Person, personOf, whoIs } from "./person.js";
import type { ReportBook } from "./report.js";

/** What to do with somebody who was imported before. */
export type Existing = "skip" | "update" | "fail";

export type Placed =
  | { readonly status: "written"; readonly person: Person }
  | { readonly status: "there"; readonly person: Person }
  | { readonly status: "refused"; readonly person: Person; readonly why: string };

/** Where imported people go: a store, or (dry run) nowhere. */
export interface Target {
  /** Answers for each in turn, as if they had come one after the other. */
  place(people: readonly Person[]): Promise<readonly Placed[]>;
  close(): Promise<void>;
}

/** Somebody who has the name already. */
interface Holder {
  readonly who: string;
  readonly value: string;
  /** Was there before the import began. */
  readonly before: boolean;
}

/** Takes a name off a person, tells of it, and keeps its value. */
function without(person: Person, claim: Claim, holder: Holder, existing: Existing, book: ReportBook): Person {
  const who = whoIs(person.user);
  const told = `the ${claim.kind} ${claim.kind === "number" ? claim.value : JSON.stringify(claim.value)}`;
  if (existing === "fail" && holder.before)
    throw new WatchwordError(
      "conflict",
      `${person.user.where}: ${told} of ${who} belongs to ${holder.who}, who was there before. Nothing after this row was imported; import with --existing skip to leave such names to those who have them.`,
    );
  const isTwin = holder.value !== claim.value && holder.value.toLowerCase() === claim.value.toLowerCase();
  book.tell({
    code: isTwin ? "case-twin" : "clash",
    where: person.user.where,
    who,
    message: isTwin
      ? `${told} and ${JSON.stringify(holder.value)} of ${holder.who} differ in case alone; it is kept in the data.`
      : `${told} belongs to ${holder.who}; it is kept in the data.`,
  });
  return personOf({
    ...person,
    claims: person.claims.filter((one) => one !== claim),
    kept: [...person.kept, [claim.kind, claim.kind === "number" ? Number(claim.value) : claim.value]],
  });
}

function nameless(person: Person): Placed {
  const names = person.kept.filter(([field]) => field === "username" || field === "email");
  const why =
    names.length === 0
      ? "It has neither a username nor an email."
      : `None of its names is left to it: ${names.map(([field, value]) => `${field} ${JSON.stringify(value)}`).join(", ")}.`;
  return { status: "refused", person, why };
}

/** When a user was made, by their id (UUIDv7): whole milliseconds since 1970. */
export function madeAt(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

function nameOf(user: UserRecord): string {
  const name = user.username ?? user.email ?? user.id;
  return user.state === "pending" ? `${name} (a sign-up that is not proven)` : name;
}

/** What is claimed, as its holder shows it. */
function shownOf(holder: UserRecord, { kind, value }: Claim): string {
  return kind === "number" ? value : (holder[kind] ?? value);
}

/** Lays people into a store, many a call. */
export class StoreTarget implements Target {
  constructor(
    readonly store: Store,
    readonly startedAt: number,
    readonly existing: Existing,
    readonly book: ReportBook,
  ) {}

  async place(people: readonly Person[]): Promise<readonly Placed[]> {
    const answers = new Map<Person["id"], Placed>();
    for (const person of people) if (!hasName(person.claims)) answers.set(person.id, nameless(person));
    let open: readonly Person[] = people.filter((person) => hasName(person.claims));
    // Before they are written, so that nobody who is given a number meanwhile is given one of theirs.
    const highest = open.reduce((most, { claims }) => Math.max(most, numberIn(claims) ?? 0), 0);
    if (highest > 0) await this.store.raiseSequence(USER_NUMBERS, highest);
    while (open.length > 0) {
      const [now, later] = independent(open);
      const writes = await this.store.writeRecords(
        "users",
        now.map(({ record }) => record),
      );
      const again: Person[] = [];
      for (const [index, person] of now.entries()) {
        const write = writes[index];
        if (write === undefined) throw new Error("The store left a record without an answer.");
        if (write.status === "written") answers.set(person.id, { status: "written", person });
        else if (write.status === "there" || write.key === originKey(person.user.origin))
          answers.set(person.id, this.#there(person));
        // Some stores name whichever key they met first.
        else if ((await this.store.findUser([originKey(person.user.origin)], { pending: true })) !== null)
          answers.set(person.id, this.#there(person));
        else {
          const next = await this.#dropped(person, write.key);
          if (!hasName(next.claims)) answers.set(person.id, nameless(next));
          else again.push(next);
        }
      }
      open = inOrderOf(people, [...again, ...later]);
    }
    return people.map((person) => {
      const answer = answers.get(person.id);
      if (answer === undefined) throw new Error("A person was left without an answer.");
      return answer;
    });
  }

  async close(): Promise<void> {}

  #there(person: Person): Placed {
    if (this.existing === "fail")
      throw new WatchwordError(
        "conflict",
        `${person.user.where}: ${whoIs(person.user)} was imported before. Nothing after this row was imported; use --existing skip or update.`,
      );
    return { status: "there", person };
  }

  async #dropped(person: Person, key: string): Promise<Person> {
    const claim = person.claims.find((one) => one.key === key);
    if (claim === undefined)
      throw new WatchwordError(
        "internal",
        `The store says that ${key} is taken, which ${person.user.where} does not want.`,
      );
    const found = await this.store.findUser([key], { pending: true });
    const holder: Holder =
      found === null
        ? { who: "somebody who is gone by now", value: claim.value, before: true }
        : {
            who: nameOf(found),
            value: shownOf(found, claim),
            before: madeAt(found.id) < this.startedAt,
          };
    return without(person, claim, holder, this.existing, this.book);
  }
}

/** In the order of the input, so that the outcome is that of one after the other. */
function inOrderOf(people: readonly Person[], some: readonly Person[]): readonly Person[] {
  if (some.length < 2) return some;
  const order = new Map(people.map((person, index) => [person.id, index]));
  return [...some].sort((one, other) => (order.get(one.id) ?? 0) - (order.get(other.id) ?? 0));
}

/** Those who share no key with somebody before them, who may be written at once; and the others. */
function independent(people: readonly Person[]): readonly [now: Person[], later: Person[]] {
  const keys = new Set<string>();
  const now: Person[] = [];
  const later: Person[] = [];
  for (const person of people) {
    const own = person.record.keys;
    (own.some(({ key }) => keys.has(key)) ? later : now).push(person);
    for (const { key } of own) keys.add(key);
  }
  return [now, later];
}

/** Finds out what {@link StoreTarget} would answer, and writes nothing. */
export class TrialTarget implements Target {
  private constructor(
    readonly store: Store,
    readonly ledger: Ledger,
    readonly existing: Existing,
    readonly book: ReportBook,
    /** Nobody is there to clash with. */
    readonly isEmpty: boolean,
  ) {}

  static async open(store: Store, existing: Existing, book: ReportBook): Promise<TrialTarget> {
    const anybody = await store.readRecords("users", null, 1);
    return new TrialTarget(store, await Ledger.open(), existing, book, anybody.length === 0);
  }

  async place(people: readonly Person[]): Promise<readonly Placed[]> {
    const placed: Placed[] = [];
    for (const person of people) placed.push(await this.#placeOne(person));
    return placed;
  }

  close(): Promise<void> {
    return this.ledger.close();
  }

  async #placeOne(person: Person): Promise<Placed> {
    const origin = originKey(person.user.origin);
    const known = await this.#holder(origin, null);
    if (known !== null) {
      if (this.existing === "fail" && known.before)
        throw new WatchwordError(
          "conflict",
          `${person.user.where}: ${whoIs(person.user)} was imported before.`,
        );
      return { status: "there", person };
    }
    let left = person;
    for (const claim of person.claims) {
      const holder = await this.#holder(claim.key, claim);
      if (holder !== null) left = without(left, claim, holder, this.existing, this.book);
      if (!hasName(left.claims)) return nameless(left);
    }
    if (!hasName(left.claims)) return nameless(left);
    const who = whoIs(person.user);
    this.ledger.claim(origin, { who, value: "" });
    for (const claim of left.claims) this.ledger.claim(claim.key, { who, value: claim.value });
    return { status: "written", person: left };
  }

  async #holder(key: string, claim: Claim | null): Promise<Holder | null> {
    const noted = this.ledger.holder(key);
    if (noted !== null) return { ...noted, before: false };
    const found = this.isEmpty ? null : await this.store.findUser([key], { pending: true });
    if (found === null) return null;
    const value = claim === null ? "" : shownOf(found, claim);
    return { who: nameOf(found), value, before: true };
  }
}
