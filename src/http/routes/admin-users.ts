import { z } from "zod";
import { WatchwordError } from "../../base/errors.js";
import type { JsonObject } from "../../space/contract.js";
import { idOf, json, nothing, tooMany } from "../respond.js";
import { memberRoute, type Route } from "../route.js";
import {
  email,
  flag,
  jsonObject,
  locale,
  pageParameters,
  password,
  time,
  username,
} from "../schemas/texts.js";
import { pageOf, userView } from "../schemas/views.js";
import { viewUser } from "../views.js";
import { chosen } from "./second-factor.js";

const TAG = "Administration: users";

const role = z.string().min(1).max(64);
const roles = z.array(role).max(100);

const listQuery = z.strictObject({
  search: z.string().max(255).optional().meta({ description: "Any part of the username or email." }),
  active: flag.optional(),
  admin: flag.optional(),
  superuser: flag.optional(),
  blocked: flag.optional(),
  verified: flag.optional(),
  role: role.optional(),
  order: z.enum(["created", "username"]).optional(),
  ...pageParameters,
});

const permissions = {
  active: z.boolean().optional(),
  admin: z.boolean().optional(),
  superuser: z.boolean().optional(),
  roles: roles.optional(),
};

const createBody = z
  .strictObject({
    username: username.optional(),
    email: email.optional(),
    password: password
      .optional()
      .meta({ description: "For superusers only; others let the person reset it." }),
    emailVerified: z.boolean().optional(),
    locale: locale.optional(),
    data: jsonObject.optional(),
    ...permissions,
  })
  .meta({ id: "CreateUser" });

const changeBody = z
  .strictObject({
    username: username.nullable().optional(),
    email: email.nullable().optional(),
    emailVerified: z.boolean().optional(),
    locale: locale.nullable().optional(),
  })
  .meta({ id: "ChangeUser" });

const blockBody = z
  .strictObject({ reason: z.string().max(1000).optional(), until: time.optional() })
  .meta({ id: "BlockUser" });

const secondFactorBody = z
  .strictObject({ factor: z.enum(["mail"]).nullable() })
  .meta({ id: "SetSecondFactor" });

const oneUser = { 200: { description: "The user as it is now.", schema: userView } };

