import { describe, expect, it } from "vitest";
import { startOf } from "./format.js";

describe("the beginning of a shape", () => {
  it.each([
    [/^\$argon2(id|i|d)\$x/, "$argon2"],
    [/^bcrypt\$(\$2[aby]?\$.{56})$/, "bcrypt$"],
    [/^\{SSHA\}[a|b]+$/, "{SSHA}"],
    [/^\*[0-9a-fA-F]{40}$/, "*"],
    [/^pbkdf2_sha1\$x|y/, ""],
    [/(?:^a:b$)|(?:^c$)/, ""],
    [/^(?:a|b)c/, ""],
    [/^ab?c/, "a"],
    [/^\$*a/, ""],
    [/^a{2}b/, ""],
    [/^[ab]c/, ""],
    [/^\d\d:x/, ""],
    [/^\{CRYPT\}x/i, ""],
    [/a/, ""],
  ])("of %s is %j", (shape, start) => {
    expect(startOf(shape)).toBe(start);
  });
});
