import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { newId } from "../base/ids.js";
import { type IdentifierMode, keysOfTyped, originKey } from "../base/keys.js";
import { toTagged, type Value } from "../base/values.js";
import type { ImportEventCode, Json } from "../space/contract.js";
import type { BlockRecord, FactorRecord, SessionRecord, Store } from "../store/contract.js";
import { namesOf } from "./names.js";
import { IMPORTED, type PasswordIntake, type TakenPassword } from "./passwords.js";
import { DATA_LIMIT, type Person, personOf, sessionOf, whoIs } from "./person.js";
import { type Existing, madeAt, type Placed, type Target } from "./placing.js";
import type { RefusedFile } from "./refused.js";
import type { ImportEvent, ReportBook } from "./report.js";
import type { ImportedBlock, ImportedUser, SourceItem } from "./source.js";
import { updateUser } from "./update-user.js";

/** What an import needs of the space that it goes into. */
export interface ImportDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly spaceId: string;
  readonly mode: IdentifierMode;
  readonly sessionPolicy: { readonly idle: number; readonly absolute: number | null };
  readonly passwords: PasswordIntake;
  /** Encrypts a second factor under the space's secret, bound to whom and what it is `about`. */
  readonly seal: (text: string, about: string) => string;
}

/** The longest token that a session check takes. */
const LONGEST_TOKEN = 512;
/** Clear texts that are hashed at once. */
const HASHES = 4;

const NO_EVENTS: readonly ImportEvent[] = [];

interface PreparedPerson {
  readonly person: Person;
  readonly schemes: TakenPassword["schemes"];
  readonly events: readonly ImportEvent[];
}

/** A batch that is ready to be written. */
export interface Prepared {
  readonly people: readonly PreparedPerson[];
  readonly others: readonly Exclude<SourceItem, ImportedUser>[];
}

/**
 * More than any batch holds: so many an interrupted run may have laid in behind its last mark, however many the first
 * batch of this one has.
 */
const MOST_UNMARKED = 2000;

/** What becomes of one batch after the other. */
export class ImportRun {
  /** When the import began that this run takes up, for as long as what was laid in without a mark may come; else null. */
  takenUpSince: number | null = null;
  /** Items met since the run was taken up. */
  #met = 0;

  constructor(
    readonly deps: ImportDeps,
    readonly existing: Existing,
    readonly isTrial: boolean,
    readonly book: ReportBook,
    readonly refused: RefusedFile,
    readonly target: Target,
  ) {}

  /** Tells nothing yet: what comes behind the last mark of the journal must not be counted. */
  async prepare(items: readonly SourceItem[]): Promise<Prepared> {
    const users = items.filter((item) => item.kind === "user");
    return {
      others: items.filter((item) => item.kind !== "user"),
      people: await inTurns(users, HASHES, (user) => this.#prepareOne(user)),
    };
  }

  async settle({ people, others }: Prepared): Promise<void> {
    const { book } = this;
    const blocks: ImportedBlock[] = [];
    for (const item of others)
      if (item.kind === "block") blocks.push(item);
      else if (item.kind === "note")
        book.tell({ code: item.code, where: item.where, who: "", message: item.message });
      else {
        book.counts.people++;
        this.#refuse(item.where, "", item.why, item.row);
      }
    for (const { schemes, events } of people) {
      book.counts.people++;
      for (const { scheme, strength } of schemes) book.scheme(scheme, strength);
      for (const event of events) book.tell(event);
    }
    const placed = await this.target.place(people.map(({ person }) => person));
    await this.#finish(placed);
    await this.#block(blocks);
    this.#met += people.length + others.length;
    if (this.#met >= MOST_UNMARKED) this.takenUpSince = null;
  }

  async #prepareOne(user: ImportedUser): Promise<PreparedPerson> {
    const { deps } = this;
    const now = deps.clock.now();
    const { claims, misfits } = namesOf(user, deps.mode);
    const taken = await deps.passwords.take(user.passwords, now, this.isTrial);
    const events = this.#events(user, misfits, taken.unusable);
    const kept: (readonly [string, Value])[] = misfits.map(({ kind, value }) => [kind, value]);
    const password =
      taken.record === null ? null : { ...taken.record, flags: [...taken.record.flags, IMPORTED] };
    const id = newId(now);
    const person = personOf({ user, id, claims, kept, password, factors: this.#factors(user, id, now), now });
    return { person, schemes: taken.schemes, events };
  }

  #events(
    user: ImportedUser,
    misfits: ReturnType<typeof namesOf>["misfits"],
    unusable: readonly string[],
  ): readonly ImportEvent[] {
    if (user.notes.length + misfits.length + unusable.length === 0) return NO_EVENTS;
    return [
      ...user.notes,
      ...misfits.map(({ kind, why }) => ({
        code: "no-name" as const,
        message: `${why} The ${kind} is kept in the data.`,
      })),
      ...unusable.map((message) => ({ code: "password-unknown" as const, message })),
    ].map((note) => ({ ...note, where: user.where, who: whoIs(user) }));
  }

  #factors(user: ImportedUser, id: string, now: number): readonly FactorRecord[] {
    return user.factors.map(({ type, name, value, confirmed }) => {
      const facts = value.kind === "other" ? { kind: value.kind, facts: toTagged(value.facts) } : value;
      const text = JSON.stringify({ ...facts, confirmed });
      return { type, name, sealed: this.deps.seal(text, `${id}/${type}/${name}`), changedAt: now };
    });
  }

  async #finish(placed: readonly Placed[]): Promise<void> {
    const { book, deps } = this;
    const sessions: SessionRecord[] = [];
    for (const one of placed) {
      const { user } = one.person;
      if (one.status === "refused") this.#refuse(user.where, whoIs(user), one.why, asRow(user));
      else if (one.status === "there") await this.#thereAlready(one.person);
      else {
        book.counts.written++;
        if (user.factors.length > 0) book.counts.factors++;
        if (Buffer.byteLength(one.person.record.user.data) > DATA_LIMIT)
          this.#tell(
            user,
            "data-large",
            `has more than ${DATA_LIMIT / 1024} KiB of data; it came over whole, and has to shrink before the application can write it.`,
          );
        sessions.push(...this.#sessions(one.person));
      }
    }
    book.counts.sessions += sessions.length;
    if (!this.isTrial && sessions.length > 0) await deps.store.writeRecords("sessions", sessions);
  }

