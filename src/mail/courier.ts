import { setTimeout as pause } from "node:timers/promises";
import { SECOND } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import type { Logger } from "../space/options.js";
import type { MailRecord, MailSettlement, Store } from "../store/contract.js";
import { maskAddress, parseSender } from "./address.js";
import { GIVE_UP_AFTER, waitAfter } from "./back-off.js";
import { type HandOverOptions, handOver } from "./hand-over.js";
import { LONGEST_SEND } from "./transport.js";

/** How many mails are handed over at the same time. */
const LANES = 4;
/** How long a mail is the courier's own; longer than one can take to be handed over. */
const LEASE = LONGEST_SEND + 30 * SECOND;
/** How often the queue is looked at, and how rarely at the most while the database does not answer. */
const POLL = SECOND;
const LONGEST_POLL = 30 * SECOND;
/** Waits between tries to write down what became of a mail, because a lost "sent" is a mail that is sent twice. */
const SETTLE_WAITS = [100, 500, 2500] as const;

export interface CourierOptions extends HandOverOptions {
  readonly store: Store;
  /** Names this courier among all that share the store; different for each. */
  readonly owner: string;
  readonly logger: Logger;
}

/** What became of the mails of one delivery. */
export interface DeliveryCounts {
  readonly sent: number;
  /** Will be tried again. */
  readonly retried: number;
  /** Given up, with the reason in the queue. */
  readonly failed: number;
}

export interface Courier {
  /**
   * Hands over all mails that are due, and resolves when that is done. Deliveries of one courier follow each other.
   * @throws WatchwordError `store-unavailable`, `closed`
   */
  deliver(): Promise<DeliveryCounts>;
  /** From now on delivers by itself whatever falls due. Keeps no process alive. */
  start(): void;
  /** Looks at the queue now, because something was laid into it. Nothing where it was not started. */
  nudge(): void;
  /** Finishes the mails in hand; the others stay queued. The transport is not closed. */
  stop(): Promise<void>;
}

/**
 * Takes mails out of the store's queue and hands them to the transport. Any number of couriers may share a queue: a
 * mail belongs to one of them until its lease ends, so that it goes out twice only if its courier died (or lost the
 * database) between the mail server's yes and writing that down; both copies then bear one Message-ID.
 * @throws WatchwordError `invalid-option`
 */
export function createCourier(options: CourierOptions): Courier {
  const { store, clock, owner, logger } = options;
  // A wrong sender is refused here, not mail by mail.
  parseSender(options.from);
  let isStopped = false;
  let isStarted = false;
  let isLooking = false;
  let isNudged = false;
  let timer: NodeJS.Timeout | undefined;
  let poll = POLL;
  /** The end of the delivery that runs or waits last; it never rejects. */
  let lastDelivery: Promise<unknown> = Promise.resolve();

  function deliver(): Promise<DeliveryCounts> {
    if (isStopped)
      return Promise.reject(new WatchwordError("closed", "The courier is stopped; open the space again."));
    const delivery = lastDelivery.then(deliverDue);
    // Whoever called gets the error; those who wait for their turn do not.
    lastDelivery = delivery.catch(() => {});
    return delivery;
  }

  async function deliverDue(): Promise<DeliveryCounts> {
    const counts = { sent: 0, retried: 0, failed: 0 };
    const next = await store.nextMailAt();
    if (next === null || next > clock.now()) return counts;
    const lanes = await Promise.allSettled(Array.from({ length: LANES }, () => runLane(counts)));
    for (const lane of lanes) if (lane.status === "rejected") throw lane.reason;
    return counts;
  }

  async function runLane(counts: { sent: number; retried: number; failed: number }): Promise<void> {
    while (!isStopped) {
      const now = clock.now();
      const leaseUntil = now + LEASE;
      // One at a time, so that no lease runs out while a mail waits behind a slow one.
      const [mail] = await store.claimMail({ owner, now, leaseUntil, size: 1 });
      if (mail === undefined) return;
      const outcome = await handOver(mail, leaseUntil, options);
      switch (outcome.status) {
        case "sent":
          counts.sent++;
          await settle(mail, { status: "sent" });
          logger.info(about(mail), "A mail was handed over.");
          break;
        case "gone":
          await settle(mail, { status: "sent" });
          logger.debug(about(mail), "A mail was dropped: it, or its code, is not wanted any more.");
          break;
        case "lasting":
          counts.failed++;
          await fail(mail, outcome.reason);
          break;
        case "temporary":
          if (outcome.unexpected !== undefined)
            logger.error({ ...about(mail), err: outcome.unexpected }, "A mail could not be prepared.");
          if (clock.now() - mail.createdAt >= GIVE_UP_AFTER) {
            counts.failed++;
            await fail(mail, `Given up after three days. ${outcome.reason}`);
          } else {
            counts.retried++;
            await retry(mail, outcome.reason);
          }
      }
    }
  }

  async function fail(mail: MailRecord, reason: string): Promise<void> {
    await settle(mail, { status: "failed", error: reason });
    logger.error({ ...about(mail), reason: masked(reason) }, "A mail failed and is not tried again.");
  }

  async function retry(mail: MailRecord, reason: string): Promise<void> {
    const dueAt = clock.now() + waitAfter(mail.tries);
    await settle(mail, { status: "retry", dueAt, error: reason });
    logger.warn({ ...about(mail), reason: masked(reason), dueAt }, "A mail is delayed.");
  }

  async function settle(mail: MailRecord, settlement: MailSettlement): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        if (!(await store.settleMail(mail.id, owner, settlement, clock.now())))
          logger.warn(
            about(mail),
            "A mail took longer than its lease; another courier may have sent it too.",
          );
        return;
      } catch (error) {
        const wait = SETTLE_WAITS[attempt];
        if (wait === undefined) throw error;
        logger.warn(
          { ...about(mail), err: error },
          "What became of a mail could not be written down; trying again.",
        );
        await pause(wait);
      }
    }
  }

  async function look(): Promise<void> {
    isLooking = true;
    isNudged = false;
    try {
      const next = await store.nextMailAt();
      if (next !== null && next <= clock.now()) await deliver();
      poll = POLL;
    } catch (error) {
      poll = Math.min(poll * 2, LONGEST_POLL);
      if (!isStopped) logger.error({ err: error, retryIn: poll }, "The mail queue could not be worked off.");
    } finally {
      isLooking = false;
      lookAgainIn(isNudged ? 0 : poll);
    }
  }

  function lookAgainIn(milliseconds: number): void {
    if (isStopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => void look(), milliseconds);
    timer.unref();
  }

  return {
    deliver,
    start() {
      if (isStarted) return;
      isStarted = true;
      lookAgainIn(0);
    },
    nudge() {
      if (!isStarted) return;
      if (isLooking) isNudged = true;
      else lookAgainIn(0);
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await lastDelivery;
    },
  };
}

function about(mail: MailRecord): { mail: string; template: string; to: string; tries: number } {
  return { mail: mail.id, template: mail.template, to: maskAddress(mail.to), tries: mail.tries };
}

/** Mail servers repeat addresses in their answers. */
function masked(reason: string): string {
  return reason.replace(/[^\s<>"'(),:;@]+@[^\s<>"'(),:;@]+/g, maskAddress);
}
