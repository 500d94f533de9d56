import { DEEPEST, Tagged, type Value } from "../../../base/values.js";
import {
  Callable,
  type Node,
  PickleDict,
  PickleError,
  type PickleList,
  PickleObject,
  PickleZone,
} from "./nodes.js";

/** A pickle writes what stands in two places once. Undone, it may grow beyond all memory: so far and no further. */
const MOST_VALUES = 200_000;

/** A value that contains itself has no end when it is written out. */
export class Recursion extends Error {}

/** Turns what a pickle laid down into a {@link Value}, and collects the names of what is none. */
export class ValueWriter {
  readonly unsupported = new Set<string>();
  readonly #within = new Set<Node>();
  #written = 0;

  valueOf(node: Node, depth: number): Value {
    if (++this.#written > MOST_VALUES) throw new PickleError(`it unfolds to more than ${MOST_VALUES} values`);
    if (depth > DEEPEST) throw new PickleError(`it is nested deeper than ${DEEPEST} levels`);
    if (node === null || typeof node !== "object" || node instanceof Uint8Array) return node;
    if (node instanceof Tagged) {
      if (node.tag === "unsupported") this.unsupported.add(String(node.content));
      return node;
    }
    if (node instanceof PickleObject) return node.value ?? this.#name(node.name);
    if (node instanceof Callable) return this.#name(node.name);
    if (node instanceof PickleZone) return this.#name("datetime.timezone");
    if (node.hasState) return this.#name("an object of a class of its own");
    if (this.#within.has(node)) throw new Recursion();
    this.#within.add(node);
    const value = node instanceof PickleDict ? this.#dict(node, depth) : this.#list(node, depth);
    this.#within.delete(node);
    return value;
  }

  #name(name: string): Value {
    this.unsupported.add(name);
    return new Tagged("unsupported", name);
  }

  #list(list: PickleList, depth: number): Value {
    // Each tag is a level of its own when the value is written.
    const deeper = depth + (list.kind === "list" ? 1 : 2);
    const items = list.items.map((item) => this.valueOf(item, deeper));
    return list.kind === "list" ? items : new Tagged(list.kind, items);
  }

  #dict(dict: PickleDict, depth: number): Value {
    const isPlain = dict.kind === "dict" && dict.pairs.every(([key]) => typeof key === "string");
    const deeper = depth + (isPlain ? 1 : 3);
    const pairs = dict.pairs.map(
      ([key, value]) => [this.valueOf(key, deeper), this.valueOf(value, deeper)] as const,
    );
    if (!isPlain) return new Tagged(dict.kind, pairs);
    return new Map(pairs.map(([key, value]) => [String(key), value]));
  }
}
