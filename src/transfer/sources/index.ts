import { WatchwordError } from "../../base/errors.js";
import type { ImportSourceInfo } from "../../space/contract.js";
import type { ImportSource } from "../source.js";
import { csv, json, ndjson, sql } from "./any-table.js";
import { auth0 } from "./auth0.js";
import { betterAuth } from "./better-auth.js";
import { clerk } from "./clerk.js";
import { devise } from "./devise.js";
import { django } from "./django.js";
import { djmongoauth } from "./djmongoauth.js";
import { easyMongodbAuth } from "./easy-mongodb-auth.js";
import { fastapiUsers } from "./fastapi-users.js";
import { firebase } from "./firebase.js";
import { flaskSecurity } from "./flask-security.js";
import { htpasswd } from "./htpasswd.js";
import { keycloak } from "./keycloak.js";
import { ldif } from "./ldif.js";
import { mariadbUsers } from "./mariadb-users.js";
import { minimusUsers } from "./minimus-users.js";
import { pgusers } from "./pgusers.js";
import { piccolo } from "./piccolo.js";
import { postgresqlRoles } from "./postgresql-roles.js";
import { shadow } from "./shadow.js";
import { springSecurity } from "./spring-security.js";
import { supabase } from "./supabase.js";
import { werkzeug } from "./werkzeug.js";
import { wordpress } from "./wordpress.js";

/** Every system whose users can be brought over, in the order of `watchword import --list`. */
export const SOURCES: readonly ImportSource[] = [
  pgusers,
  easyMongodbAuth,
  djmongoauth,
  minimusUsers,
  piccolo,
  django,
  betterAuth,
  wordpress,
  keycloak,
  devise,
  flaskSecurity,
  werkzeug,
  fastapiUsers,
  springSecurity,
  ldif,
  htpasswd,
  shadow,
  postgresqlRoles,
  mariadbUsers,
  supabase,
  firebase,
  auth0,
  clerk,
  csv,
  ndjson,
  json,
  sql,
];

/** What people choose from. */
export function sourceInfos(): readonly ImportSourceInfo[] {
  return SOURCES.map(({ name, title, takes, needs }) => ({ name, title, takes, needs }));
}

/** @throws WatchwordError `invalid-input` with the names that there are. */
export function sourceNamed(name: string): ImportSource {
  const source = SOURCES.find((one) => one.name === name);
  if (source !== undefined) return source;
  throw new WatchwordError(
    "invalid-input",
    `There is no import source ${JSON.stringify(name)}. There are: ${SOURCES.map((one) => one.name).join(", ")}.`,
    { details: { field: "from" } },
  );
}
