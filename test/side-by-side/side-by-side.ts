/**
 * What one side of a comparison is made of. `test/side-by-side/<system>/` holds `requirements.txt` (the original, pinned;
 * in `without-dependencies.txt` packages that ask for others which break them), `original.py` (makes the calls on the original, and prints one JSON object `{"call", "answer"}` a line), `port.ts` (makes
 * the same calls on the port) and `differs.ts` (where both answer otherwise on purpose).
 */
export interface Answer {
  /** What was called, such as `createUser alice again`: the same text on both sides. */
  readonly call: string;
  /** JSON; what differs by nature (ids of databases, keys, times) is made alike by both scripts: `"<key>"`. */
  readonly answer: unknown;
}

/** What `port.ts` exports as `run`. `url` and `options` are those of an empty database of its own. */
export type PortSide = (
  place: { readonly url: string; readonly options: import("watchword").OpenOptions },
  tell: (call: string, answer: unknown) => void,
) => Promise<void>;

/** What `differs.ts` exports as `differs`: by call, what the contract or the port's page says of the difference. */
export type Differs = Readonly<Record<string, string>>;
