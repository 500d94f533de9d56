import { type FileHandle, open, truncate } from "node:fs/promises";
import type { Json } from "../space/contract.js";

/** A row that did not become a user, as it stands in the file of refused rows: one JSON object a line. */
export interface RefusedLine {
  readonly where: string;
  readonly why: string;
  /** The row as the source gave it, in the tagged form. */
  readonly row: Json;
}

/** The file of refused rows. It is only made when there is one to be put into it; it may hold hashes, so only its owner reads it. */
export class RefusedFile {
  #file: FileHandle | undefined;
  #waiting: string[] = [];

  constructor(
    readonly path: string | undefined,
    /** What an earlier run wrote and its journal knows of; the rest is written anew. */
    private bytes = 0,
  ) {}

  /** Lets go of what a run wrote that was interrupted before its journal knew of it. */
  async cut(): Promise<void> {
    if (this.path === undefined) return;
    await truncate(this.path, this.bytes).catch((error: unknown) => {
      // There is none yet.
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    });
  }

  add(line: RefusedLine): void {
    if (this.path !== undefined) this.#waiting.push(`${JSON.stringify(line)}\n`);
  }

  /** On the disk when it resolves. Answers how long the file is. */
  async flush(): Promise<number> {
    if (this.#waiting.length > 0 && this.path !== undefined) {
      this.#file ??= await this.#open(this.path);
      const text = Buffer.from(this.#waiting.join(""));
      this.#waiting = [];
      await this.#file.write(text, 0, text.length, this.bytes);
      this.bytes += text.length;
      await this.#file.datasync();
    }
    return this.bytes;
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  #open(path: string): Promise<FileHandle> {
    return open(path, this.bytes > 0 ? "r+" : "w", 0o600);
  }
}
