import type { Page, Session, User } from "../space/contract.js";
import type { Problem } from "./problem.js";
import type { Visit } from "./visit.js";

/** What each form of the page has to say after it was sent in vain. */
export interface AccountForms {
  readonly profile?: {
    readonly values: { readonly username: string; readonly userLocale: string };
    readonly problem: Problem;
  };
  readonly password?: Problem;
  readonly email?: { readonly value: string; readonly problem: Problem };
  readonly secondFactor?: Problem;
  readonly sessions?: Problem;
  readonly deletion?: Problem;
}

export interface AccountInput {
  readonly user: User;
  /** Without one the person proves who they are by codes to their address. */
  readonly hasPassword: boolean;
  /** The one that the person looks at the page in. */
  readonly session: Session;
  readonly sessions: Page<Session>;
  readonly forms: AccountForms;
  readonly notice: string | null;
}

/** What each part of the page gets. */
export interface PartProps {
  readonly visit: Visit;
  readonly input: AccountInput;
}
