/** Who does something: the application itself, or a person who is signed in. */
export type Actor =
  | { readonly type: "system" }
  | {
      readonly type: "user";
      readonly id: string;
      readonly admin: boolean;
      readonly superuser: boolean;
      /** The session that the person acts in. */
      readonly sessionId?: string;
    };

/** Who acts and from where; it stands in the options of every method that changes something. */
export interface Context {
  /** Default: the system, which may do everything. */
  readonly actor?: Actor;
  /** The address of the person's device. Without it the limits for addresses are off. */
  readonly ip?: string;
  readonly userAgent?: string;
  /** A BCP 47 language tag, such as `en`. */
  readonly locale?: string;
  /** Joins log lines and audit rows of one request. */
  readonly requestId?: string;
}
