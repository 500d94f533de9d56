import { WatchwordError } from "../base/errors.js";
import type { Actor, Context } from "../space/contract.js";

/** Whose account something is done to. */
export interface Target {
  readonly id: string;
  readonly admin: boolean;
  readonly superuser: boolean;
}

/** Whether the context acts for the application itself. */
export function isSystem(context: Context): boolean {
  return context.actor === undefined || context.actor.type === "system";
}

function isAdministrator(actor: Actor): boolean {
  return actor.type === "system" || actor.admin || actor.superuser;
}

function isSuperuser(actor: Actor): boolean {
  return actor.type === "system" || actor.superuser;
}

/** @throws WatchwordError `not-allowed` unless the actor is an administrator, a superuser or the system. */
export function requireAdministrator(context: Context, deed: string): void {
  if (context.actor !== undefined && !isAdministrator(context.actor))
    throw new WatchwordError("not-allowed", `Only an administrator may ${deed}.`);
}

/** @throws WatchwordError `not-allowed` unless the actor is a superuser or the system. */
export function requireSuperuser(context: Context, deed: string): void {
  if (context.actor !== undefined && !isSuperuser(context.actor))
    throw new WatchwordError("not-allowed", `Only a superuser may ${deed}.`);
}

/** An administrator may act on anybody but a superuser; a superuser on everybody. */
export function requireAdministratorOf(target: Target, context: Context, deed: string): void {
  requireAdministrator(context, deed);
  if (target.superuser) requireSuperuser(context, `${deed} where the person is a superuser`);
}

/** The person themselves, or an administrator of theirs. */
export function requireSelfOrAdministrator(target: Target, context: Context, deed: string): void {
  if (context.actor?.type === "user" && context.actor.id === target.id) return;
  requireAdministratorOf(target, context, deed);
}

/**
 * An address opens the account, by a reset. So nobody sets their own here, not even an administrator: a stolen session
 * would become ownership. People prove a new address by a code; an administrator's is set by a superuser.
 * @throws WatchwordError `not-allowed`
 */
export function requireRightToSetAddress(target: Target, context: Context): void {
  requireAdministratorOf(target, context, "set an address without a code");
  if (target.admin) requireSuperuser(context, "set an administrator's address");
  if (context.actor?.type === "user" && context.actor.id === target.id)
    throw new WatchwordError(
      "not-allowed",
      "Nobody sets their own address without a code; ask another administrator.",
    );
}
