import { createHash } from "node:crypto";

/**
 * A sum over records that does not depend on their order, nor on that of their fields: each counts with 128 bits of its
 * SHA-256.
 */
export class Checksum {
  #sum = 0n;
  count = 0;

  add(record: object): void {
    this.count++;
    const digest = createHash("sha256").update(canonical(record)).digest("hex").slice(0, 32);
    this.#sum = (this.#sum + BigInt(`0x${digest}`)) & ((1n << 128n) - 1n);
  }

  /** 32 hex digits. */
  get text(): string {
    return this.#sum.toString(16).padStart(32, "0");
  }
}

/** JSON with the fields of each object in the order of their names, without those that are absent. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(",")}}`;
}
