import type {
  BlockState,
  FactorRecord,
  KeyRecord,
  MailEvent,
  PasswordRecord,
  RecordKind,
  StoreEvent,
  UserRecord,
} from "../contract.js";

/**
 * A document that carries what its changes cause elsewhere. Every field is always there, null where it has nothing to say.
 */
export interface Outboxed {
  readonly _id: string;
  /** Null: alive. Else the mark of its removal: dead for everybody, and there only until what it carries has been moved on. */
  readonly gone: string | null;
  readonly outbox: StoreEvent[];
  /** When the oldest of these was laid in, or the document died: what the sweep finds it by. */
  readonly outboxSince: number | null;
}

/** For a document that carries nothing. */
export function nothingToMove(): Pick<Outboxed, "gone" | "outbox" | "outboxSince"> {
  return { gone: null, outbox: [], outboxSince: null };
}

export interface UserDocument extends Outboxed {
  readonly version: number;
  readonly sessionEpoch: number;
  readonly state: UserRecord["state"];
  /** Users of earlier programs have no such field. */
  readonly number?: number | null;
  readonly username: string | null;
  readonly email: string | null;
  readonly emailVerifiedAt: number | null;
  readonly locale: string | null;
  readonly active: boolean;
  readonly admin: boolean;
  readonly superuser: boolean;
  readonly roles: readonly string[];
  readonly blocked: BlockState | null;
  readonly secondFactor: UserRecord["secondFactor"];
  readonly data: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastSignInAt: number | null;
  /** Under one unique index with those of all others, so that a name is claimed by the write itself. Never empty. */
  readonly keys: readonly string[];
  /** The same keys, with what they are. */
  readonly names: readonly KeyRecord[];
  readonly password: PasswordRecord | null;
  /** Not looked at by any sign-in yet. Users of earlier programs have no such field. */
  readonly factors?: readonly FactorRecord[];
  /** Lower-cased for sorting and searching; "" where there is none. */
  readonly sortName: string;
  readonly sortEmail: string;
}

export interface SessionDocument extends Outboxed {
  readonly id: string;
  readonly userId: string;
  readonly epoch: number;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  readonly absoluteEnd: number | null;
  readonly authenticatedAt: number;
  readonly methods: readonly string[];
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly data: string;
  readonly purgeAt: Date | null;
}

/** `_id` is the slot, so that a newer code takes the place of the older one in a single write, on sharded collections too. */
export interface CodeDocument extends Outboxed {
  readonly id: string;
  readonly userId: string;
  readonly slot: string;
  readonly purposes: readonly string[];
  readonly address: string | null;
  readonly ticketHash: string | null;
  readonly shortHash: string | null;
  readonly linkHash: string | null;
  readonly shortExpiresAt: number | null;
  readonly linkExpiresAt: number | null;
  readonly triesLeft: number;
  readonly createdAt: number;
  readonly endsAt: number;
  readonly payload: string;
  readonly usedAt: number | null;
  readonly usedBy: string | null;
  readonly purgeAt: Date | null;
}

export interface LimitDocument {
  readonly _id: string;
  readonly count: number;
  readonly startedAt: number;
  readonly lastAt: number;
  readonly lockedUntil: number | null;
  readonly endsAt: number | null;
  /** Another one with every write: what compare and set compares. A number would begin anew where a record was removed. */
  readonly stamp: string;
  readonly purgeAt: Date | null;
}

export interface BlockDocument extends Outboxed {
  readonly value: string;
  readonly since: number;
  readonly until: number | null;
  readonly reason: string | null;
}

export interface MailDocument extends Outboxed, Omit<MailEvent, "type" | "at" | "id"> {
  readonly createdAt: number;
  readonly state: "queued" | "failed";
  readonly dueAt: number;
  readonly owner: string | null;
  readonly tries: number;
  readonly lastError: string | null;
  /** When it was sent or dropped, by this process's real clock. */
  readonly goneAt: number | null;
}

export interface AuditDocument {
  readonly _id: string;
  readonly at: number;
  readonly action: string;
  readonly userId: string | null;
  readonly actor: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
  readonly details: string;
}

export interface SequenceDocument {
  readonly _id: string;
  readonly value: number;
}

export interface SettingsDocument {
  readonly _id: string;
  readonly version: number;
  /** JSON: settings are read whole, and what later versions add needs no field. */
  readonly value: string;
}

export interface TurnDocument {
  readonly _id: string;
  readonly owner: string;
  readonly endsAt: number;
}

export interface SchemaDocument {
  readonly _id: string;
  readonly version: number;
  /** Who migrates at this moment. */
  readonly owner: string | null;
  /** Raised by the owner as long as it lives. */
  readonly beat: number;
}

/** The documents of each collection, by the name behind the prefix. */
export interface Documents {
  readonly users: UserDocument;
  readonly sessions: SessionDocument;
  readonly codes: CodeDocument;
  readonly limits: LimitDocument;
  readonly blocks: BlockDocument;
  readonly mails: MailDocument;
  readonly audit: AuditDocument;
  readonly sequences: SequenceDocument;
  readonly settings: SettingsDocument;
  readonly turns: TurnDocument;
  readonly schema: SchemaDocument;
}

export type CollectionName = keyof Documents;

/** The collections that hold records; the others hold what belongs to the space itself. */
export const RECORD_COLLECTIONS: readonly RecordKind[] = [
  "users",
  "sessions",
  "codes",
  "limits",
  "blocks",
  "mails",
  "audit",
  "sequences",
];
/** `schema` last: while it stands, nobody takes a half dropped space for a new one. */
export const SPACE_COLLECTIONS = ["settings", "turns", "schema"] as const satisfies readonly CollectionName[];
/** Those whose documents carry events. */
export const OUTBOXED = [
  "users",
  "sessions",
  "codes",
  "blocks",
  "mails",
] as const satisfies readonly RecordKind[];
