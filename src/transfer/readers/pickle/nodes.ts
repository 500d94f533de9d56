import type { Tagged } from "../../../base/values.js";

/** Why a pickle cannot be read; the rest of a sentence that begins with "it". */
export class PickleError extends Error {}

/** What lies on the stack: values, and containers that can still grow or contain themselves. */
export type Node =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Tagged
  | PickleList
  | PickleDict
  | PickleObject
  | PickleZone
  | Callable;

export class PickleList {
  readonly items: Node[] = [];
  /** Has attributes besides its items, as objects of a subclass have. */
  hasState = false;
  constructor(readonly kind: "list" | "tuple" | "set" | "frozenset") {}
}

export class PickleDict {
  readonly pairs: (readonly [Node, Node])[] = [];
  hasState = false;
  constructor(readonly kind: "dict" | "ordereddict") {}
}

/** An object of an allowed class whose state comes later. The memo may hold it before, so it stays the same object. */
export class PickleObject {
  value: Tagged | null = null;
  constructor(
    readonly name: string,
    readonly read: (state: Node) => Tagged | null,
  ) {}
}

/** A `datetime.timezone`, as its distance from UTC in whole seconds. */
export class PickleZone {
  constructor(readonly seconds: number) {}
}

/** A class or function that a pickle names. Only those of the fixed table have a `make`. */
export class Callable {
  constructor(
    readonly name: string,
    /** Null: not with these arguments. */
    readonly make: ((given: readonly Node[]) => Node | null) | null = null,
  ) {}
}
