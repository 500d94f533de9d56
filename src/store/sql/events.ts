import type { StoreEvent } from "../contract.js";
import { type Operation, run } from "./operation.js";

/** Lays down what a change causes elsewhere. An event that is already there stays: whoever repeats a lost write adds nothing twice. */
export function* insertEvents(events: readonly StoreEvent[]): Operation<void> {
  for (const event of events)
    if (event.type === "audit")
      yield* run(
        `INSERT INTO watchword_audit (id, at, action, user_id, actor, ip, user_agent, request_id, details)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
        event.id,
        event.at,
        event.action,
        event.userId,
        event.actor,
        event.ip,
        event.userAgent,
        event.requestId,
        event.details,
      );
    else
      yield* run(
        `INSERT INTO watchword_mails
           (id, created_at, template, recipient, user_id, locale, code_id, payload, state, due_at, tries)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, 0) ON CONFLICT (id) DO NOTHING`,
        event.id,
        event.at,
        event.template,
        event.to,
        event.userId,
        event.locale,
        event.codeId,
        event.payload,
        event.at,
      );
}