export const adminUserRoutes: readonly Route[] = [
  memberRoute({
    access: "admin",
    method: "get",
    path: "/api/admin/users",
    tag: TAG,
    summary: "A page of users.",
    query: listQuery,
    answers: { 200: { description: "The page.", schema: pageOf(userView) } },
    errors: [],
    async handle({ web, query }) {
      const { items, next } = await web.space.users.list(query);
      return json(200, { items: items.map(viewUser), next });
    },
  }),

  memberRoute({
    access: "admin",
    method: "post",
    path: "/api/admin/users",
    tag: TAG,
    summary: "Create a user. Only superusers may choose the password or make administrators.",
    body: createBody,
    answers: { 201: { description: "The new user.", schema: userView } },
    errors: [
      "invalid-identifier",
      "username-taken",
      "email-taken",
      "name-blocked",
      "password-refused",
      "busy",
    ],
    async handle({ web, body, context }) {
      const { locale: userLocale, data, ...rest } = body;
      const user = await web.space.users.create({
        ...rest,
        ...(userLocale === undefined ? {} : { userLocale }),
        ...(data === undefined ? {} : { data: asJson(data) }),
        ...context,
      });
      return json(201, viewUser(user));
    },
  }),

  memberRoute({
    access: "admin",
    method: "get",
    path: "/api/admin/users/{id}",
    tag: TAG,
    summary: "One user.",
    answers: { 200: { description: "The user.", schema: userView } },
    errors: ["not-found"],
    handle: async ({ web, c }) => json(200, viewUser(await web.space.users.get(idOf({ c }, "user")))),
  }),

  memberRoute({
    access: "admin",
    method: "patch",
    path: "/api/admin/users/{id}",
    tag: TAG,
    summary: "Change names and language.",
    body: changeBody,
    answers: oneUser,
    errors: ["not-found", "invalid-identifier", "username-taken", "email-taken", "name-blocked", "conflict"],
    async handle({ web, c, body, context }) {
      const { locale: userLocale, ...rest } = body;
      const change = { ...rest, ...(userLocale === undefined ? {} : { userLocale }) };
      return json(200, viewUser(await web.space.users.update(idOf({ c }, "user"), change, context)));
    },
  }),

  memberRoute({
    access: "admin",
    method: "delete",
    path: "/api/admin/users/{id}",
    tag: TAG,
    summary: "Delete a user. A block goes on to lie on the names, unless `blocks=remove`.",
    query: z.strictObject({ blocks: z.enum(["keep", "remove"]).optional() }),
    answers: { 204: { description: "Deleted." } },
    errors: ["not-found"],
    async handle({ web, c, query, context }) {
      await web.space.users.delete(idOf({ c }, "user"), { ...query, ...context });
      return nothing();
    },
  }),

  memberRoute({
    access: "admin",
    method: "patch",
    path: "/api/admin/users/{id}/permissions",
    tag: TAG,
    summary: "Change permissions and roles. Only superusers make or unmake administrators.",
    body: z.strictObject(permissions).meta({ id: "ChangePermissions" }),
    answers: oneUser,
    errors: ["not-found", "conflict"],
    handle: async ({ web, c, body, context }) =>
      json(200, viewUser(await web.space.users.changePermissions(idOf({ c }, "user"), body, context))),
  }),

  memberRoute({
    access: "admin",
    method: "put",
    path: "/api/admin/users/{id}/block",
    tag: TAG,
    summary: "Block a user, until a time or for good. Ends every session.",
    body: blockBody,
    answers: oneUser,
    errors: ["not-found", "conflict"],
    async handle({ web, c, body, context }) {
      const { reason, until } = body;
      const options = {
        ...(reason === undefined ? {} : { reason }),
        ...(until === undefined ? {} : { until: new Date(until) }),
      };
      return json(
        200,
        viewUser(await web.space.users.block(idOf({ c }, "user"), { ...options, ...context })),
      );
    },
  }),

  memberRoute({
    access: "admin",
    method: "delete",
    path: "/api/admin/users/{id}/block",
    tag: TAG,
    summary: "Lift a block, and those on the user's names.",
    answers: oneUser,
    errors: ["not-found", "conflict"],
    handle: async ({ web, c, context }) =>
      json(200, viewUser(await web.space.users.unblock(idOf({ c }, "user"), context))),
  }),

  memberRoute({
    access: "admin",
    method: "post",
    path: "/api/admin/users/{id}/unlock",
    tag: TAG,
    summary: "Forget the failed passwords of a user, and the waits that they brought.",
    answers: oneUser,
    errors: ["not-found"],
    handle: async ({ web, c, context }) =>
      json(200, viewUser(await web.space.users.unlock(idOf({ c }, "user"), context))),
  }),

  memberRoute({
    access: "admin",
    method: "put",
    path: "/api/admin/users/{id}/second-factor",
    tag: TAG,
    summary: "Turn the second factor by mail on, or off (null) for somebody who lost it. The person is told.",
    body: secondFactorBody,
    answers: oneUser,
    errors: ["not-found", "conflict"],
    async handle({ web, c, body, context }) {
      const result = await web.space.users.setSecondFactor(idOf({ c }, "user"), body.factor, context);
      return json(200, viewUser(chosen(result)));
    },
  }),

  memberRoute({
    access: "admin",
    method: "post",
    path: "/api/admin/users/{id}/password-reset",
    tag: TAG,
    summary: "Mail the person a link for a new password.",
    answers: {
      202: { description: "The mail is on its way.", schema: z.strictObject({ status: z.literal("sent") }) },
    },
    errors: ["not-found", "conflict", "too-many-requests"],
    async handle({ web, c, context }) {
      const user = await web.space.users.get(idOf({ c }, "user"));
      if (user.email === null)
        throw new WatchwordError("conflict", "This user has no email address; give them one first.", {
          details: { field: "email" },
        });
      const result = await web.space.codes.request("reset-password", { userId: user.id, ...context });
      if (result.status === "limited") throw tooMany(result);
      // The ticket stays here: with it an administrator could type a code that somebody reads to them.
      return json(202, { status: result.status });
    },
  }),

  memberRoute({
    access: "superuser",
    method: "put",
    path: "/api/admin/users/{id}/password",
    tag: TAG,
    summary: "Set a password. Audited, and told to its owner; ends every session.",
    body: z.strictObject({ password }).meta({ id: "SetPassword" }),
    answers: { 204: { description: "The password is set." } },
    errors: ["not-found", "password-refused", "busy"],
    async handle({ web, c, body, context }) {
      await web.space.passwords.set(idOf({ c }, "user"), body.password, context);
      return nothing();
    },
  }),
];

/** What came out of a JSON text is JSON. */
export function asJson(value: Record<string, unknown>): JsonObject {
  return value as JsonObject;
}
