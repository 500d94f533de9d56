import type { LimitRecord } from "../contract.js";
import type { LimitDocument } from "./documents.js";
import { newMark } from "./outbox.js";
import { purgeDate } from "./values.js";

export const LIMIT_FIELDS = { purgeAt: 0 } as const;

export function readLimit(document: LimitDocument): LimitRecord {
  return {
    key: document._id,
    count: document.count,
    startedAt: document.startedAt,
    lastAt: document.lastAt,
    lockedUntil: document.lockedUntil,
    endsAt: document.endsAt,
  };
}

export function limitDocument(record: LimitRecord, now: number): LimitDocument {
  return {
    _id: record.key,
    count: record.count,
    startedAt: record.startedAt,
    lastAt: record.lastAt,
    lockedUntil: record.lockedUntil,
    endsAt: record.endsAt,
    stamp: newMark(),
    purgeAt: purgeDate(record.endsAt, now),
  };
}
