import type { Clock } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { requireText } from "../base/input.js";
import { idKey } from "../base/keys.js";
import type { BlockGate } from "../blocks/gate.js";
import type { CodeDesk } from "../codes/desk.js";
import type { RequestCode } from "../codes/request.js";
import { skipsLimits } from "../limits/skip.js";
import type {
  BlocksAtDeletion,
  CodeProof,
  CodeRequest,
  CodeRequestResult,
  Context,
  DeleteAccountResult,
  LimitSkip,
  PasswordsService,
} from "../space/contract.js";
import type { Store } from "../store/contract.js";
import type { Deletion } from "./deletion.js";
import { aboutOwnAccount, asThemselves } from "./own-account.js";
import { toUser } from "./records.js";

/** Deleting one's own account with a mailed code and, where there is one, the password. */
export interface AccountDeletion {
  request(input: CodeRequest): Promise<CodeRequestResult>;
  confirm(
    input: CodeProof & {
      readonly password?: string;
      readonly codeFirst?: boolean;
      readonly blocks?: BlocksAtDeletion;
    } & LimitSkip &
      Context,
  ): Promise<DeleteAccountResult>;
}

export function createAccountDeletion(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly desk: CodeDesk;
  readonly requestCode: RequestCode;
  readonly gate: BlockGate;
  readonly deletion: Deletion;
  readonly confirmPassword: PasswordsService["confirm"];
}): AccountDeletion {
  const { store, clock, desk, requestCode, gate, deletion, confirmPassword } = deps;
  return {
    request: async (input) =>
      requestCode(aboutOwnAccount(input, "delete"), {
        purposes: ["delete-account"],
        action: "delete-account",
        template: "delete-account",
        addressOf: (user) => user?.email ?? null,
      }),

    async confirm(input) {
      const presented = await desk.present("delete-account", input, {
        ip: input.ip,
        skip: skipsLimits(input),
      });
      if (presented === "wrong-code") return { status: "wrong-code" };
      if ("status" in presented) return presented;
      const found = await store.findSignIn([idKey(presented.code.userId)]);
      if (found === null || (await gate.of(found.user)) !== null) return { status: "wrong-code" };
      const { user } = found;
      if (input.codeFirst === true && (await presented.look()) === "wrong-code")
        return { status: "wrong-code" };
      const context = { ...input, actor: asThemselves(user) };
      await deletion.requireAnotherSuperuser(user, context);
      // Before the code is used up: a slip of the finger costs nobody the code.
      if (found.password !== null) {
        if (input.password === undefined) return { status: "wrong-password" };
        const asked = await confirmPassword({
          userId: user.id,
          password: requireText(input.password, "password"),
          ...(input.ip === undefined ? {} : { ip: input.ip }),
          ...(input.skipLimits === undefined ? {} : { skipLimits: input.skipLimits }),
        }).catch(wrongCodeWhereGone);
        if (asked.status !== "confirmed") return asked;
      }
      const code = await presented.redeem();
      if (code === "wrong-code") return { status: "wrong-code" };
      if ("status" in code) return code;
      const current = await store.findUser([idKey(code.userId)]);
      if (current === null || current.email !== code.address) return { status: "wrong-code" };
      await deletion.delete(current, input.blocks, context);
      return { status: "account-deleted", user: toUser(current, clock.now()) };
    },
  };
}

/** Of many who come with one code at once, the first may have deleted the account by now: the code is used up. */
function wrongCodeWhereGone(error: unknown): { readonly status: "wrong-code" } {
  if (error instanceof WatchwordError && error.code === "not-found") return { status: "wrong-code" };
  throw error;
}
