import type { UsersService } from "../space/contract.js";
import { createUserChanges } from "./change.js";
import { createEmailChange, type EmailChange } from "./change-email.js";
import { type AccountDeletion, createAccountDeletion } from "./delete-account.js";
import { createDeletion } from "./deletion.js";
import { createNewAddressCodes } from "./new-address.js";
import { createUsers } from "./users.js";

type Deps = Omit<
  Parameters<typeof createUsers>[0] &
    Parameters<typeof createEmailChange>[0] &
    Parameters<typeof createAccountDeletion>[0] &
    Parameters<typeof createNewAddressCodes>[0] &
    Parameters<typeof createDeletion>[0],
  "changes" | "deletion" | "newAddressCodes"
>;

/** Everything that is done to an account, joined together. */
export function createUserFlows(deps: Deps): {
  readonly users: UsersService;
  readonly emailChange: EmailChange;
  readonly deletion: AccountDeletion;
} {
  const parts = {
    ...deps,
    changes: createUserChanges(deps),
    deletion: createDeletion(deps),
    newAddressCodes: createNewAddressCodes(deps),
  };
  return {
    users: createUsers(parts),
    emailChange: createEmailChange(parts),
    deletion: createAccountDeletion(parts),
  };
}
