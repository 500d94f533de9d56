import type { Route } from "../route.js";
import { accountRoutes } from "./account.js";
import { accountDeletionRoutes } from "./account-deletion.js";
import { adminBlockRoutes } from "./admin-blocks.js";
import { adminDataRoutes } from "./admin-data.js";
import { adminLimitRoutes } from "./admin-limits.js";
import { adminSessionRoutes } from "./admin-sessions.js";
import { adminSystemRoutes } from "./admin-system.js";
import { adminUserRoutes } from "./admin-users.js";
import { emailRoutes } from "./email.js";
import { emailChangeRoutes } from "./email-change.js";
import { healthRoutes } from "./health.js";
import { passwordRoutes } from "./password.js";
import { secondFactorRoutes } from "./second-factor.js";
import { sessionRoutes } from "./session.js";
import { signInRoutes } from "./sign-in.js";
import { signUpRoutes } from "./sign-up.js";
import { unlockRoutes } from "./unlock.js";

/** Every route of the API; `/api/openapi.json` and `/metrics` come besides. */
export const ROUTES: readonly Route[] = [
  ...signUpRoutes,
  ...signInRoutes,
  ...unlockRoutes,
  ...sessionRoutes,
  ...emailRoutes,
  ...emailChangeRoutes,
  ...passwordRoutes,
  ...accountRoutes,
  ...secondFactorRoutes,
  ...accountDeletionRoutes,
  ...adminUserRoutes,
  ...adminBlockRoutes,
  ...adminDataRoutes,
  ...adminLimitRoutes,
  ...adminSessionRoutes,
  ...adminSystemRoutes,
  ...healthRoutes,
];
