import {
  MongoBulkWriteError,
  type MongoError,
  MongoNetworkError,
  MongoServerError,
  MongoWriteConcernError,
} from "mongodb";
import { describe, expect, it } from "vitest";
import { WatchwordError } from "../../base/errors.js";
import { codeOf, explain, onlyDuplicates, reasonOf } from "./errors.js";

const server = (code: number, message: string) => new MongoServerError({ code, message, errmsg: message });

/** Faults that the test server cannot have: as the driver hands on what a real one answers. */
describe("a failure in plain words", () => {
  it.each<[number, string, string, RegExp]>([
    [18, "Authentication failed.", "store-refused", /user or the password.*authSource/],
    [8000, "bad auth : authentication failed", "store-refused", /user or the password/],
    [13, "not authorized on watchword to execute command", "store-refused", /role readWrite/],
    [14031, "OutOfDiskSpace: available disk space of 1 bytes", "store-full", /full/],
    [8000, "you are over your space quota, using 512 MB of 512 MB", "store-full", /full/],
    [10107, "not primary", "store-unavailable", /no primary/],
    [11602, "interrupted due to repl state change", "store-unavailable", /no primary/],
    [64, "waiting for replication timed out", "store-unavailable", /majority/],
    [100, "Not enough data-bearing nodes", "store-unavailable", /majority/],
    [16500, "Request rate is large", "store-unavailable", /no more requests/],
    [59, "no such command: 'aggregate'", "store-refused", /lacks something of MongoDB/],
    [2, "BadValue", "internal", /fault of ours/],
  ])("%i %s is %s", (code, message, expected, words) => {
    const failure = explain(server(code, message), "mongodb://h/watchword", "opening");
    expect(failure).toBeInstanceOf(WatchwordError);
    expect(failure.code).toBe(expected);
    expect(failure.message).toMatch(words);
    expect(failure.message).toContain(message);
  });

  it("is about this moment where the space is open already", () => {
    expect(explain(server(13, "not authorized"), "h", "work").code).toBe("store-unavailable");
  });

  it("passes what is ours", () => {
    const ours = new WatchwordError("conflict", "x");
    expect(explain(ours, "h", "work")).toBe(ours);
  });

  it("knows the driver's own failures, those within a list of writes too", () => {
    expect(explain(new MongoNetworkError("read ECONNRESET"), "h", "work").code).toBe("store-unavailable");
    const within = new MongoBulkWriteError(new MongoNetworkError("read ECONNRESET") as never, {} as never);
    expect(explain(within, "h", "work").code).toBe("store-unavailable");
  });

  it("holds no password that the driver might repeat", () => {
    const error = new Error("cannot use mongodb://ada:secret@h/x and mongodb+srv://a:secret@b");
    expect(reasonOf(error)).toBe("cannot use mongodb://h/x and mongodb+srv://b");
  });
});

describe("an insert of what may be there", () => {
  const duplicates = (...codes: number[]) =>
    new MongoBulkWriteError(
      { message: "E11000", code: codes[0], writeErrors: codes.map((code) => ({ code })) } as never,
      { getWriteConcernError: () => undefined } as never,
    );

  it("passes where all that failed was there", () => {
    expect(() => onlyDuplicates(duplicates(11000, 11000))).not.toThrow();
  });

  it("fails with any other failure among them, or where the majority did not confirm", () => {
    expect(() => onlyDuplicates(duplicates(11000, 14031))).toThrow();
    expect(() => onlyDuplicates(server(13, "not authorized"))).toThrow();
    const unconfirmed = new MongoBulkWriteError(
      { message: "E11000", code: 11000, writeErrors: [{ code: 11000 }] } as never,
      { getWriteConcernError: () => ({ code: 64 }) } as never,
    );
    expect(() => onlyDuplicates(unconfirmed)).toThrow();
    const concern: MongoError = new MongoWriteConcernError({
      writeConcernError: { code: 64, errmsg: "timed out" },
      ok: 1,
    } as never);
    expect(() => onlyDuplicates(concern)).toThrow();
    expect(codeOf(concern)).toBe(64);
  });
});
