import { DjMongoAuthError } from "./error.js";
import type { DjMongoAuthRequest } from "./request.js";

/** A handler that gets the request first, and may get more. */
type Handler<This, Args extends readonly [DjMongoAuthRequest, ...unknown[]], Result> = (
  this: This,
  ...args: Args
) => Result;

type Guarded<This, Args extends readonly [DjMongoAuthRequest, ...unknown[]], Result> = (
  this: This,
  ...args: Args
) => Promise<Awaited<Result>>;

/** Puts the question who is signed in before a handler, or before a method as a decorator. */
export interface Guard {
  /** A handler; a method by a decorator of the standard form. */
  <This, Args extends readonly [DjMongoAuthRequest, ...unknown[]], Result>(
    handler: Handler<This, Args, Result>,
    context?: ClassMethodDecoratorContext<This, Handler<This, Args, Result>>,
  ): Guarded<This, Args, Result>;
  /** A method, by a decorator of the form before (`experimentalDecorators`). */
  (target: object, name: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor;
}

/** {@link Guard}, also as `authenticated()`, which gives it. */
export interface Authenticated extends Guard {
  (): Guard;
}

/** @param require Throws unless the request is signed in. */
export function createAuthenticated(
  require: (request: DjMongoAuthRequest) => Promise<unknown>,
): Authenticated {
  function guarded(handler: (...args: unknown[]) => unknown) {
    async function authenticatedHandler(this: unknown, ...args: unknown[]): Promise<unknown> {
      await require(requestIn(args));
      return handler.apply(this, args);
    }
    return Object.defineProperty(authenticatedHandler, "name", { value: handler.name });
  }

  function guard(target: unknown, _context?: unknown, descriptor?: PropertyDescriptor): unknown {
    if (descriptor !== undefined) return { ...descriptor, value: guarded(descriptor.value) };
    if (typeof target !== "function")
      throw new TypeError("authenticated goes before a function or a method of a class.");
    return guarded(target as (...args: unknown[]) => unknown);
  }

  return ((...given: Parameters<typeof guard> | []) =>
    given.length === 0 ? guard : guard(...given)) as Authenticated;
}

function requestIn([request]: readonly unknown[]): DjMongoAuthRequest {
  if (typeof request !== "object" || request === null || !("headers" in request))
    throw new DjMongoAuthError("The handler was called without a request as its first argument.");
  return request as DjMongoAuthRequest;
}
