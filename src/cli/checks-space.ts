import { dirname } from "node:path";
import { MINUTE, SECOND } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import type { UserSpace } from "../space/contract.js";
import { checkDisk, checkFileMode, type Finding } from "./checks-machine.js";
import { isUnencrypted } from "./ports.js";

/** What `watchword doctor` looks at in an open space. */
export async function checkSpace(space: UserSpace): Promise<readonly Finding[]> {
  const inProduction = process.env.NODE_ENV === "production";
  return [
    await checkDatabase(space),
    await checkSchema(space),
    await checkWritable(space),
    await checkAtomicity(space),
    ...(space.database.kind === "sqlite" ? await checkFiles(space) : []),
    await checkStoredTimes(space),
    checkBaseUrl(space.baseUrl, inProduction),
    await checkMail(space, inProduction),
    await checkSuperuser(space),
  ];
}

async function checkDatabase(space: UserSpace): Promise<Finding> {
  const took = await space.database.ping();
  return { check: "database", status: "ok", message: `${space.database.location} answers in ${took} ms` };
}

async function checkSchema(space: UserSpace): Promise<Finding> {
  const { version, latest } = await space.database.schema();
  return version === latest
    ? { check: "schema", status: "ok", message: `version ${version}, the newest` }
    : {
        check: "schema",
        status: "fail",
        message: `version ${version}, and this program knows ${latest}; run: watchword migrate`,
      };
}

/** Counts one hit under a name that nothing else uses, and forgets it. */
async function checkWritable(space: UserSpace): Promise<Finding> {
  const key = `doctor:${process.pid}`;
  try {
    await space.limits.checkAndHit(key, { max: 1_000_000, window: MINUTE });
    await space.limits.reset(key);
    return { check: "writable", status: "ok", message: "a row was written and removed" };
  } catch (error) {
    if (!(error instanceof WatchwordError)) throw error;
    return { check: "writable", status: "fail", message: `${error.message} (${error.code})` };
  }
}

/** Two winners of one race would mean names that two people hold, and codes that open twice. */
async function checkAtomicity(space: UserSpace): Promise<Finding> {
  try {
    await space.database.proveAtomicity();
    return { check: "atomicity", status: "ok", message: "of many callers at once, one wins" };
  } catch (error) {
    if (!(error instanceof WatchwordError)) throw error;
    return { check: "atomicity", status: "fail", message: `${error.message} (${error.code})` };
  }
}

async function checkFiles(space: UserSpace): Promise<readonly Finding[]> {
  const file = space.database.location;
  const findings = [
    await checkFileMode("file-mode", file),
    await checkFileMode("secret-mode", `${file}.secret`),
    await checkDisk(dirname(file)),
  ];
  return findings.filter((finding) => finding !== null);
}

/** The newest row of the audit must not lie in the future: the clock would have been set back since. */
async function checkStoredTimes(space: UserSpace): Promise<Finding> {
  const [newest] = (await space.audit.list({ size: 1 })).items;
  const ahead = (newest?.at.getTime() ?? 0) - Date.now();
  return ahead <= MINUTE
    ? { check: "stored-times", status: "ok", message: "nothing is dated in the future" }
    : {
        check: "stored-times",
        status: "warn",
        message: `The newest audit row is ${Math.round(ahead / SECOND)} s ahead of this machine's clock; set the clock.`,
      };
}

/** Browsers send the session cookie over https only, except to this machine itself. */
function checkBaseUrl(baseUrl: string, inProduction: boolean): Finding {
  if (isUnencrypted(baseUrl))
    return {
      check: "base-url",
      status: inProduction ? "fail" : "warn",
      message: `${baseUrl} is not https: passwords would travel unencrypted; put TLS in front and set WATCHWORD_BASE_URL (or --base-url of \`serve\`) to the https address.`,
    };
  if (!inProduction || new URL(baseUrl).protocol === "https:")
    return { check: "base-url", status: "ok", message: baseUrl };
  return {
    check: "base-url",
    status: "fail",
    message: `${baseUrl} is this machine alone; set WATCHWORD_BASE_URL to the https address under which people reach the server.`,
  };
}

async function checkMail(space: UserSpace, inProduction: boolean): Promise<Finding> {
  const { mailsQueued, mailsFailed } = await space.database.statistics();
  if (space.mail.transport === "outbox" && inProduction)
    return {
      check: "mail",
      status: "warn",
      message: "No mail server is set up, so nobody gets a mail; set WATCHWORD_SMTP_URL.",
    };
  if (mailsFailed > 0)
    return {
      check: "mail",
      status: "warn",
      message: `${mailsFailed} mails were refused for good; see: watchword mail list --state failed`,
    };
  const how =
    space.mail.transport === "outbox" ? "mails go to the outbox (no mail server is set up)" : "set up";
  return { check: "mail", status: "ok", message: `${how}; ${mailsQueued} waiting` };
}

async function checkSuperuser(space: UserSpace): Promise<Finding> {
  return (await space.setUp.needed())
    ? {
        check: "superuser",
        status: "warn",
        message:
          "There is no superuser yet; make one with: watchword set-up, or watchword user create --superuser",
      }
    : { check: "superuser", status: "ok", message: "there is one" };
}
