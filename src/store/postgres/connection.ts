import type { Socket } from "node:net";
import type { Client, CustomTypesConfig, QueryResult } from "pg";
import { inTheWay } from "../sql/new-users.js";
import type { Answer, NewRows, Row, SqlValue, Step } from "../sql/operation.js";
import { sendable } from "../sql/texts.js";
import { CopyIn } from "./copy-in.js";
import { codeOf, isDuplicate } from "./errors.js";
import type { Prepared, Statements } from "./statements.js";

/** OIDs of the whole numbers: int8, int2, int4. All of ours fit into 53 bits. */
const WHOLE = new Set([20, 21, 23]);
const AS_TEXT = (text: string) => text;
const TYPES = { getTypeParser: (oid: number) => (WHOLE.has(oid) ? Number : AS_TEXT) } as CustomTypesConfig;

/** One session with the server. It is lost for good when its socket is, or when an answer is overdue. */
export class Connection {
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #statements: Statements;
  #timer: NodeJS.Timeout | undefined;
  #isLost = false;
  #isOverdue = false;
  /** Told once, when it is lost. */
  onLost: (error: Error) => void = () => {};

  constructor(client: Client, socket: Socket, statements: Statements) {
    this.#client = client;
    this.#socket = socket;
    this.#statements = statements;
    client.on("error", (error) => this.#lose(error));
    client.on("end", () => this.#lose(new Error("the server closed the connection")));
  }

  /** Also between the end of its socket and the word of it: nobody else may be handed it then. */
  get isLost(): boolean {
    return this.#isLost || this.#socket.destroyed;
  }

  /** An answer did not come in time, and whether it was done is not known. */
  get isOverdue(): boolean {
    return this.#isOverdue;
  }

  /** Somebody works with it, for so many milliseconds at the most: an unfinished answer then ends the connection. */
  take(milliseconds: number): void {
    this.#socket.ref();
    this.#timer = setTimeout(() => {
      this.#isOverdue = true;
      this.#socket.destroy();
    }, milliseconds);
  }

  /** Nobody does: it shall hold no process open. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#socket.unref();
  }

  /** One round trip of the shared SQL. */
  async answer(step: Step): Promise<Answer> {
    if ("table" in step) return this.#layIn(step);
    const { rows, rowCount } = await this.#ask<Row>(this.#statements.prepare(step.sql), step.parameters);
    return { rows, changes: rowCount ?? 0 };
  }

  /** The first row, as an array in the order of the columns. */
  async row(sql: string, ...parameters: SqlValue[]): Promise<readonly SqlValue[] | null> {
    const { rows } = await this.#client.query<SqlValue[]>({
      ...this.#statements.prepare(sql),
      values: parameters.map(sendable),
      types: TYPES,
      rowMode: "array",
    });
    return rows[0] ?? null;
  }

  /** Several statements at once, without parameters. */
  async exec(text: string): Promise<void> {
    await this.#client.query(text);
  }

  async end(): Promise<void> {
    const isGone = new Promise<void>((resolve) => this.#socket.once("close", () => resolve()));
    if (this.#socket.destroyed) return;
    this.#socket.ref();
    // A server that hangs says no farewell.
    const timer = setTimeout(() => this.#socket.destroy(), 1000);
    this.#client.end().catch(() => this.#socket.destroy());
    await isGone;
    clearTimeout(timer);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #layIn({ table, columns, cells }: NewRows): Promise<Answer> {
    if (cells.length === 0) return { rows: [], changes: 0 };
    const width = columns.split(", ").length;
    const { text } = this.#statements.prepare(`COPY ${table} (${columns}) FROM STDIN`);
    try {
      await this.#client.query(new CopyIn(text, cells, width)).done;
    } catch (error) {
      // What takes no COPY here (row-level security, for one) may take the statements of a second look.
      throw isDuplicate(error) || codeOf(error) === "0A000" ? inTheWay(table, error) : error;
    }
    return { rows: [], changes: cells.length / width };
  }

  #ask<R extends Row>(prepared: Prepared, parameters: readonly SqlValue[]): Promise<QueryResult<R>> {
    return this.#client.query<R>({ ...prepared, values: parameters.map(sendable), types: TYPES });
  }

  #lose(error: Error): void {
    if (this.#isLost) return;
    this.#isLost = true;
    clearTimeout(this.#timer);
    this.#socket.destroy();
    this.onLost(error);
  }
}
