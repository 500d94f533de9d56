import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openPiccolo, type Piccolo } from "watchword/compat/piccolo";
import { ApiProgram } from "../helpers/api.js";
import { portOptions } from "../helpers/compat.js";
import { newDatabase, type TestDatabase } from "../helpers/database.js";

let database: TestDatabase;
let piccolo: Piccolo;
beforeEach(async () => {
  database = await newDatabase();
  piccolo = await openPiccolo({ url: database.url, watchword: portOptions(database) });
});
afterEach(async () => {
  await piccolo.close();
  await database.drop();
});

interface Rights {
  readonly active: boolean;
  readonly admin: boolean;
  readonly superuser: boolean;
}

/** Signs in somebody with these rights, as the console does; null: it does not let them in. */
async function signIn(username: string, rights: Rights): Promise<ApiProgram | null> {
  const password = `the secret of ${username}`;
  await piccolo.BaseUser.createUser({ username, password, ...rights });
  const program = new ApiProgram(piccolo.space);
  const answer = await program.call("POST", "/api/sign-in", {
    identifier: username,
    password,
    cookie: false,
  });
  if (answer.status !== 200) return null;
  program.token = answer.text("token");
  return program;
}

const victim = async () => {
  await piccolo.BaseUser.createUser({ username: "victim", password: "victim's own", active: true });
  return (await piccolo.space.users.find({ username: "victim" }))?.id ?? "";
};

describe("the rights that createUser gives hold where people are administered", () => {
  it.each([
    [{ active: true, admin: true, superuser: false }, 200],
    [{ active: true, admin: true, superuser: true }, 200],
    [{ active: true, admin: false, superuser: false }, 403],
    [{ active: false, admin: true, superuser: false }, null],
    [{ active: false, admin: true, superuser: true }, null],
    // In Watchword a superuser may do whatever an administrator may.
    [{ active: true, admin: false, superuser: true }, 200],
  ])("%j lists users with %s", async (rights, status) => {
    const program = await signIn("someone", rights);
    expect(program === null ? null : (await program.get("/api/admin/users")).status).toBe(status);
  });

  it.each([
    [{ active: true, admin: true, superuser: true }, 204],
    [{ active: true, admin: true, superuser: false }, 403],
    [{ active: true, admin: false, superuser: false }, 403],
  ])("%j changes somebody else's password with %s", async (rights, status) => {
    const id = await victim();
    const program = await signIn("someone", rights);
    const body = { password: "chosen for you" };
    expect((await program?.call("PUT", `/api/admin/users/${id}/password`, body))?.status).toBe(status);
    const login = (password: string) => piccolo.BaseUser.login({ username: "victim", password });
    expect((await login("chosen for you")) !== null).toBe(status === 204);
    expect((await login("victim's own")) !== null).toBe(status !== 204);
  });

  it("says the same in the core, whatever the way there", async () => {
    const id = await victim();
    const actor = { type: "user", id: "0193e6b5-0000-7000-8000-000000000000", admin: true } as const;
    const set = (superuser: boolean) =>
      piccolo.space.passwords.set(id, "chosen for you", { actor: { ...actor, superuser } });
    await expect(set(false)).rejects.toMatchObject({ code: "not-allowed" });
    await expect(set(true)).resolves.toBeUndefined();
  });

  it("shows an administrator out the moment that active or admin is taken away", async () => {
    for (const change of [{ active: false }, { admin: false }]) {
      const name = `admin without ${Object.keys(change)}`;
      const program = await signIn(name, { active: true, admin: true, superuser: false });
      expect((await program?.get("/api/admin/users"))?.status).toBe(200);
      const id = (await piccolo.space.users.find({ username: name }))?.id ?? "";
      await piccolo.space.users.changePermissions(id, change);
      expect((await program?.get("/api/admin/users"))?.status).toBe(401);
    }
  });
});
