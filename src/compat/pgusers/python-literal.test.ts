import { expect, it } from "vitest";
import { prettyPython } from "./python-literal.js";

// What `pprint` of Python 3.11 printed for the same values.

it("shows on one line what fits there, keys in their order", () => {
  expect(prettyPython(null)).toBe("None");
  expect(prettyPython({ b: 1, a: [true, false, null, "x"] })).toBe("{'a': [True, False, None, 'x'], 'b': 1}");
  expect(
    prettyPython(
      new Map<unknown, unknown>([
        [1, "yes"],
        ["s", 2],
      ]),
    ),
  ).toBe("{1: 'yes', 's': 2}");
  expect(prettyPython({ a: "x".repeat(71) })).toBe(`{'a': '${"x".repeat(71)}'}`);
});

it("breaks what does not, an entry a line", () => {
  expect(prettyPython({ a: "x".repeat(71), b: 1 })).toBe(`{'a': '${"x".repeat(71)}',\n 'b': 1}`);
  const [y, z] = ["y".repeat(30), "z".repeat(30)];
  expect(prettyPython([[[y, z], [y]]])).toBe(`[[['${y}', '${z}'],\n  ['${y}']]]`);
  // 80 characters, of which twenty are two units of UTF-16 each.
  expect(prettyPython({ a: "🦉".repeat(72) })).toBe(`{'a': '${"🦉".repeat(72)}'}`);
  expect(
    prettyPython({
      userid: 1,
      extra_data: { roles: ["editor", "ops", "a rather long name of a role", "and another one"], ok: true },
    }),
  ).toBe(
    [
      "{'extra_data': {'ok': True,",
      "                'roles': ['editor',",
      "                          'ops',",
      "                          'a rather long name of a role',",
      "                          'and another one']},",
      " 'userid': 1}",
    ].join("\n"),
  );
});

it("writes values as Python does", () => {
  const shown: readonly (readonly [unknown, string])[] = [
    ["it's", `"it's"`],
    ['say "x"', `'say "x"'`],
    [`both ' and "`, `'both \\' and "'`],
    ["tab\tnl\n\\", "'tab\\tnl\\n\\\\'"],
    ["naïve ☃ 🦉 \u00a0 \0 \u200b", "'naïve ☃ 🦉 \\xa0 \\x00 \\u200b'"],
    [new Date("2024-02-29T12:00:00Z"), "datetime.datetime(2024, 2, 29, 12, 0, tzinfo=datetime.timezone.utc)"],
    [
      new Date("2024-02-29T12:00:01.25Z"),
      "datetime.datetime(2024, 2, 29, 12, 0, 1, 250000, tzinfo=datetime.timezone.utc)",
    ],
    [new Uint8Array([0, 255, 97, 98]), "b'\\x00\\xffab'"],
    [new Set([1, "a"]), "{1, 'a'}"],
    [new Set(), "set()"],
    [
      [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 2n ** 70n, 0.5],
      "[nan, inf, -inf, -0.0, 1180591620717411303424, 0.5]",
    ],
  ];
  for (const [value, text] of shown) expect(prettyPython(value)).toBe(text);
});
