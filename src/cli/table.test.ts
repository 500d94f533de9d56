import { describe, expect, it } from "vitest";
import { type Column, displayWidth, layFacts, layTable } from "./table.js";

interface Row {
  readonly name: string;
  readonly email: string;
  readonly id: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: "NAME", cell: (row) => row.name, least: 6 },
  { title: "EMAIL", cell: (row) => row.email, least: 8 },
  { title: "ID", cell: (row) => row.id, optional: 1 },
];
const ROWS: readonly Row[] = [
  { name: "ada", email: "ada@example.com", id: "0001" },
  { name: "a-rather-long-username", email: "b@example.com", id: "0002" },
];

function lines(width: number | null, rows: readonly Row[] = ROWS): string[] {
  const table = layTable(COLUMNS, rows, width);
  return [table.head, ...rows.map(table.row)];
}

describe("layTable", () => {
  it("cuts nothing where there is no terminal", () => {
    expect(lines(null)).toEqual([
      "NAME                    EMAIL            ID",
      "ada                     ada@example.com  0001",
      "a-rather-long-username  b@example.com    0002",
    ]);
  });

  it("leaves a column out that none of the rows has anything for", () => {
    const own: readonly Column<Row>[] = [
      { title: "FLAG", cell: (row) => row.id, onlyWhere: (row) => row.id === "0002" },
      { title: "NAME", cell: (row) => row.name },
    ];
    expect(layTable(own, ROWS, null).head).toBe("FLAG  NAME");
    expect(layTable(own, ROWS.slice(0, 1), null).head).toBe("NAME");
    expect(layTable(own, [], null).head).toBe("NAME");
  });

  it.each([80, 60, 45, 40, 30, 24, 18, 12, 5, 1])("fits into %i columns", (width) => {
    for (const line of lines(width)) expect(displayWidth(line)).toBeLessThanOrEqual(width);
  });

  it("cuts the widest column first, and shows that it did", () => {
    expect(lines(40)[2]).toBe("a-rather-long-us…  b@example.com    0002");
  });

  it("leaves the optional column out where cutting is not enough", () => {
    expect(lines(30)[0]).toMatch(/^NAME +EMAIL$/);
  });

  it("counts wide characters as two and combining ones as none", () => {
    expect(displayWidth("日本")).toBe(4);
    expect(displayWidth("e\u0301")).toBe(1);
    const wide = [{ name: "日本語の名前です", email: "-", id: "1" }];
    for (const line of lines(20, wide)) expect(displayWidth(line)).toBeLessThanOrEqual(20);
  });

  it("lets no text from outside steer the terminal or break a line", () => {
    const nasty = [{ name: "a\u001B[2Jb\nc\u202Ed", email: "-", id: "1" }];
    const [, line] = lines(null, nasty);
    expect(line).toContain("a\\u{1b}[2Jb c\\u{202e}d");
  });
});

it("lays facts under each other", () => {
  expect(
    layFacts([
      ["Id", "1"],
      ["Username", "ada"],
    ]),
  ).toBe("Id        1\nUsername  ada\n");
});
