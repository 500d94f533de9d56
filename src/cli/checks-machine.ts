import { stat, statfs } from "node:fs/promises";
import { basename } from "node:path";
import { nodeTooOld } from "./node-version.js";
import { formatBytes } from "./values.js";

/** What one check of `watchword doctor` found. */
export interface Finding {
  /** Stable, for programs. */
  readonly check: string;
  readonly status: "ok" | "warn" | "fail";
  readonly message: string;
}

export function checkNodeVersion(version: string): Finding {
  const problem = nodeTooOld(version);
  return {
    check: "node",
    status: problem === null ? "ok" : "fail",
    message: problem ?? `Node ${version}`,
  };
}

/** When this was written: no right clock shows less. */
const WRITTEN = Date.UTC(2025, 10, 1);

/** A machine that lost its battery starts in 1970 or in the year of its making, and every session looks over or eternal. */
export function checkClock(now: number): Finding {
  const time = new Date(now).toISOString();
  return now >= WRITTEN
    ? { check: "clock", status: "ok", message: time }
    : { check: "clock", status: "fail", message: `The clock of this machine says ${time}; set it.` };
}

/** Under this many different characters a text of 32 was hardly drawn at random (a random one in hex has about 14). */
const LEAST_VARIETY = 10;

/** The secrets of WATCHWORD_SECRET; their length is checked when the space opens. None where the variable is not set. */
export function checkSecretVariable(secrets: string | undefined): readonly Finding[] {
  if (secrets === undefined) return [];
  const weak = secrets.split(",").some((secret) => new Set(secret.trim()).size < LEAST_VARIETY);
  return [
    weak
      ? {
          check: "secret",
          status: "warn",
          message:
            "WATCHWORD_SECRET looks as if a person made it up. `watchword secret` makes a random one; put it in front of the old one, with a comma between.",
        }
      : { check: "secret", status: "ok", message: "WATCHWORD_SECRET is set" },
  ];
}

/** Whether other users of the machine can read a file that holds secrets; null where there is no such file. */
export async function checkFileMode(check: string, file: string): Promise<Finding | null> {
  // Windows keeps rights in access lists, which mode bits do not show.
  if (process.platform === "win32") return null;
  let mode: number;
  try {
    mode = (await stat(file)).mode & 0o777;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const shown = mode.toString(8).padStart(3, "0");
  return (mode & 0o077) === 0
    ? { check, status: "ok", message: `${basename(file)} is yours alone (mode ${shown})` }
    : {
        check,
        status: "warn",
        message: `Other users of this machine may open ${file} (mode ${shown}); run: chmod 600 ${file}`,
      };
}

const MIB = 1024 * 1024;

/** Free space where the data lies. */
export async function checkDisk(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  return judgeFreeSpace(bavail * bsize, folder);
}

export function judgeFreeSpace(bytes: number, folder: string): Finding {
  const free = `${formatBytes(bytes)} free in ${folder}`;
  if (bytes < 50 * MIB) return { check: "disk", status: "fail", message: `${free}: nearly full; make room.` };
  if (bytes < 500 * MIB) return { check: "disk", status: "warn", message: `${free}: make room soon.` };
  return { check: "disk", status: "ok", message: free };
}
