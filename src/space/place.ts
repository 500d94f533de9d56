import { resolve } from "node:path";
import { type Connection, readConnection } from "./connection.js";
import type { OpenOptions } from "./options.js";
import { type FileUrl, parseStoreUrl, type ServerUrl } from "./url.js";

/** Where a space lies, and how to get there. */
export type Place =
  | { readonly url: FileUrl; readonly connection: null }
  | { readonly url: ServerUrl; readonly connection: Connection };

/** @throws WatchwordError `invalid-option` */
export function findPlace(text: string, options: OpenOptions): Place {
  const url = parseStoreUrl(text);
  return url.kind === "sqlite"
    ? { url, connection: null }
    : { url, connection: readConnection(url, options, process.env) };
}

/** The same for each way to name the same space; not for people, see {@link describePlace}. */
export function keyOf(place: Place): string {
  return place.connection === null
    ? `sqlite:${place.url.file}`
    : JSON.stringify([place.url.place, place.connection.part]);
}

/** Without hosts and users: an unescaped password could stand anywhere in a URL that is not well written. */
export function describePlace(place: Place): string {
  return place.connection === null ? keyOf(place) : `This ${place.url.kind} database`;
}

/**
 * A space in a file keeps its secret and its outbox beside it. One on a server has no such place: its secret is given,
 * and its outbox lies in the working directory.
 */
export function filesOf(place: Place): { readonly secret: string | null; readonly outbox: string } {
  if (place.connection === null)
    return { secret: `${place.url.file}.secret`, outbox: `${place.url.file}.outbox` };
  return { secret: null, outbox: resolve(`${nameOf(place)}.outbox`) };
}

/** A name for a folder: of the schema, or of the database with a prefix that is not the usual one. */
function nameOf({ url, connection }: Exclude<Place, { connection: null }>): string {
  const isUsual = connection.part === "watchword_";
  const database = url.database ?? "watchword";
  const name =
    url.kind === "postgres" ? connection.part : isUsual ? database : `${database}-${connection.part}`;
  // A schema may be called anything; of this nothing may lead out of the folder.
  return name.replaceAll(/[^\w-]/g, "_");
}
