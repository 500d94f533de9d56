import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { WatchwordError } from "../base/errors.js";

/** Which database a URL names. */
export interface StoreUrl {
  readonly kind: "sqlite";
  /** The absolute path of the file. */
  readonly file: string;
}

/**
 * Reads the URL of a user space: `sqlite:users.db`, `sqlite:/srv/users.db`, `sqlite:///srv/users.db`, `file:…`.
 * @throws WatchwordError `invalid-option`
 */
export function parseStoreUrl(url: string): StoreUrl {
  const refuse = (reason: string) =>
    new WatchwordError(
      "invalid-option",
      `The database URL ${reason} Use sqlite:<file>, such as sqlite:users.db.`,
    );
  if (typeof url !== "string" || url === "") throw refuse("is missing.");
  const scheme = /^([a-z][a-z0-9+]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === "file") return { kind: "sqlite", file: fileURLToPath(new URL(url)) };
  if (scheme !== "sqlite")
    throw refuse(
      scheme === undefined
        ? "names no kind of database."
        : `names a kind of database (${scheme}) that this version does not know.`,
    );
  const path = decodePath(url.slice("sqlite:".length).replace(/^\/\/(?=\/)/, ""), refuse);
  if (path === "" || path.startsWith("//")) throw refuse("names no file.");
  if (path.includes(":memory:"))
    throw refuse(
      "asks for a database in memory, which two connections cannot share; name a file in a temporary folder.",
    );
  return { kind: "sqlite", file: resolve(path) };
}

function decodePath(text: string, refuse: (reason: string) => WatchwordError): string {
  if (text.includes("?")) throw refuse("has a query; options are given beside the URL, not in it.");
  try {
    return decodeURIComponent(text);
  } catch {
    throw refuse("holds a % that stands for nothing (write %25).");
  }
}