  #sessions({ user, id }: Person): readonly SessionRecord[] {
    const { clock, sessionPolicy } = this.deps;
    const now = clock.now();
    if (user.sessions.length > 0 && (!user.active || user.blocked !== null)) {
      this.#tell(user, "sessions-left", "is switched off or blocked; the live sessions did not come along.");
      return [];
    }
    const usable = user.sessions.filter(({ token }) => token !== "" && token.length <= LONGEST_TOKEN);
    if (usable.length < user.sessions.length)
      this.#tell(
        user,
        "sessions-left",
        `has a session whose token is longer than ${LONGEST_TOKEN} characters.`,
      );
    return usable.map((session) => sessionOf(session, id, newId(now), sessionPolicy, now));
  }

  async #thereAlready(person: Person): Promise<void> {
    const { book, deps } = this;
    if (this.existing === "update") {
      const outcome = this.isTrial ? "updated" : await updateUser(deps.store, person, deps.clock.now());
      if (outcome === "updated") {
        book.counts.updated++;
        this.#tell(person.user, "updated", "was imported before, and is brought up to date.");
        return;
      }
    }
    if (this.takenUpSince !== null) await this.#completeSessions(person, this.takenUpSince);
    book.counts.there++;
    this.#tell(person.user, "there", "was imported before.");
  }

  /**
   * Only where a run was interrupted, and of people of that import: at any other time this would bring back what somebody
   * signed out of.
   */
  async #completeSessions(person: Person, since: number): Promise<void> {
    const { store } = this.deps;
    const found = await store.findUser([originKey(person.user.origin)]);
    if (found === null || found.version > 1 || found.sessionEpoch > 1 || madeAt(found.id) < since) return;
    const sessions = this.#sessions({ ...person, id: found.id });
    if (sessions.length === 0) return;
    const writes = await store.writeRecords("sessions", sessions);
    this.book.counts.sessions += writes.filter((write) => write.status === "written").length;
  }

  async #block(blocks: readonly ImportedBlock[]): Promise<void> {
    const { book, deps } = this;
    const records: BlockRecord[] = [];
    for (const { name, state, where } of blocks) {
      const keys = keysOfTyped(name, deps.mode);
      if (keys.length === 0)
        book.tell({
          code: "orphan",
          where,
          who: name,
          message: "is blocked, and is nobody's name here; left out.",
        });
      records.push(...keys.map((key) => ({ key, value: name, ...state })));
    }
    book.counts.blocks += records.length;
    if (!this.isTrial && records.length > 0) await deps.store.writeRecords("blocks", records);
  }

  #tell(user: ImportedUser, code: ImportEventCode, message: string): void {
    this.book.tell({ code, where: user.where, who: whoIs(user), message });
  }

  #refuse(where: string, who: string, why: string, row: Value): void {
    this.book.counts.refused++;
    this.book.tell({ code: "refused", where, who, message: why });
    this.refused.add({ where, why, row: taggedRow(row) });
  }
}

/** What is known of somebody who found no place, for the file of refused rows. */
function asRow(user: ImportedUser): Value {
  return new Map<string, Value>([
    ["origin", `${user.origin.system}:${user.origin.id}`],
    ["number", user.number],
    ["username", user.username],
    ["email", user.email],
    ["emailVerified", user.emailVerified],
    [
      "passwords",
      user.passwords.map(
        (password) => new Map(Object.entries(password).map(([key, one]) => [key, plain(one)])),
      ),
    ],
    ["active", user.active],
    ["admin", user.admin],
    ["superuser", user.superuser],
    ["roles", user.roles],
    ["data", user.data],
    ["createdAt", user.createdAt],
    ["lastSignInAt", user.lastSignInAt],
  ]);
}

/** A row that is nested too deeply to be written says so. */
function taggedRow(row: Value): Json {
  try {
    return toTagged(row);
  } catch (error) {
    if (!(error instanceof WatchwordError)) throw error;
    return { $unsupported: error.message };
  }
}

function plain(value: string | number | null | object): Value {
  if (typeof value !== "object" || value === null) return value;
  return new Map(Object.entries(value).map(([key, one]) => [key, one]));
}

/** Maps in the given order, `most` at once. */
async function inTurns<T, R>(list: readonly T[], most: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(list.length);
  const items = list.entries();
  const worker = async () => {
    for (const [at, item] of items) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: most }, worker));
  return results;
}
