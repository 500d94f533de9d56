import type { SqlValue } from "./operation.js";

/** Conditions that must all hold, with their parameters in the same order. Texts of users only ever become parameters. */
export class Conditions {
  readonly #conditions: string[] = [];
  readonly parameters: SqlValue[] = [];

  add(condition: string, ...parameters: SqlValue[]): void {
    this.#conditions.push(condition);
    this.parameters.push(...parameters);
  }

  /** The `WHERE` of a statement, or nothing. */
  get where(): string {
    return this.#conditions.length === 0 ? "" : `WHERE ${this.#conditions.join(" AND ")}`;
  }
}
