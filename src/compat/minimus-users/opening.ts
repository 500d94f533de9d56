import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { WatchwordError } from "../../base/errors.js";
import type { OpenOptions, UserSpace } from "../../index.js";
import { openPortSpace } from "../opening.js";

/** How the original is called: in logs, and as the source that its ids come from. */
export const SYSTEM = "minimus-users";

const URL_OF_DATABASE = /^(?:sqlite|file|postgres|postgresql|mongodb|mongodb\+srv):/i;

/** What `initialize` takes besides the folder. */
export interface InitializeOptions {
  /** Options of `openUserSpace`. A database on a server needs its `secret` (or `WATCHWORD_SECRET`). */
  readonly watchword?: OpenOptions;
}

/** As in the original, the functions of the module share one database. */
let current: UserSpace | null = null;

/** @throws WatchwordError `closed`: "Database not initialized!" */
export function openedSpace(): UserSpace {
  if (current === null) throw new WatchwordError("closed", "Database not initialized!");
  return current;
}

/**
 * Opens the users' database for all other calls: SQLite in a folder, which is made where there is none. Called again, it
 * changes over to another database.
 *
 * @param dataDir - The folder; the file in it is `users.db`. Or the URL of a database: `postgres://…`, `mongodb://…`,
 * `sqlite:…`.
 * @throws WatchwordError as `openUserSpace`
 * @example
 * ```ts
 * await initialize("userdata");
 * await createUser("ada", "engine");
 * console.log(await authenticate("ada", "engine")); // true
 * ```
 */
export async function initialize(
  dataDir = "userdata",
  { watchword: options = {} }: InitializeOptions = {},
): Promise<void> {
  await initializeAt(URL_OF_DATABASE.test(dataDir) ? dataDir : await urlOfFolder(dataDir, options), options);
}

/** As {@link initialize}, for what can be a URL only. */
export async function initializeAt(url: string, options: OpenOptions): Promise<void> {
  const next = await openPortSpace(SYSTEM, url, options);
  const last = current;
  current = next;
  // An open space counts its openers, so that the same one stays open.
  await last?.close();
}

/**
 * Lets go of the database; calls after it throw `Database not initialized!` again. The original had no such call, and left
 * its files open until the program ended.
 *
 * @example
 * ```ts
 * await initialize("userdata");
 * await close();
 * ```
 */
export async function close(): Promise<void> {
  const last = current;
  current = null;
  await last?.close();
}

async function urlOfFolder(folder: string, options: OpenOptions): Promise<string> {
  const file = resolve(folder, "users.db");
  if (!existsSync(file) && existsSync(join(folder, ".monty.storage")))
    throw new WatchwordError(
      "store-refused",
      `${folder} holds the users of MontyDB and no users.db yet. Bring them over first: watchword import --from ${SYSTEM} --identifiers exact --database sqlite:${file} ${folder}`,
    );
  if (options.create !== false) await mkdir(folder, { recursive: true });
  return `sqlite:${file}`;
}
