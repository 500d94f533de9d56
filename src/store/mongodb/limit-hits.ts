import type { LimitHit, LimitRecord, LimitResult } from "../contract.js";
import { hitLimit } from "../limit-rule.js";
import type { LimitDocument } from "./documents.js";
import { limitDocument, readLimit } from "./limit-documents.js";

/** What the hits of one list make of one record. */
export interface Write {
  readonly before: LimitDocument | null;
  readonly after: LimitDocument;
  /** How many of them there are. */
  readonly hits: number;
}

/** A list of hits, reckoned on records that were read: what each is answered, and what is to be written for it. */
export class Hits {
  readonly #hits: readonly LimitHit[];
  readonly #now: number;
  readonly #read: Map<string, LimitDocument>;
  #results: LimitResult[] = [];
  #counted = new Map<string, { readonly record: LimitRecord; readonly hits: number }>();
  #refusal: { readonly trace: Write | null } | null = null;

  constructor(hits: readonly LimitHit[], read: ReadonlyMap<string, LimitDocument>, now: number) {
    this.#hits = hits;
    this.#now = now;
    this.#read = new Map(read);
    this.#reckon();
  }

  /** Up to the first refusal, that one included. */
  get results(): readonly LimitResult[] {
    return this.#results;
  }

  /** The refusal that ends the list, with the trace that it leaves; null: all may pass. */
  get refusal(): { readonly trace: Write | null } | null {
    return this.#refusal;
  }

  get keys(): readonly string[] {
    return [...this.#counted.keys()];
  }

  writeOf(key: string): Write | null {
    const counted = this.#counted.get(key);
    return counted === undefined ? null : this.#write(counted.record, counted.hits);
  }

  /** Reckons anew with what lies under one key now; null where the list is refused by that. */
  again(key: string, document: LimitDocument | null): Write | null {
    if (document === null) this.#read.delete(key);
    else this.#read.set(key, document);
    this.#reckon();
    return this.#refusal === null ? this.writeOf(key) : null;
  }

  #reckon(): void {
    this.#results = [];
    this.#counted = new Map();
    this.#refusal = null;
    for (const { key, rule, refuse = true } of this.#hits) {
      const earlier = this.#counted.get(key);
      const document = this.#read.get(key);
      const record = earlier?.record ?? (document === undefined ? null : readLimit(document));
      const { next, result } = hitLimit(key, record, rule, this.#now, refuse);
      this.#results.push(result);
      if (refuse && !result.allowed) {
        this.#refusal = { trace: next === null ? null : this.#write(next, 0) };
        return;
      }
      if (next !== null) this.#counted.set(key, { record: next, hits: (earlier?.hits ?? 0) + 1 });
    }
  }

  #write(record: LimitRecord, hits: number): Write {
    return {
      before: this.#read.get(record.key) ?? null,
      after: limitDocument(record, this.#now),
      hits,
    };
  }
}
