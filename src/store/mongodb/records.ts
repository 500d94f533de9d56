import type { Collection, Document, Filter } from "mongodb";
import type { MailRecord, NewUser, RecordKind, RecordsByKind, RecordWrite } from "../contract.js";
import { readAudit } from "./audit.js";
import { BLOCK_FIELDS, readBlock } from "./blocks.js";
import { CODE_FIELDS, codeDocument, readCode } from "./code-documents.js";
import type { Database } from "./database.js";
import {
  type AuditDocument,
  type BlockDocument,
  type Documents,
  type MailDocument,
  nothingToMove,
  OUTBOXED,
  type UserDocument,
} from "./documents.js";
import { isDuplicateKey } from "./errors.js";
import { auditDocument } from "./events.js";
import { LIMIT_FIELDS, limitDocument, readLimit } from "./limit-documents.js";
import { MAIL_FIELDS, readMail } from "./mails.js";
import { sweep } from "./outbox.js";
import { take } from "./pages.js";
import { Patience } from "./patience.js";
import { readSequence, SEQUENCE_FIELDS, sequenceDocument } from "./sequences.js";
import { readSession, SESSION_FIELDS, sessionDocument } from "./session-documents.js";
import { readUser, userDocument, WHOLE_USER } from "./user-documents.js";
import { text, texts } from "./values.js";

/** How a kind of record goes out and comes in. */
interface Kind<K extends RecordKind> {
  /** The field with the record's own key. */
  readonly own: "_id" | "id";
  readonly fields: Readonly<Record<string, 0>>;
  read(document: Documents[K]): RecordsByKind[K];
  write(record: RecordsByKind[K]): Documents[K];
}

const KINDS: { readonly [K in RecordKind]: Kind<K> } = {
  users: {
    own: "_id",
    fields: WHOLE_USER,
    read: readWholeUser,
    write: (record) => userDocument(record, []),
  },
  sessions: {
    own: "id",
    fields: SESSION_FIELDS,
    read: readSession,
    write: (record) => sessionDocument(record, []),
  },
  codes: { own: "id", fields: CODE_FIELDS, read: readCode, write: codeDocument },
  limits: {
    own: "_id",
    fields: LIMIT_FIELDS,
    read: readLimit,
    write: (record) => limitDocument(record, record.lastAt),
  },
  blocks: { own: "_id", fields: BLOCK_FIELDS, read: readBlock, write: blockDocument },
  mails: { own: "_id", fields: MAIL_FIELDS, read: readMail, write: mailDocument },
  audit: {
    own: "_id",
    fields: {},
    read: (document: AuditDocument) => readAudit(document),
    write: auditDocument,
  },
  sequences: { own: "_id", fields: SEQUENCE_FIELDS, read: readSequence, write: sequenceDocument },
};

export async function readRecords<K extends RecordKind>(
  database: Database,
  kind: K,
  after: string | null,
  size: number,
): Promise<readonly RecordsByKind[K][]> {
  const { own, fields, read } = KINDS[kind];
  const found = await take(
    plain(database, kind).find(
      { ...aliveOf(kind), ...(after === null ? {} : { [own]: { $gt: text(after) } }) },
      { projection: fields, sort: { [own]: 1 } },
    ),
    size,
  );
  return found.map((document) => read(document as unknown as Documents[K]));
}

/**
 * In order, so that of two with one key the first is written. What is there is looked up before, many at once; what somebody else writes
 * meanwhile is met by the insert itself, and then looked up.
 */
export async function writeRecords<K extends RecordKind>(
  database: Database,
  kind: K,
  records: readonly RecordsByKind[K][],
): Promise<readonly RecordWrite[]> {
  const collection = plain(database, kind);
  const documents = records.map((record) => KINDS[kind].write(record) as Document);
  if ((OUTBOXED as readonly RecordKind[]).includes(kind) && kind !== "mails")
    await sweep(database, kind as (typeof OUTBOXED)[number], {
      _id: { $in: texts(documents.map(({ _id }) => _id)) },
      gone: { $ne: null },
    });
  const answers: RecordWrite[] = [];
  const patience = new Patience(database);
  while (answers.length < documents.length) {
    const rest = documents.slice(answers.length);
    const there = await Occupied.look(collection, kind, rest);
    const batch: Document[] = [];
    const batchAnswers: RecordWrite[] = [];
    for (const document of rest) {
      const answer = there.answer(document);
      batchAnswers.push(answer);
      if (answer.status !== "written") continue;
      there.add(document);
      batch.push(document);
    }
    const inserted = await insertUntilTaken(collection, batch);
    if (inserted === batch.length) {
      answers.push(...batchAnswers);
      continue;
    }
    // Up to the one that met somebody else's; from there on all is looked at anew.
    let written = 0;
    for (const answer of batchAnswers) {
      if (answer.status === "written" && written++ === inserted) break;
      answers.push(answer);
    }
    await patience.wait();
  }
  return answers;
}

