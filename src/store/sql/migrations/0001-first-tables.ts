import type { Migration } from "./migration.js";

/**
 * Every table bears the prefix `watchword_`, because the database may be one that an application already fills.
 * `data` stands last in its table, so that reading the columns before it never touches the pages it spills over to.
 * Sessions hold their times in no index: they are moved by every use, and an index would cost a write of its own.
 */
export const firstTables: Migration = {
  name: "0001-first-tables",
  statements: ({ text, whole, clustered, plain }) => [
    `CREATE TABLE watchword_settings (
      id ${whole} NOT NULL PRIMARY KEY CHECK (id = 1),
      version ${whole} NOT NULL,
      value ${text} NOT NULL
    ) ${plain}`,

    `CREATE TABLE watchword_users (
      id ${text} NOT NULL PRIMARY KEY,
      version ${whole} NOT NULL,
      session_epoch ${whole} NOT NULL,
      state ${text} NOT NULL CHECK (state IN ('active', 'pending')),
      username ${text},
      email ${text},
      email_verified_at ${whole},
      locale ${text},
      active ${whole} NOT NULL,
      admin ${whole} NOT NULL,
      superuser ${whole} NOT NULL,
      roles ${text} NOT NULL,
      blocked_since ${whole},
      blocked_until ${whole},
      blocked_reason ${text},
      created_at ${whole} NOT NULL,
      updated_at ${whole} NOT NULL,
      last_sign_in_at ${whole},
      data ${text} NOT NULL
    ) ${clustered}`,
    // In an expression index a missing username sorts as "", before all others, in every database alike.
    "CREATE INDEX watchword_users_by_username ON watchword_users (lower(coalesce(username, '')), id)",
    "CREATE INDEX watchword_users_pending ON watchword_users (created_at) WHERE state = 'pending'",

    `CREATE TABLE watchword_identifiers (
      key ${text} NOT NULL PRIMARY KEY,
      user_id ${text} NOT NULL,
      kind ${text} NOT NULL,
      value ${text} NOT NULL
    ) ${clustered}`,
    "CREATE INDEX watchword_identifiers_by_user ON watchword_identifiers (user_id)",

    // Passkeys, TOTP and recovery codes will lie here too, each with its type and a name.
    `CREATE TABLE watchword_credentials (
      user_id ${text} NOT NULL,
      type ${text} NOT NULL,
      name ${text} NOT NULL,
      scheme ${text} NOT NULL,
      hash ${text} NOT NULL,
      normalization ${text} NOT NULL,
      pepper_id ${text},
      flags ${text} NOT NULL,
      changed_at ${whole} NOT NULL,
      PRIMARY KEY (user_id, type, name)
    ) ${clustered}`,

    `CREATE TABLE watchword_sessions (
      token_hash ${text} NOT NULL PRIMARY KEY,
      id ${text} NOT NULL,
      user_id ${text} NOT NULL,
      epoch ${whole} NOT NULL,
      created_at ${whole} NOT NULL,
      last_seen_at ${whole} NOT NULL,
      expires_at ${whole} NOT NULL,
      absolute_end ${whole},
      authenticated_at ${whole} NOT NULL,
      methods ${text} NOT NULL,
      ip ${text},
      user_agent ${text},
      data ${text} NOT NULL
    ) ${clustered}`,
    "CREATE UNIQUE INDEX watchword_sessions_by_id ON watchword_sessions (id)",
    "CREATE INDEX watchword_sessions_by_user ON watchword_sessions (user_id, id)",

    `CREATE TABLE watchword_codes (
      id ${text} NOT NULL PRIMARY KEY,
      user_id ${text} NOT NULL,
      slot ${text} NOT NULL,
      purposes ${text} NOT NULL,
      address ${text},
      ticket_hash ${text},
      short_hash ${text},
      link_hash ${text},
      short_expires_at ${whole},
      link_expires_at ${whole},
      tries_left ${whole} NOT NULL,
      created_at ${whole} NOT NULL,
      ends_at ${whole} NOT NULL,
      payload ${text} NOT NULL,
      used_at ${whole},
      used_by ${text}
    ) ${clustered}`,
    "CREATE UNIQUE INDEX watchword_codes_by_slot ON watchword_codes (user_id, slot)",
    "CREATE UNIQUE INDEX watchword_codes_by_ticket ON watchword_codes (ticket_hash)",
    "CREATE INDEX watchword_codes_by_end ON watchword_codes (ends_at)",

    `CREATE TABLE watchword_limits (
      key ${text} NOT NULL PRIMARY KEY,
      count ${whole} NOT NULL,
      started_at ${whole} NOT NULL,
      last_at ${whole} NOT NULL,
      locked_until ${whole},
      ends_at ${whole}
    ) ${clustered}`,
    "CREATE INDEX watchword_limits_by_end ON watchword_limits (ends_at)",

    `CREATE TABLE watchword_audit (
      id ${text} NOT NULL PRIMARY KEY,
      at ${whole} NOT NULL,
      action ${text} NOT NULL,
      user_id ${text},
      actor ${text} NOT NULL,
      ip ${text},
      user_agent ${text},
      request_id ${text},
      details ${text} NOT NULL
    ) ${clustered}`,
    "CREATE INDEX watchword_audit_by_user ON watchword_audit (user_id, id)",

    `CREATE TABLE watchword_mails (
      id ${text} NOT NULL PRIMARY KEY,
      created_at ${whole} NOT NULL,
      template ${text} NOT NULL,
      recipient ${text} NOT NULL,
      user_id ${text},
      locale ${text},
      code_id ${text},
      payload ${text} NOT NULL,
      state ${text} NOT NULL CHECK (state IN ('queued', 'failed')),
      due_at ${whole} NOT NULL,
      owner ${text},
      tries ${whole} NOT NULL,
      last_error ${text}
    ) ${clustered}`,
    "CREATE INDEX watchword_mails_by_due ON watchword_mails (state, due_at)",

    `CREATE TABLE watchword_turns (
      name ${text} NOT NULL PRIMARY KEY,
      owner ${text} NOT NULL,
      ends_at ${whole} NOT NULL
    ) ${clustered}`,
  ],
};
