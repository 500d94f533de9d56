import { z } from "zod";

/** The longest that a person may type as a name: an address has 254 characters at most, a username 255 code points. */
export const identifier = z
  .string()
  .min(1)
  .max(512)
  .meta({ description: "An email address or a username.", example: "ada@example.com" });
export const email = z
  .string()
  .min(1)
  .max(320)
  .meta({ description: "An email address.", example: "ada@example.com" });
export const username = z
  .string()
  .min(1)
  .max(512)
  .meta({ description: "A username, 1 to 255 characters.", example: "ada" });
/** Longer ones are refused by the policy, with a reason; this bound only keeps the work small. */
export const password = z
  .string()
  .max(4096)
  .meta({ description: "A password.", example: "correct horse battery staple", format: "password" });
export const ticket = z
  .string()
  .min(1)
  .max(128)
  .meta({ description: "The ticket that the request for the code answered with." });
export const code = z
  .string()
  .min(1)
  .max(64)
  .meta({ description: "The code as typed from the mail.", example: "7KQ2MX" });
export const link = z
  .string()
  .min(1)
  .max(512)
  .meta({ description: "What stands behind `link=` in the address of the mail's link." });
export const locale = z
  .string()
  .min(2)
  .max(35)
  .meta({ description: "A BCP 47 language tag.", example: "en" });
export const device = z.string().min(1).max(512).meta({
  description: "What an earlier sign-in on this device gave as `device`; for clients without cookies.",
});
export const cookie = z
  .boolean()
  .meta({ description: "False: no cookie is set and the answer carries the token. Default: true." });
export const id = z
  .uuid()
  .meta({ description: "A UUIDv7.", example: "019a0000-0000-7000-8000-000000000000" });
export const time = z.iso
  .datetime({ offset: true })
  .meta({ description: "A time (RFC 3339).", example: "2026-01-01T00:00:00.000Z" });

/** Any JSON object; the parser has refused names that reach a prototype. */
export const jsonObject = z.record(z.string(), z.unknown()).meta({ description: "Any JSON object." });

/** `true` or `false` in a query. */
export const flag = z.enum(["true", "false"]).transform((text) => text === "true");

/** The parameters of a page of a list. */
export const pageParameters = {
  after: z.string().min(1).max(1024).optional().meta({ description: "`next` of the page before." }),
  size: z.coerce.number().int().min(1).max(1000).optional().meta({ description: "1 to 1000; default 50." }),
};
