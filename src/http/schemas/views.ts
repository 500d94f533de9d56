import { z } from "zod";
import { id, jsonObject, ticket, time } from "./texts.js";

export const userView = z
  .strictObject({
    id,
    number: z
      .int()
      .nullable()
      .meta({ description: "Given out by the space to users that a program knows by whole numbers." }),
    username: z.string().nullable(),
    email: z.string().nullable(),
    emailVerifiedAt: time.nullable(),
    locale: z.string().nullable(),
    active: z.boolean(),
    admin: z.boolean(),
    superuser: z.boolean(),
    roles: z.array(z.string()),
    blocked: z
      .strictObject({ since: time, until: time.nullable(), reason: z.string().nullable() })
      .nullable(),
    secondFactor: z
      .enum(["mail"])
      .nullable()
      .meta({ description: "What a sign-in asks for besides the password: `mail` is a mailed code." }),
    createdAt: time,
    updatedAt: time,
    lastSignInAt: time.nullable(),
  })
  .meta({ id: "User", description: "An account, without what the application keeps on it." });

/** What every request for a code answers. */
export const sentView = z.strictObject({ status: z.literal("sent"), ticket });

export const blockView = z
  .strictObject({
    identifier: z.string(),
    since: time,
    until: time.nullable(),
    reason: z.string().nullable(),
  })
  .meta({
    id: "Block",
    description: "A block on a username or an address, whether or not an account has it.",
  });

const sessionFields = {
  id,
  userId: id,
  createdAt: time,
  lastSeenAt: time,
  expiresAt: time,
  absoluteEnd: time.nullable(),
  authenticatedAt: time,
  methods: z.array(z.string()),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
};

export const sessionView = z
  .strictObject(sessionFields)
  .meta({ id: "Session", description: "A signed-in device. Its id signs nobody in." });

export const ownSessionView = z
  .strictObject({ ...sessionFields, current: z.boolean() })
  .meta({ id: "OwnSession", description: "A session of one's own; `current` marks the one that asks." });

export const auditView = z
  .strictObject({
    id: z.string(),
    at: time,
    action: z.string(),
    userId: z.string().nullable(),
    actor: z.string(),
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
    requestId: z.string().nullable(),
    details: jsonObject,
  })
  .meta({ id: "AuditEntry" });

export const mailView = z
  .strictObject({
    id: z.string(),
    template: z.string(),
    to: z.string(),
    createdAt: time,
    dueAt: time,
    tries: z.int(),
    state: z.enum(["queued", "failed"]),
    lastError: z.string().nullable(),
  })
  .meta({ id: "QueuedMail" });

export const statisticsView = z
  .strictObject({
    users: z.int(),
    sessions: z.int(),
    codes: z.int(),
    limits: z.int(),
    blocks: z.int(),
    mailsQueued: z.int(),
    mailsFailed: z.int(),
    audit: z.int(),
    sequences: z.int(),
    dataBytes: z.int(),
    indexBytes: z.int(),
    storageBytes: z.int(),
    raw: jsonObject,
  })
  .meta({ id: "Statistics", description: "How much the database holds; `raw` is its own report." });

/** One page of a list. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.strictObject({
    items: z.array(item),
    next: z
      .string()
      .nullable()
      .meta({ description: "Give it as `after` for the next page; null: this was the last." }),
  });
}

export const problemView = z
  .looseObject({
    type: z.string().meta({ example: "urn:watchword:error:invalid-input" }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    requestId: z.string(),
  })
  .meta({
    id: "Problem",
    description: "Problem details (RFC 9457), with further facts that depend on the code.",
  });
