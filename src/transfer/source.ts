import type { Fields } from "../base/values.js";
import type { ColumnMapping, ImportNoteCode, SourceNeed } from "../space/contract.js";
import type { BlockState } from "../store/contract.js";
import type { Tables } from "./readers/rows.js";

export type { ColumnMapping, SourceNeed } from "../space/contract.js";

/** In which forms a source's data can be handed over: a live database by its URL, or what lies in files. */
export type InputKind =
  | "postgres"
  | "mongodb"
  | "sqlite"
  | "sql"
  | "csv"
  | "ndjson"
  | "json"
  | "montydb"
  | "ldif"
  | "htpasswd"
  | "shadow";

/** What the person who imports has said. */
export interface SourceOptions {
  /** By the name of the {@link SourceNeed}. */
  readonly answers: ReadonlyMap<string, string>;
  /** The IANA name of the zone that times without one were written in. `UTC` unless told. */
  readonly timeZone: string;
  /** Whether live sessions are wanted. Guessable ones are never given. */
  readonly keepSessions: boolean;
  /** Whole milliseconds since 1970: sessions that are over by then are not given. */
  readonly now: number;
  /** The table that holds the users, where the source has no fixed name for it or the owner chose another. */
  readonly table?: string;
  /** For the sources that take any table. */
  readonly mapping?: ColumnMapping;
  /** The name of the password format, for the sources that take any table. */
  readonly scheme?: string;
}

/**
 * One way in which a person's password is stored. `hash` is as in the source; fields that belong together (a salt in a
 * column of its own) are one JSON object as text.
 */
export type ImportedPassword =
  | {
      readonly kind: "hash";
      /** As the registry of formats names it; null: nobody said, and only the registry can tell which it may be. */
      readonly scheme: string | null;
      readonly hash: string;
      /** What the check needs besides: a username, a realm, a pepper. */
      readonly context?: Readonly<Record<string, string | number>>;
    }
  /** Stored in clear: to be hashed at once. */
  | { readonly kind: "clear"; readonly text: string }
  /** Text where a hash belongs that none can be: nobody signs in with it, and it is reported. */
  | { readonly kind: "unknown"; readonly text: string; readonly why: string };

/** A second factor that comes along. `sealed` is what could not be opened: kept as it was. */
export interface ImportedFactor {
  readonly type: "totp" | "backup-codes" | "webauthn";
  /** The name that tells it from others of the same type, as people see it. */
  readonly name: string;
  readonly value:
    | {
        readonly kind: "totp";
        /** Base32, without padding (RFC 4648). */
        readonly secret: string;
        readonly digits: number;
        /** Seconds. */
        readonly period: number;
        readonly algorithm: "SHA1" | "SHA256" | "SHA512";
      }
    | { readonly kind: "codes"; readonly codes: readonly string[] }
    /** Codes that the source itself keeps as hashes. */
    | { readonly kind: "hashed-codes"; readonly scheme: string; readonly hashes: readonly string[] }
    | { readonly kind: "sealed"; readonly text: string; readonly why: string }
    | { readonly kind: "other"; readonly facts: Fields };
  /** Whether the person finished setting it up. */
  readonly confirmed: boolean;
}

export interface ImportedSession {
  /** The live token, in clear: only its hash is kept. */
  readonly token: string;
  readonly createdAt: number | null;
  /** Null: it had no end there, so the space's own policy gives it one. */
  readonly expiresAt: number | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** One person, as the other system knew them. Names are as they stand there, not yet parsed: an email may be none. */
export interface ImportedUser {
  readonly kind: "user";
  /** Where in the input it stands, for people: `line 17`, `row 3 of users`. */
  readonly where: string;
  /** The key `o:<system>:<id>` is made of it; re-running an import finds the user by it. */
  readonly origin: { readonly system: string; readonly id: string };
  /** A number from 1 to 2^53 - 1 that programs know the person by, and that they keep; null: none. */
  readonly number: number | null;
  readonly username: string | null;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly emailVerifiedAt: number | null;
  /** In the order in which they are tried; none: the person has no password. */
  readonly passwords: readonly ImportedPassword[];
  readonly active: boolean;
  readonly admin: boolean;
  readonly superuser: boolean;
  readonly roles: readonly string[];
  readonly blocked: BlockState | null;
  readonly locale: string | null;
  /** Everything that has no field of its own, under the source's own names. */
  readonly data: Fields;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly lastSignInAt: number | null;
  readonly factors: readonly ImportedFactor[];
  readonly sessions: readonly ImportedSession[];
  /** What the report tells about this person. */
  readonly notes: readonly ImportNote[];
}

/** A row that cannot become a user. It goes into the file of refused rows, with the reason. */
export interface RefusedRow {
  readonly kind: "refused";
  readonly where: string;
  readonly why: string;
  /** The row itself, as far as it could be read. */
  readonly row: Fields;
}

/** A block that lies on a name, whether or not anybody has it. */
export interface ImportedBlock {
  readonly kind: "block";
  readonly where: string;
  readonly name: string;
  readonly state: BlockState;
}

/** What is worth telling, counted by `code` in the report. */
export interface ImportNote {
  readonly code: ImportNoteCode;
  readonly message: string;
}

export interface SourceNote extends ImportNote {
  readonly kind: "note";
  readonly where: string;
}

export type SourceItem = ImportedUser | RefusedRow | ImportedBlock | SourceNote;

/** A system whose users can be brought over. */
export interface ImportSource {
  /** As in `--from django`. */
  readonly name: string;
  readonly title: string;
  readonly reads: readonly InputKind[];
  /** What to hand over: which file, which command writes it. For `watchword import --list`. */
  readonly takes: string;
  readonly needs: readonly SourceNeed[];
  /** The columns of its CSV, where that has no header row. */
  readonly csvHeader?: readonly string[];
  /**
   * Gives all people of the input, each once, in the order in which they lie there, in memory that does not grow with
   * their number.
   *
   * @throws WatchwordError `invalid-input` where the input is not of this source, or cannot be read on.
   */
  read(input: Tables, options: SourceOptions): AsyncIterable<SourceItem>;
}
