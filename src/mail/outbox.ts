import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { isId } from "../base/ids.js";
import type { OutboxMail } from "../space/contract.js";
import type { OutgoingMail } from "../space/options.js";
import { MailRefused, type Transport } from "./transport.js";

/** How many mails stay; older ones are removed. */
const KEPT = 200;
/** The time comes first in a name, so that names sort like the mails. */
const FILE = /^\d{15}-[0-9a-f-]{36}\.json$/;

/** A transport whose mails can be read. */
export interface Outbox extends Transport {
  readonly kind: "outbox";
  list(): Promise<readonly OutboxMail[]>;
}

/**
 * Lays mails into a folder instead of sending them, one JSON file each. They hold codes and links that sign people
 * in, so that only the owner of the process may read them.
 */
export function createOutbox(options: { readonly folder: string; readonly clock: Clock }): Outbox {
  const { folder, clock } = options;

  return {
    kind: "outbox",

    async send(mail) {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await write(folder, { ...pick(mail), at: clock.now() });
        for (const name of (await names(folder)).slice(KEPT)) await rm(join(folder, name), { force: true });
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new MailRefused(`The outbox ${folder} cannot be written: ${reason}.`, false, cause);
      }
    },

    async list() {
      const mails: OutboxMail[] = [];
      for (const name of await names(folder)) {
        const mail = await read(join(folder, name));
        if (mail !== null) mails.push(mail);
      }
      return mails;
    },

    async close() {},
  };
}

function pick({ id, from, to, subject, text, html }: OutgoingMail): OutgoingMail {
  return { id, from, to, subject, text, html };
}

async function write(folder: string, mail: OutgoingMail & { readonly at: number }): Promise<void> {
  // The id becomes a part of a path.
  if (!isId(mail.id)) throw new Error(`${JSON.stringify(mail.id)} is no id`);
  const name = `${String(mail.at).padStart(15, "0")}-${mail.id}.json`;
  const draft = join(folder, `.${name}.${process.pid}.tmp`);
  const file = await open(draft, "w", 0o600);
  try {
    await file.writeFile(JSON.stringify(mail, null, 2));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, join(folder, name));
}

/** The files of mails, newest first; none where the folder was not made yet. */
async function names(folder: string): Promise<readonly string[]> {
  try {
    const all = await readdir(folder);
    return all.filter((name) => FILE.test(name)).sort((a, b) => (a < b ? 1 : -1));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Null: somebody removed it since its name was read. */
async function read(path: string): Promise<OutboxMail | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  try {
    const mail = JSON.parse(text) as OutgoingMail & { readonly at: number };
    return { ...pick(mail), at: new Date(mail.at) };
  } catch (cause) {
    throw new WatchwordError("mail-failed", `The outbox file ${path} is no mail; remove it.`, { cause });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
