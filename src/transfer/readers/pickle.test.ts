import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cpuTimer } from "../../../test/helpers/cpu-time.js";
import { toTagged } from "../../base/values.js";
import { readPickle } from "./pickle.js";

const PICKLES: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  readFileSync(new URL("../../../test/fixtures/pickles/pickles.json", import.meta.url), "utf8"),
);

const HELD: Readonly<Record<string, unknown>> = {
  plain: {
    none: null,
    t: true,
    f: false,
    i: [
      0,
      1,
      -1,
      255,
      256,
      65535,
      65536,
      -2147483648,
      2147483648,
      9007199254740991,
      { $int: "9007199254740993" },
      { $int: "-9223372036854775809" },
      { $int: "1180591620717411303424" },
    ],
    fl: [0.5, { $float: "-0.0" }, { $float: "inf" }, 1e300],
    s: "grün ☃ 🦉 \0 \n",
    l: [],
    d: {},
    nested: [[1], [[2]]],
  },
  bytes: { $bytes: "AP8=" },
  emptybytes: { $bytes: "" },
  bytearray: { $bytearray: "YWI=" },
  tuple0: { $tuple: [] },
  tuple: { $tuple: [1, { $tuple: [2, 3] }, 4, 5, 6] },
  set: { $set: [1] },
  frozenset: { $frozenset: [2] },
  emptyset: { $set: [] },
  date: { $date: "1999-12-31" },
  dt: { $datetime: "1999-12-31T23:59:58.123456" },
  utc: { $datetime: "2024-02-29T12:00:00+00:00" },
  tz: { $datetime: "2024-02-29T12:00:00-03:30" },
  time: { $time: "07:30:00" },
  timetz: { $time: "07:30:01.000005+00:00" },
  fold: { $datetime: "2024-10-27T02:30:00" },
  delta: { $timedelta_seconds: 172803 },
  ndelta: { $timedelta_seconds: -86399.5 },
  dec: { $decimal: "-12.50" },
  decnan: { $decimal: "NaN" },
  uuid: { $uuid: "6f9619ff-8b86-d011-b42d-00c04fc964ff" },
  od: {
    $ordereddict: [
      ["z", 1],
      ["a", 2],
    ],
  },
  dict: {
    $dict: [
      [1, "a"],
      [{ $tuple: [2] }, "b"],
    ],
  },
  dollar: { $dict: [["$set", 1]] },
  same: [
    { $uuid: "00000000-0000-0000-0000-000000000005" },
    { $uuid: "00000000-0000-0000-0000-000000000005" },
  ],
  rec: { $recursive: true },
  surrogate: "a\ud800b",
  complex: { $unsupported: "builtins.complex (a call)" },
  deque: [{ $unsupported: "collections.deque (a call)" }],
};

function bytes(...parts: (string | number[])[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))),
  );
}

describe("pickles", () => {
  it.each(Object.keys(HELD))("%s: the same value out of every protocol", (name) => {
    for (const [protocol, hex] of Object.entries(PICKLES[name] ?? {})) {
      const result = readPickle(Buffer.from(hex, "hex"));
      expect(result.status, `protocol ${protocol}`).toBe("read");
      if (result.status === "read")
        expect(toTagged(result.value), `protocol ${protocol}`).toStrictEqual(HELD[name]);
    }
    expect(Object.keys(PICKLES[name] ?? {})).toHaveLength(6);
  });

  it("calls nothing: a call of the system is a name", () => {
    for (const attack of [
      bytes("cposix\nsystem\np0\n(Vtouch pwned\np1\ntp2\nRp3\n."),
      bytes([0x80, 2], "cposix\nsystem\n(X", [5, 0, 0, 0], "touchtR."),
      bytes([0x80, 4, 0x8c, 5], "posix", [0x8c, 6], "system", [0x93, 0x8c, 2], "ls", [0x85], "R."),
    ])
      expect(readPickle(attack)).toMatchObject({ status: "read", unsupported: ["posix.system (a call)"] });
    expect(readPickle(bytes("(Vls\niposix\nsystem\n."))).toMatchObject({ unsupported: ["posix.system"] });
  });

  it("has no names of JavaScript either", () => {
    for (const name of ["constructor", "__proto__", "toString"])
      expect(readPickle(bytes(`c${name}\n${name}\n(tR.`))).toMatchObject({
        unsupported: [`${name}.${name} (a call)`],
      });
  });

  it("keeps the parts that can be read beside an object that cannot", () => {
    const address = bytes(
      [0x80, 2],
      "}(X",
      [4, 0, 0, 0],
      "homecshop\nAddress\n)",
      [0x81],
      "}bX",
      [4, 0, 0, 0],
      "planK",
      [7],
      "u.",
    );
    const result = readPickle(address);
    expect(result).toMatchObject({ status: "read", unsupported: ["shop.Address"] });
    if (result.status === "read")
      expect(toTagged(result.value)).toStrictEqual({ home: { $unsupported: "shop.Address" }, plan: 7 });
  });

  it("does not unfold without end what refers to itself many times", () => {
    // Each list holds the one before it ten times: 10^30 items, out of 400 bytes.
    let program = "]";
    for (let level = 0; level < 30; level++)
      program += `q${String.fromCharCode(level)}0](${`h${String.fromCharCode(level)}`.repeat(10)}e`;
    const used = cpuTimer();
    expect(readPickle(bytes([0x80, 2], program, "."))).toMatchObject({
      status: "raw",
      why: /unfolds to more/,
    });
    expect(used()).toBeLessThan(2000);
  });

  it("refuses what is nested without end, cut off, or larger than itself", () => {
    expect(readPickle(bytes("(".repeat(5) + "]".repeat(1)))).toMatchObject({ status: "raw" });
    expect(readPickle(bytes(`${"](".repeat(1000)}${"e".repeat(1000)}.`))).toMatchObject({
      why: /deeper than 200/,
    });
    for (const levels of [90, 150, 300]) {
      const tuples = readPickle(bytes(`)${"\x85".repeat(levels)}.`));
      expect(tuples.status).toBe(levels < 100 ? "read" : "raw");
      if (tuples.status === "read") toTagged(tuples.value);
    }
    expect(readPickle(bytes([0x8e, 255, 255, 255, 255, 255, 255, 255, 127]))).toMatchObject({
      why: /length beyond/,
    });
    expect(readPickle(bytes("X", [255, 255, 255, 255]))).toMatchObject({ why: /ends too early/ });
    expect(readPickle(new Uint8Array(16 * 1024 * 1024 + 1))).toMatchObject({ why: /larger than/ });
    expect(readPickle(bytes(`I${"9".repeat(100_000)}\n.`))).toMatchObject({ status: "raw" });
  });

  it("answers any bytes at all with a value or a reason, quickly", () => {
    const opcodes = fc.constantFrom(
      ..."().0123INTLFVXSTUBC]}ltdasuepqrghjcRbioPQGJKM".split("").map((char) => char.charCodeAt(0)),
      ...[
        0x80, 0x81, 0x85, 0x86, 0x87, 0x88, 0x8a, 0x8c, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0, 1,
        10,
      ],
    );
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.array(opcodes, { maxLength: 300 })),
        (program) => {
          const used = cpuTimer();
          const result = readPickle(Uint8Array.from([...program, 0x2e]));
          if (result.status === "read") toTagged(result.value);
          else expect(result.why).toMatch(/\S/);
          expect(used()).toBeLessThan(1000);
        },
      ),
      { numRuns: 5000 },
    );
  });
});
