import type { Route } from "../route.js";
import { accountRoutes } from "./account.js";
import { adminDataRoutes } from "./admin-data.js";
import { adminSessionRoutes } from "./admin-sessions.js";
import { adminSystemRoutes } from "./admin-system.js";
import { adminUserRoutes } from "./admin-users.js";
import { emailRoutes } from "./email.js";
import { healthRoutes } from "./health.js";
import { passwordRoutes } from "./password.js";
import { sessionRoutes } from "./session.js";
import { signInRoutes } from "./sign-in.js";
import { signUpRoutes } from "./sign-up.js";

/** Every route of the API; `/api/openapi.json` and `/metrics` come besides. */
export const ROUTES: readonly Route[] = [
  ...signUpRoutes,
  ...signInRoutes,
  ...sessionRoutes,
  ...emailRoutes,
  ...passwordRoutes,
  ...accountRoutes,
  ...adminUserRoutes,
  ...adminDataRoutes,
  ...adminSessionRoutes,
  ...adminSystemRoutes,
  ...healthRoutes,
];