/** How many were inserted before one whose key was taken. */
async function insertUntilTaken(
  collection: Collection<Document>,
  batch: readonly Document[],
): Promise<number> {
  if (batch.length === 0) return 0;
  try {
    await collection.insertMany(batch, { ordered: true });
    return batch.length;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const failures = error instanceof Error && "writeErrors" in error ? error.writeErrors : null;
    const [first] = Array.isArray(failures) ? failures : [failures];
    const index: unknown = first?.index;
    if (typeof index !== "number") throw error;
    return index;
  }
}

/** What is in the way of a list of documents: what lies in the collection, and those of the list itself. */
class Occupied {
  readonly #kind: RecordKind;
  readonly #own = new Set<unknown>();
  readonly #keys = new Set<string>();

  private constructor(kind: RecordKind) {
    this.#kind = kind;
  }

  static async look(
    collection: Collection<Document>,
    kind: RecordKind,
    documents: readonly Document[],
  ): Promise<Occupied> {
    const occupied = new Occupied(kind);
    const valuesOf = (field: string) => ({ $in: documents.map((document) => document[field]) });
    const ways: Filter<Document>[] = [{ _id: valuesOf("_id") }];
    if (kind === "users") ways.push({ keys: { $in: documents.flatMap(({ keys }) => keys) } });
    if (kind === "sessions" || kind === "codes") ways.push({ id: valuesOf("id") });
    if (kind === "codes")
      ways.push({
        ticketHash: { $in: documents.map((each) => each.ticketHash).filter((hash) => hash !== null) },
      });
    for (const way of ways) {
      const projection = { _id: 1, id: 1, keys: 1, ticketHash: 1 };
      for (const document of await collection.find(way, { projection }).toArray()) occupied.add(document);
    }
    return occupied;
  }

  answer(document: Document): RecordWrite {
    if (this.#ownKeys(document).some((key) => this.#own.has(key))) return { status: "there" };
    const taken =
      this.#kind === "users" ? document.keys.find((key: string) => this.#keys.has(key)) : undefined;
    return taken === undefined ? { status: "written" } : { status: "taken", key: taken };
  }

  add(document: Document): void {
    for (const key of this.#ownKeys(document)) this.#own.add(key);
    if (this.#kind === "users") for (const key of document.keys ?? []) this.#keys.add(key);
  }

  /** Each with what it is, so that an id and a ticket never meet. */
  #ownKeys({ _id, id, ticketHash }: Document): string[] {
    const keys = [`_id ${_id}`];
    if (typeof id === "string") keys.push(`id ${id}`);
    if (typeof ticketHash === "string") keys.push(`ticket ${ticketHash}`);
    return keys;
  }
}

function plain(database: Database, kind: RecordKind): Collection<Document> {
  return database.collections[kind] as unknown as Collection<Document>;
}

function aliveOf(kind: RecordKind): Document {
  return (OUTBOXED as readonly RecordKind[]).includes(kind) ? { gone: null } : {};
}

function readWholeUser(document: UserDocument): NewUser {
  const keys = [...document.names].sort((one, other) => (one.key < other.key ? -1 : 1));
  // A document that was laid down before there were any has no such field.
  const factors = (document.factors ?? []).toSorted((one, other) =>
    `${one.type} ${one.name}` < `${other.type} ${other.name}` ? -1 : 1,
  );
  return {
    user: readUser(document),
    keys,
    password: document.password,
    ...(factors.length === 0 ? {} : { factors }),
  };
}

function blockDocument(block: RecordsByKind["blocks"]): BlockDocument {
  const { key, value, since, until, reason } = block;
  return { _id: key, value, since, until, reason, ...nothingToMove() };
}

function mailDocument(mail: MailRecord): MailDocument {
  return {
    _id: mail.id,
    createdAt: mail.createdAt,
    template: mail.template,
    to: mail.to,
    userId: mail.userId,
    locale: mail.locale,
    codeId: mail.codeId,
    payload: mail.payload,
    state: mail.state,
    dueAt: mail.dueAt,
    tries: mail.tries,
    lastError: mail.lastError,
    owner: null,
    goneAt: null,
    ...nothingToMove(),
  };
}
