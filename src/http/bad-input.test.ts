import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROUTES } from "#dist/http/routes/index.js";
import { type ApiProgram, callApi, signedInProgram } from "../../test/helpers/api.js";
import { openTestSpace, type TestSpace } from "../../test/helpers/space.js";

let test: TestSpace;
let superuser: ApiProgram;
let document: OpenApi;
beforeAll(async () => {
  test = await openTestSpace();
  superuser = (await signedInProgram(test.space, "root", { superuser: true })).program;
  document = (await superuser.get("/api/openapi.json")).body as OpenApi;
});
afterAll(() => test.cleanup());

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly example?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}
interface Operation {
  readonly requestBody?: { readonly content: { readonly "application/json": { readonly schema: Schema } } };
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** What an attacker sends where text belongs. */
const NOT_TEXT: readonly unknown[] = [
  { $ne: null },
  { $regex: "^" },
  { $gt: "" },
  ["ada"],
  [],
  {},
  17,
  true,
  { toString: "x", length: 3 },
];

function resolved(schema: Schema): Schema {
  const name = schema.$ref?.split("/").at(-1);
  return name === undefined ? schema : (document.components.schemas[name] ?? schema);
}

/** The objects that a body may be. */
function formsOf(schema: Schema): readonly Schema[] {
  const whole = resolved(schema);
  return whole.anyOf === undefined ? [whole] : whole.anyOf.flatMap(formsOf);
}

function isText(schema: Schema): boolean {
  return [schema.type].flat().includes("string") || (schema.anyOf?.some(isText) ?? false);
}

function sample(schema: Schema): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.enum !== undefined) return schema.enum[0];
  const [type] = [schema.type].flat();
  return { boolean: true, array: [], object: {}, integer: 1 }[type ?? ""] ?? "text";
}

function bodies(): { method: string; path: string; form: Schema }[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { requestBody }]) =>
      requestBody === undefined
        ? []
        : formsOf(requestBody.content["application/json"].schema).map((form) => ({
            method: method.toUpperCase(),
            path: path.replace("{id}", "019a0000-0000-7000-8000-000000000000"),
            form,
          })),
    ),
  );
}

describe("where text belongs", () => {
  it("an object, a list or a number is 400 for every field of every body, and its value is not repeated", async () => {
    let fields = 0;
    for (const { method, path, form } of bodies()) {
      const properties = Object.entries(form.properties ?? {});
      const valid = Object.fromEntries(properties.map(([field, schema]) => [field, sample(schema)]));
      // A field that may be anything would be text to nobody, and so to none of the expectations below.
      for (const [field, schema] of properties)
        expect([path, field, "type" in resolved(schema) || "anyOf" in resolved(schema)]).toEqual([
          path,
          field,
          true,
        ]);
      for (const [field] of properties.filter(([, schema]) => isText(resolved(schema)))) {
        fields++;
        for (const value of NOT_TEXT) {
          const answer = await superuser.call(method, path, { ...valid, [field]: value });
          expect([method, path, field, value, answer.status]).toEqual([method, path, field, value, 400]);
          expect(answer.body, `${method} ${path} ${field}`).toMatchObject({
            code: "invalid-input",
            field: expect.stringContaining(field),
          });
        }
      }
    }
    // So that a document without bodies does not pass for a server without holes.
    expect(fields).toBeGreaterThan(30);
  });

  it("null is taken only where the document says so", async () => {
    const answer = await superuser.call("POST", "/api/sign-in", { identifier: null, password: "x" });
    expect(answer.body).toMatchObject({ status: 400, field: "identifier" });
    expect((await superuser.call("PATCH", "/api/account", { locale: null })).status).toBe(200);
  });

  it("query parameters come once, are known, and have the form that the document gives them", async () => {
    for (const query of [
      "size=1&size=2",
      "search[$ne]=x",
      "order=id",
      "admin=1",
      "size=0",
      "size=1001",
      "size=x",
      "size=",
    ])
      expect([query, (await superuser.get(`/api/admin/users?${query}`)).status]).toEqual([query, 400]);
    expect((await superuser.get("/api/admin/users?__proto__=x")).status).toBe(400);
  });
});

