import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atWall, readTime } from "./times.js";

const at = (text: string, zone = "UTC") => {
  const time = readTime(text, zone);
  return time.status === "read" ? new Date(time.at).toISOString() : time.status;
};

describe("a time as databases write it", () => {
  it.each([
    ["2026-11-22 08:46:40.738255", "2026-11-22T08:46:40.738Z"],
    ["2026-11-22T08:46:40.738Z", "2026-11-22T08:46:40.738Z"],
    ["2026-11-22 08:46:40+00", "2026-11-22T08:46:40.000Z"],
    ["2026-11-22 08:46:40.5+05:30", "2026-11-22T03:16:40.500Z"],
    ["2026-11-22 08:46:40 -0800", "2026-11-22T16:46:40.000Z"],
    ["2026-11-22 08:46:40 UTC", "2026-11-22T08:46:40.000Z"],
    ["1900-01-01 00:00:00+00:53:28", "1899-12-31T23:06:32.000Z"],
    ["2026-11-22", "2026-11-22T00:00:00.000Z"],
    ["2024-02-29 12:00", "2024-02-29T12:00:00.000Z"],
  ])("%s", (text, meant) => {
    expect(at(text)).toBe(meant);
  });

  it.each([
    ["", "none"],
    ["0000-00-00 00:00:00", "none"],
    ["0000-00-00", "none"],
    ["infinity", "never"],
    ["-infinity", "never"],
    ["yesterday", "unclear"],
    ["2023-02-29 12:00:00", "unclear"],
    ["2023-13-01", "unclear"],
    ["2023-01-01 24:00:01", "unclear"],
    ["22.11.2026", "unclear"],
    ["0044-03-15 12:00:00 BC", "unclear"],
  ])("%s is %s", (text, status) => {
    expect(at(text)).toBe(status);
  });

  it("without a zone is the clock on the wall of the zone that is given", () => {
    expect(at("2026-07-01 12:00:00", "Europe/Berlin")).toBe("2026-07-01T10:00:00.000Z");
    expect(at("2026-12-01 12:00:00", "Europe/Berlin")).toBe("2026-12-01T11:00:00.000Z");
    expect(at("2026-12-01 12:00:00+00", "Europe/Berlin")).toBe("2026-12-01T12:00:00.000Z");
  });

  it("of an hour that comes twice is the first, of one that is left out the later", () => {
    expect(at("2026-10-25 02:30:00", "Europe/Berlin")).toBe("2026-10-25T00:30:00.000Z");
    expect(at("2026-03-29 02:30:00", "Europe/Berlin")).toBe("2026-03-29T01:30:00.000Z");
  });

  it("is the way back from what the clocks of a zone show", () => {
    const zones = ["Europe/Berlin", "America/Chicago", "Asia/Kathmandu", "Pacific/Apia", "UTC"];
    const instants = fc.date({
      min: new Date("1975-01-01"),
      max: new Date("2035-01-01"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, fc.constantFrom(...zones), (instant, zone) => {
        const shown = new Intl.DateTimeFormat("sv-SE", {
          timeZone: zone,
          dateStyle: "short",
          timeStyle: "medium",
        }).format(instant);
        const wall = Date.parse(`${shown.replace(" ", "T")}Z`);
        const back = atWall(wall, zone);
        const again = new Intl.DateTimeFormat("sv-SE", {
          timeZone: zone,
          dateStyle: "short",
          timeStyle: "medium",
        }).format(back);
        expect(again).toBe(shown);
      }),
    );
  });

  it("throws at no text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        readTime(text, "Europe/Berlin");
      }),
    );
  });
});
