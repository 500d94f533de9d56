/**
 * The least that answers `GET /api/session`: node:http, SHA-256, one prepared join, and the same JSON.
 *
 *   join-server.ts <port> <database file>
 */
import { createServer } from "node:http";
import { JOIN_COLUMNS, openBare, prepareJoin, sha256 } from "../bare.js";

const [, , port, file = ""] = process.argv;
const database = await openBare(file);
const join = prepareJoin(database);

const SESSION_ABSOLUTE_END = JOIN_COLUMNS.indexOf("s.absolute_end");
const SESSION_AUTHENTICATED_AT = JOIN_COLUMNS.indexOf("s.authenticated_at");
const SESSION_CREATED_AT = JOIN_COLUMNS.indexOf("s.created_at");
const SESSION_EPOCH = JOIN_COLUMNS.indexOf("s.epoch");
const SESSION_EXPIRES_AT = JOIN_COLUMNS.indexOf("s.expires_at");
const SESSION_ID = JOIN_COLUMNS.indexOf("s.id");
const SESSION_IP = JOIN_COLUMNS.indexOf("s.ip");
const SESSION_LAST_SEEN_AT = JOIN_COLUMNS.indexOf("s.last_seen_at");
const SESSION_METHODS = JOIN_COLUMNS.indexOf("s.methods");
const SESSION_USER_AGENT = JOIN_COLUMNS.indexOf("s.user_agent");
const SESSION_USER_ID = JOIN_COLUMNS.indexOf("s.user_id");
const USER_ACTIVE = JOIN_COLUMNS.indexOf("u.active");
const USER_ADMIN = JOIN_COLUMNS.indexOf("u.admin");
const USER_CREATED_AT = JOIN_COLUMNS.indexOf("u.created_at");
const USER_EMAIL = JOIN_COLUMNS.indexOf("u.email");
const USER_EMAIL_VERIFIED_AT = JOIN_COLUMNS.indexOf("u.email_verified_at");
const USER_ID = JOIN_COLUMNS.indexOf("u.id");
const USER_LAST_SIGN_IN_AT = JOIN_COLUMNS.indexOf("u.last_sign_in_at");
const USER_LOCALE = JOIN_COLUMNS.indexOf("u.locale");
const USER_ROLES = JOIN_COLUMNS.indexOf("u.roles");
const USER_SESSION_EPOCH = JOIN_COLUMNS.indexOf("u.session_epoch");
const USER_SUPERUSER = JOIN_COLUMNS.indexOf("u.superuser");
const USER_UPDATED_AT = JOIN_COLUMNS.indexOf("u.updated_at");
const USER_USERNAME = JOIN_COLUMNS.indexOf("u.username");

type JoinRow = readonly (string | number | null)[];

createServer((request, response) => {
  const token = request.headers.authorization?.slice("Bearer ".length) ?? "";
  const row = join.get(sha256(token)) as unknown as JoinRow | undefined;
  if (
    row === undefined ||
    Number(row[SESSION_EXPIRES_AT]) <= Date.now() ||
    row[SESSION_EPOCH] !== row[USER_SESSION_EPOCH]
  ) {
    response.writeHead(401, { "content-length": 0 });
    response.end();
    return;
  }
  const body = JSON.stringify({ user: userOf(row), session: sessionOf(row) });
  response.writeHead(200, {
    "content-type": "application/json",
    "cache-control": "no-store",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}).listen(Number(port), "127.0.0.1");

// Held to the end: the driver may close a database that nothing refers to, whatever its statements are at.
process.once("SIGTERM", () => {
  database.close();
  process.exit(0);
});

function userOf(row: JoinRow) {
  return {
    id: row[USER_ID],
    username: row[USER_USERNAME],
    email: row[USER_EMAIL],
    emailVerifiedAt: time(row[USER_EMAIL_VERIFIED_AT]),
    locale: row[USER_LOCALE],
    active: row[USER_ACTIVE] === 1,
    admin: row[USER_ADMIN] === 1,
    superuser: row[USER_SUPERUSER] === 1,
    roles: JSON.parse(String(row[USER_ROLES])),
    blocked: null,
    secondFactor: null,
    number: null,
    createdAt: time(row[USER_CREATED_AT]),
    updatedAt: time(row[USER_UPDATED_AT]),
    lastSignInAt: time(row[USER_LAST_SIGN_IN_AT]),
  };
}

function sessionOf(row: JoinRow) {
  return {
    id: row[SESSION_ID],
    userId: row[SESSION_USER_ID],
    createdAt: time(row[SESSION_CREATED_AT]),
    lastSeenAt: time(row[SESSION_LAST_SEEN_AT]),
    expiresAt: time(row[SESSION_EXPIRES_AT]),
    absoluteEnd: time(row[SESSION_ABSOLUTE_END]),
    authenticatedAt: time(row[SESSION_AUTHENTICATED_AT]),
    methods: JSON.parse(String(row[SESSION_METHODS])),
    ip: row[SESSION_IP],
    userAgent: row[SESSION_USER_AGENT],
  };
}

function time(value: string | number | null | undefined): Date | null {
  return typeof value === "number" ? new Date(value) : null;
}
