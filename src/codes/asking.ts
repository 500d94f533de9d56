import { requireText } from "../base/input.js";
import { limitForm } from "../base/keys.js";
import type { CodeRecord } from "../store/contract.js";
import type { CodeDesk } from "./desk.js";
import type { DeskPurpose } from "./purposes.js";

/** Who asks for a code: what they typed, a known user, or the ticket of an earlier request. */
export type CodeRequester =
  | { readonly identifier: string; readonly ticket?: string }
  | { readonly userId: string; readonly ticket?: string }
  | { readonly ticket: string };

/** A request, read without a look at who exists: what it says must not depend on that. */
export interface Asking {
  /** What was asked for, in the one form that limits count. */
  readonly asked: string;
  /** The earlier request that this one repeats: its ticket came along, and it asked for the same. */
  readonly earlier: { readonly code: CodeRecord; readonly ticket: string } | null;
}

export async function readAsking(
  input: CodeRequester,
  purpose: DeskPurpose,
  desk: CodeDesk,
): Promise<Asking> {
  const found = input.ticket === undefined ? null : await desk.byTicket(input.ticket);
  const code = found?.purposes.includes(purpose) === true ? found : null;
  const asked = askedBy(input) ?? (code === null ? "" : askedOf(code));
  const isSame = code !== null && input.ticket !== undefined && askedOf(code) === asked;
  return { asked, earlier: isSame ? { code, ticket: input.ticket } : null };
}

function askedBy(input: CodeRequester): string | null {
  if ("identifier" in input) return limitForm(requireText(input.identifier, "identifier"));
  return "userId" in input ? `i:${requireText(input.userId, "userId")}` : null;
}

/** What a code was asked for with. */
export function askedOf(code: CodeRecord): string {
  return textIn(code, "asked");
}

/** The name in what was asked for: the key without its kind. */
export function nameAsked(code: CodeRecord): string {
  return askedOf(code).replace(/^[eui]:/, "");
}

function textIn(code: CodeRecord, field: string): string {
  const payload: Readonly<Record<string, unknown>> = JSON.parse(code.payload);
  const text = payload[field];
  return typeof text === "string" ? text : "";
}
