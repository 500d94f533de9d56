import { idOf, json } from "../respond.js";
import { memberRoute, type Route } from "../route.js";
import { jsonObject } from "../schemas/texts.js";
import { asJson } from "./admin-users.js";

const TAG = "Administration: users";
const PATH = "/api/admin/users/{id}/data";
const dataBody = jsonObject.meta({
  id: "UserData",
  description: "What the application keeps on a user; 64 KiB at most.",
});
const answers = { 200: { description: "The data as it is now.", schema: dataBody } };

export const adminDataRoutes: readonly Route[] = [
  memberRoute({
    access: "admin",
    method: "get",
    path: PATH,
    tag: TAG,
    summary: "What the application keeps on a user.",
    answers,
    errors: ["not-found"],
    handle: async ({ web, c }) => json(200, await web.space.users.data.get(idOf({ c }, "user"))),
  }),

  memberRoute({
    access: "admin",
    method: "put",
    path: PATH,
    tag: TAG,
    summary: "Replace all of it.",
    body: dataBody,
    answers,
    errors: ["not-found", "conflict"],
    handle: async ({ web, c, body, context }) =>
      json(200, await web.space.users.data.replace(idOf({ c }, "user"), asJson(body), context)),
  }),

  memberRoute({
    access: "admin",
    method: "patch",
    path: PATH,
    tag: TAG,
    summary: "Set the fields given; null removes one; the others stay.",
    body: dataBody,
    answers,
    errors: ["not-found", "conflict"],
    handle: async ({ web, c, body, context }) =>
      json(200, await web.space.users.data.merge(idOf({ c }, "user"), asJson(body), context)),
  }),
];
