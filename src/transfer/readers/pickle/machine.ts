import { Tagged } from "../../../base/values.js";
import { callableOf, madeBy } from "./classes.js";
import { type Node, PickleDict, PickleError, PickleList, PickleObject } from "./nodes.js";
import {
  floatText,
  intText,
  longOf,
  python2Text,
  rawUnicodeEscapes,
  stringLiteral,
  surrogatePass,
  wholeNumber,
} from "./texts.js";

const MOST_OBJECTS = 1_000_000;
const MOST_MEMO = 1_000_000;
/** A pickle tells lengths in 8 bytes; none goes beyond what is read at all. */
export const LARGEST = 16 * 1024 * 1024;

const MARK = Symbol("mark");

/** The stack machine that a pickle is a program for. It knows no instruction that does anything but lay down data. */
export class PickleMachine {
  readonly #bytes: Buffer;
  readonly #stack: (Node | typeof MARK)[] = [];
  readonly #memo = new Map<number, Node>();
  #at = 0;
  #made = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): Node {
    for (;;) {
      const opcode = this.#bytes[this.#take(1)] ?? 0;
      if (opcode === 0x2e) return this.#pop();
      this.#step(opcode);
    }
  }

  #step(opcode: number): void {
    switch (String.fromCharCode(opcode)) {
      // Frames and the stack itself
      case "\x80": // PROTO
        if (this.#unsigned(1) > 5) throw new PickleError("it is of a protocol that did not exist");
        return;
      case "\x95": // FRAME
        this.#unsigned(8);
        return;
      case "(":
        this.#stack.push(MARK);
        return;
      case "0":
        if (this.#stack.pop() === undefined) throw new PickleError("it takes from an empty stack");
        return;
      case "1": // POP_MARK
        this.#toMark();
        return;
      case "2": // DUP
        this.#push(this.#top());
        return;
      // Constants
      case "N":
        this.#push(null);
        return;
      case "\x88":
        this.#push(true);
        return;
      case "\x89":
        this.#push(false);
        return;
      // Numbers
      case "I":
        this.#push(intText(this.#lineText()));
        return;
      case "L":
        this.#push(wholeNumber(this.#lineText().replace(/L$/, "")));
        return;
      case "J":
        this.#push(this.#bytes.readInt32LE(this.#take(4)));
        return;
      case "K":
        this.#push(this.#unsigned(1));
        return;
      case "M":
        this.#push(this.#unsigned(2));
        return;
      case "\x8a": // LONG1
        this.#push(longOf(this.#slice(this.#unsigned(1))));
        return;
      case "\x8b": // LONG4
        this.#push(longOf(this.#slice(this.#unsigned(4))));
        return;
      case "F":
        this.#push(floatText(this.#lineText()));
        return;
      case "G":
        this.#push(this.#bytes.readDoubleBE(this.#take(8)));
        return;
      // Texts and bytes
      case "V": // UNICODE
        this.#push(rawUnicodeEscapes(this.#line()));
        return;
      case "X":
        this.#push(surrogatePass(this.#slice(this.#unsigned(4))));
        return;
      case "\x8c":
        this.#push(surrogatePass(this.#slice(this.#unsigned(1))));
        return;
      case "\x8d":
        this.#push(surrogatePass(this.#slice(this.#unsigned(8))));
        return;
      case "S": // STRING: a str of Python 2
        this.#push(python2Text(stringLiteral(this.#lineText())));
        return;
      case "T":
        this.#push(python2Text(this.#slice(this.#unsigned(4))));
        return;
      case "U":
        this.#push(python2Text(this.#slice(this.#unsigned(1))));
        return;
      case "B":
        this.#push(new Uint8Array(this.#slice(this.#unsigned(4))));
        return;
      case "C":
        this.#push(new Uint8Array(this.#slice(this.#unsigned(1))));
        return;
      case "\x8e":
        this.#push(new Uint8Array(this.#slice(this.#unsigned(8))));
        return;
      case "\x96": // BYTEARRAY8
        this.#push(new Tagged("bytearray", this.#slice(this.#unsigned(8)).toString("base64")));
        return;
      // Containers
      case "]":
        this.#push(new PickleList("list"));
        return;
      case "}":
        this.#push(new PickleDict("dict"));
        return;
      case "\x8f":
        this.#push(new PickleList("set"));
        return;
      case ")":
        this.#push(new PickleList("tuple"));
        return;
      case "l":
        this.#push(this.#listOf("list", this.#toMark()));
        return;
      case "t":
        this.#push(this.#listOf("tuple", this.#toMark()));
        return;
      case "\x91":
        this.#push(this.#listOf("frozenset", this.#toMark()));
        return;
      case "\x85":
        this.#push(this.#listOf("tuple", this.#several(1)));
        return;
      case "\x86":
        this.#push(this.#listOf("tuple", this.#several(2)));
        return;
      case "\x87":
        this.#push(this.#listOf("tuple", this.#several(3)));
        return;
      case "d": {
        const items = this.#toMark();
        this.#push(this.#fill(new PickleDict("dict"), items));
        return;
      }
      case "a":
        this.#append([this.#pop()]);
        return;
      case "e":
        this.#append(this.#toMark());
        return;
      case "\x90": // ADDITEMS
        this.#append(this.#toMark());
        return;
      case "s": {
        const pair = this.#several(2);
        this.#setItems(pair);
        return;
      }
      case "u":
        this.#setItems(this.#toMark());
        return;
      // Memo
      case "\x94":
        this.#remember(this.#memo.size);
        return;
      case "p":
        this.#remember(this.#memoIndex(this.#lineText()));
        return;
      case "q":
        this.#remember(this.#unsigned(1));
        return;
      case "r":
        this.#remember(this.#unsigned(4));
        return;
      case "g":
        this.#recall(this.#memoIndex(this.#lineText()));
        return;
      case "h":
        this.#recall(this.#unsigned(1));
        return;
      case "j":
        this.#recall(this.#unsigned(4));
        return;
      // Classes and calls: looked up in a fixed table, or kept as a name
      case "c":
        this.#push(callableOf(this.#lineText(), this.#lineText()));
        return;
      case "\x93": {
        const [module, name] = this.#several(2);
        if (typeof module !== "string" || typeof name !== "string")
          throw new PickleError("it names a class by something that is no text");
        this.#push(callableOf(module, name));
        return;
      }
      case "R":
      case "\x81": {
        const [callable, given] = this.#several(2);
        this.#push(madeBy(callable ?? null, given ?? null, opcode === 0x52));
        return;
      }
      case "\x92": {
        // NEWOBJ_EX
        const [callable, given] = this.#several(3);
        this.#push(madeBy(callable ?? null, given ?? null, false));
        return;
      }
      case "b":
        this.#build();
        return;
      case "i": {
        // INST
        const name = `${this.#lineText()}.${this.#lineText()}`;
        this.#toMark();
        this.#push(new Tagged("unsupported", name));
        return;
      }
      case "o": {
        // OBJ
        const [callable] = this.#toMark();
        this.#push(madeBy(callable ?? null, null, false));
        return;
      }
      // Identities that only the program which wrote them knows
      case "P":
        this.#lineText();
        this.#push(new Tagged("unsupported", "a persistent id"));
        return;
      case "Q":
        this.#pop();
        this.#push(new Tagged("unsupported", "a persistent id"));
        return;
      case "\x82":
        this.#unsigned(1);
        this.#push(new Tagged("unsupported", "an extension code"));
        return;
      case "\x83":
        this.#unsigned(2);
        this.#push(new Tagged("unsupported", "an extension code"));
        return;
      case "\x84":
        this.#unsigned(4);
        this.#push(new Tagged("unsupported", "an extension code"));
        return;
      case "\x97":
        this.#push(new Tagged("unsupported", "an out-of-band buffer"));
        return;
      case "\x98": // READONLY_BUFFER
        return;
      default:
        throw new PickleError(`it holds the unknown instruction 0x${opcode.toString(16)}`);
    }
  }

  // Reading

  #take(count: number): number {
    const at = this.#at;
    if (count > this.#bytes.length - at) throw new PickleError("it ends too early");
    this.#at = at + count;
    return at;
  }

  #unsigned(bytes: 1 | 2 | 4 | 8): number {
    const at = this.#take(bytes);
    if (bytes < 8) return this.#bytes.readUIntLE(at, bytes);
    const size = this.#bytes.readBigUInt64LE(at);
    if (size > BigInt(LARGEST)) throw new PickleError("it tells a length beyond its own");
    return Number(size);
  }

  #slice(count: number): Buffer {
    const at = this.#take(count);
    return this.#bytes.subarray(at, at + count);
  }

  #line(): Buffer {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) throw new PickleError("it ends too early");
    const line = this.#bytes.subarray(this.#at, end);
    this.#at = end + 1;
    return line;
  }

  #lineText(): string {
    return this.#line().toString("utf8").replace(/\r$/, "");
  }

  #memoIndex(text: string): number {
    if (!/^\d{1,9}$/.test(text)) throw new PickleError("it numbers its memo by something else than a number");
    return Number(text);
  }

  // The stack

  #push(node: Node): void {
    if (++this.#made > MOST_OBJECTS) throw new PickleError(`it holds more than ${MOST_OBJECTS} values`);
    this.#stack.push(node);
  }

  #pop(): Node {
    const node = this.#stack.pop();
    if (node === undefined || node === MARK) throw new PickleError("it takes from an empty stack");
    return node;
  }

  #top(): Node {
    const node = this.#stack.at(-1);
    if (node === undefined || node === MARK) throw new PickleError("it looks at an empty stack");
    return node;
  }

  #several(count: number): Node[] {
    const nodes: Node[] = [];
    for (let taken = 0; taken < count; taken++) nodes.unshift(this.#pop());
    return nodes;
  }

  #toMark(): Node[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw new PickleError("it looks for a mark that it did not set");
    const nodes = this.#stack.splice(mark).slice(1);
    return nodes as Node[];
  }

  // Containers

  #listOf(kind: PickleList["kind"], items: readonly Node[]): PickleList {
    const list = new PickleList(kind);
    for (const item of items) list.items.push(item);
    return list;
  }

  #append(items: readonly Node[]): void {
    const list = this.#top();
    if (list instanceof PickleList && (list.kind === "list" || list.kind === "set"))
      for (const item of items) list.items.push(item);
    // Items of an object that is not read (a subclass of list) go with it.
    else if (!(list instanceof Tagged)) throw new PickleError("it adds to something that is no list");
  }

  #setItems(items: readonly Node[]): void {
    const dict = this.#top();
    if (dict instanceof PickleDict) this.#fill(dict, items);
    else if (!(dict instanceof Tagged)) throw new PickleError("it sets items of something that is no dict");
  }

  #fill(dict: PickleDict, items: readonly Node[]): PickleDict {
    if (items.length % 2 !== 0) throw new PickleError("it sets a key without a value");
    for (let at = 0; at < items.length; at += 2) dict.pairs.push([items[at] ?? null, items[at + 1] ?? null]);
    return dict;
  }

  #build(): void {
    const state = this.#pop();
    const object = this.#top();
    if (object instanceof PickleObject) object.value = object.read(state);
    else if (object instanceof PickleList || object instanceof PickleDict) object.hasState = true;
    else if (!(object instanceof Tagged))
      throw new PickleError("it gives a state to something that has none");
  }

  #remember(index: number): void {
    if (this.#memo.size >= MOST_MEMO) throw new PickleError(`it remembers more than ${MOST_MEMO} values`);
    this.#memo.set(index, this.#top());
  }

  #recall(index: number): void {
    const node = this.#memo.get(index);
    if (node === undefined) throw new PickleError("it recalls what it never remembered");
    this.#push(node);
  }
}
