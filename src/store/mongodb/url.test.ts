import { expect, it } from "vitest";
import { parseMongodbUrl } from "./url.js";

it.each([
  ["mongodb://h", "h", "watchword"],
  ["mongodb://h/", "h", "watchword"],
  ["mongodb://h:27018/users", "h:27018", "users"],
  ["mongodb://a,b:2,c:3/users?replicaSet=rs0", "a,b:2,c:3", "users"],
  ["mongodb://u:p%40ss@h/users", "h", "users"],
  ["mongodb://u:p@ss@h/users", "h", "users"],
  ["mongodb://[::1]:27017/users", "[::1]:27017", "users"],
  ["mongodb://%2Ftmp%2Fmongodb.sock/users", "%2Ftmp%2Fmongodb.sock", "users"],
  ["mongodb://h/?retryWrites=false", "h", "watchword"],
  ["mongodb://h?w=1", "h", "watchword"],
  ["mongodb+srv://u:p@cluster.example.com/my%2Dusers", "cluster.example.com", "my-users"],
  ["MONGODB://h/Users", "h", "Users"],
])("reads %s", (url, hosts, database) => {
  expect(parseMongodbUrl(url)).toMatchObject({ hosts, database });
});

it("knows which options the URL gives, whatever their case", () => {
  expect(parseMongodbUrl("mongodb://h/?W=1&serverSelectionTimeoutMS=5&tls").options).toEqual(
    new Set(["w", "serverselectiontimeoutms", "tls"]),
  );
  expect(parseMongodbUrl("mongodb+srv://h").scheme).toBe("mongodb+srv");
});

it.each([
  "mongodb://",
  "mongodb:///users",
  "mongodb:h",
  "http://h/users",
  "mongodb://u:secret@h/a/b",
  "mongodb://u:secret@h/a b",
  "mongodb://u:secret@h/a.b",
  "mongodb://u:secret@h/%zz",
  `mongodb://u:secret@h/${"x".repeat(64)}`,
  "mongodb://u:secret@h/admin",
  "mongodb://u:secret@h/local",
  // At these the driver throws from where nobody catches it.
  "mongodb://u:secret@h:27017,/users",
  "mongodb://u:secret@h:99999/users",
  "mongodb://u:secret@h:0/users",
  "mongodb://u:secret@h:port/users",
  "mongodb://u:secret@[::1:27017/users",
])("refuses %s, and repeats no password", (url) => {
  try {
    parseMongodbUrl(url);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: "invalid-option" });
    expect(String(error)).not.toContain("secret");
  }
});

it("says what to do with a URL that names a database of MongoDB's own", () => {
  expect(() => parseMongodbUrl("mongodb://root:pw@h/admin")).toThrow(/authSource=admin/);
});
