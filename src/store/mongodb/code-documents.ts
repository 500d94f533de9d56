import type { CodeRecord } from "../contract.js";
import { type CodeDocument, nothingToMove } from "./documents.js";
import { purgeDate, text } from "./values.js";

export const CODE_FIELDS = { outbox: 0, outboxSince: 0, purgeAt: 0 } as const;

/** Ids of users hold no slash, so no two slots have one name. */
export function slotOf({ userId, slot }: { readonly userId: string; readonly slot: string }): string {
  return `${text(userId)}/${text(slot)}`;
}

export function readCode(document: CodeDocument): CodeRecord {
  return {
    id: document.id,
    userId: document.userId,
    slot: document.slot,
    purposes: document.purposes,
    address: document.address,
    ticketHash: document.ticketHash,
    shortHash: document.shortHash,
    linkHash: document.linkHash,
    shortExpiresAt: document.shortExpiresAt,
    linkExpiresAt: document.linkExpiresAt,
    triesLeft: document.triesLeft,
    createdAt: document.createdAt,
    endsAt: document.endsAt,
    payload: document.payload,
    usedAt: document.usedAt,
  };
}

export function codeDocument(code: CodeRecord): CodeDocument {
  return {
    _id: slotOf(code),
    id: code.id,
    userId: code.userId,
    slot: code.slot,
    purposes: code.purposes,
    address: code.address,
    ticketHash: code.ticketHash,
    shortHash: code.shortHash,
    linkHash: code.linkHash,
    shortExpiresAt: code.shortExpiresAt,
    linkExpiresAt: code.linkExpiresAt,
    triesLeft: code.triesLeft,
    createdAt: code.createdAt,
    endsAt: code.endsAt,
    payload: code.payload,
    usedAt: code.usedAt,
    usedBy: null,
    purgeAt: purgeDate(code.endsAt, code.createdAt),
    ...nothingToMove(),
  };
}