describe("a field that nobody asked for", () => {
  const EXTRA = [
    "id",
    "userId",
    "role",
    "roles",
    "admin",
    "superuser",
    "active",
    "emailVerified",
    "emailVerifiedAt",
    "data",
    "actor",
    "ip",
    "sessionEpoch",
  ];

  it.each(EXTRA)(
    "such as %s is refused at sign-up and on one's account, and changes nothing",
    async (field) => {
      const { program, id } = await signedInProgram(test.space, `person-${field.toLowerCase()}`);
      const before = await test.space.users.get(id);
      const signUp = {
        email: `new-${field.toLowerCase()}@example.com`,
        password: "correct horse battery staple",
      };
      for (const value of [true, "admin", ["admin"], { admin: true }, 1]) {
        for (const [method, path, body] of [
          ["POST", "/api/sign-up", signUp],
          ["PATCH", "/api/account", { locale: "en" }],
          ["PUT", "/api/password", { currentPassword: "x", newPassword: "y" }],
        ] as const) {
          const answer = await program.call(method, path, { ...body, [field]: value });
          expect(answer.body).toMatchObject({ status: 400, code: "invalid-input", field });
        }
      }
      expect(await test.space.users.get(id)).toEqual(before);
      expect(await test.space.users.find({ email: signUp.email })).toBeNull();
    },
  );

  it("is named in every body of every route", async () => {
    for (const { method, path } of bodies().filter(({ path }) => !path.endsWith("/data"))) {
      const answer = await superuser.call(method, path, { "not-a-field": 1 });
      expect([method, path, answer.status]).toEqual([method, path, 400]);
    }
  });
});

describe("a body", () => {
  const signIn = (body: string, headers: Record<string, string> = {}) =>
    callApi(test.space, "192.0.2.9", "POST", "/api/sign-in", body, {
      "content-type": "application/json",
      ...headers,
    });

  it.each(["", "{", "nothing", "[1,", '{"identifier":"ada",}', "null", "[]", '"text"', "17", "\u0000"])(
    "of %j is 400",
    async (body) => {
      expect((await signIn(body)).body).toMatchObject({ status: 400, code: "invalid-input" });
    },
  );

  it("with a name twice, or one that reaches a prototype, is 400, and no object changed", async () => {
    for (const body of [
      '{"identifier":"ada","password":"x","password":"y"}',
      '{"identifier":"ada","password":"x","__proto__":{"isAdmin":true}}',
      '{"__proto__":{"identifier":"ada","password":"x"}}',
      '{"constructor":{"prototype":{"isAdmin":true}}}',
    ])
      expect((await signIn(body)).status).toBe(400);
    const data = await superuser.call(
      "PUT",
      "/api/admin/users/019a0000-0000-7000-8000-000000000000/data",
      '{"a":{"__proto__":{"isAdmin":true}}}',
    );
    expect(data.body).toMatchObject({ status: 400, field: "__proto__" });
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });

  it("of 10 MB is 413, and no more of it is read than is needed to know", async () => {
    const chunk = new Uint8Array(64 * 1024).fill(0x20);
    let sent = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += chunk.length;
        if (sent > 10 * 1024 * 1024) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: stream,
      duplex: "half",
    };
    const response = await test.space.handler(
      new Request(`${test.space.baseUrl}/api/sign-in`, init as RequestInit),
    );
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(512 * 1024);
    expect((await signIn("{}", { "content-length": String(10 * 1024 * 1024) })).status).toBe(413);
  });

  it("up to 128 KiB is taken", async () => {
    const padding = " ".repeat(128 * 1024 - 100);
    expect((await signIn(`{"identifier":"nobody","password":"x"${padding}}`)).status).toBe(401);
    expect((await signIn(`{"identifier":"nobody","password":"x"${padding}${" ".repeat(100)}}`)).status).toBe(
      413,
    );
  });

  it("that is not UTF-8 is 400", async () => {
    const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    const init = { method: "POST", headers: { "content-type": "application/json" }, body };
    const response = await test.space.handler(new Request(`${test.space.baseUrl}/api/sign-in`, init));
    expect(await response.json()).toMatchObject({ status: 400, detail: expect.stringContaining("UTF-8") });
  });

  it("never comes back in an answer, secrets least of all", async () => {
    const secret = "hunter2-and-more";
    for (const body of [
      { identifier: { nested: secret }, password: secret },
      { identifier: "ada", password: [secret] },
      { identifier: "ada", password: secret.repeat(1000) },
      `{"identifier":"ada","password":"${secret}"`,
    ]) {
      const answer = await callApi(test.space, "192.0.2.9", "POST", "/api/sign-in", body, {});
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body)).not.toContain(secret);
    }
  });
});

it("every route is in the document, each with the failures as problems", () => {
  for (const { method, path } of ROUTES) {
    const operation = document.paths[path]?.[method];
    expect([method, path, operation]).toEqual([method, path, expect.anything()]);
  }
  expect(JSON.stringify(document)).toContain("application/problem+json");
});
