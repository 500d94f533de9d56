import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeIn, linkIn, openTestSpace, type TestSpace } from "../../test/helpers/space.js";

const GOOD = "correct horse battery staple";
let test: TestSpace;
beforeEach(async () => {
  test = await openTestSpace({ signUp: { password: "optional" } });
});
afterEach(() => test.cleanup());

const newest = async (address: string) => (await test.mailsTo(address))[0];
const refusal = (code: string) => expect.objectContaining({ code });

describe("signing up without a password", () => {
  it("is confirmed by code, and signs in by mailed codes from then on", async () => {
    const { codes } = test.space;
    const asked = await test.space.signUp({ email: "bea@example.com", username: "bea" });
    if (asked.status !== "verification-sent") throw new Error(asked.status);
    const code = codeIn(await newest("bea@example.com"));
    expect(await codes.confirm("verify-email", { ticket: asked.ticket, code })).toMatchObject({
      status: "verified",
      user: { username: "bea" },
    });
    expect(await test.space.signIn({ identifier: "bea", password: GOOD })).toEqual({
      status: "wrong-credentials",
    });
    const signIn = await codes.request("sign-in", { identifier: "bea" });
    if (signIn.status !== "sent") throw new Error(signIn.status);
    const again = codeIn(await newest("bea@example.com"));
    expect(await test.space.signIn({ ticket: signIn.ticket, code: again })).toMatchObject({
      status: "signed-in",
    });
  });

  it("is confirmed by its link alone, since there is no stranger's password in it", async () => {
    await test.space.signUp({ email: "bea@example.com" });
    const link = linkIn(await newest("bea@example.com"));
    expect(await test.space.codes.peek(link)).toMatchObject({ needsProof: false });
    expect((await test.space.codes.confirm("verify-email", { link })).status).toBe("verified");
  });

  it("takes a password where one is given", async () => {
    const asked = await test.space.signUp({ email: "ada@example.com", password: GOOD });
    if (asked.status !== "verification-sent") throw new Error(asked.status);
    const code = codeIn(await newest("ada@example.com"));
    await test.space.codes.confirm("verify-email", { ticket: asked.ticket, code });
    expect((await test.space.signIn({ identifier: "ada@example.com", password: GOOD })).status).toBe(
      "signed-in",
    );
  });

  it("is an option: required as a rule, none where nobody has a password", async () => {
    await test.reopen({ signUp: {} });
    expect(test.space.signUpPassword).toBe("required");
    await expect(test.space.signUp({ email: "bea@example.com" })).rejects.toThrow(refusal("invalid-input"));
    await test.reopen({ signUp: { password: "none", verification: "none" } });
    await expect(test.space.signUp({ email: "bea@example.com", password: GOOD })).rejects.toThrow(
      refusal("invalid-input"),
    );
    expect(await test.space.signUp({ email: "bea@example.com" })).toMatchObject({ status: "signed-up" });
    const nobody = { signUp: { password: "none" }, signIn: { emailCode: "nobody" } } as const;
    await expect(test.reopen(nobody)).rejects.toThrow(refusal("invalid-option"));
    await test.reopen({ signUp: {} });
  });
});
