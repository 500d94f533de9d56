import { auditEvent } from "../audit/audit.js";
import { type Clock, DAY, HOUR, MINUTE } from "../base/clock.js";
import { WatchwordError } from "../base/errors.js";
import { requireInteger, requireKnownFields } from "../base/input.js";
import type { Context, SessionPolicy, SessionPolicyChange } from "../space/contract.js";
import type { Logger } from "../space/options.js";
import type { SettingsRecord, Store } from "../store/contract.js";
import { requireSuperuser } from "../users/rights.js";

/** A thousand years: longer than any record, and far from where the numbers of times end. */
const LONGEST = 365_000 * DAY;
/** How often a process looks whether another one changed the policy. */
const EVERY = MINUTE;

const FIELDS = {
  idle: true,
  absolute: true,
  actor: true,
  ip: true,
  userAgent: true,
  locale: true,
  requestId: true,
};

/** The policy with its defaults. @throws WatchwordError `invalid-option` */
export function sessionPolicy(options: Partial<SessionPolicy> = {}): SessionPolicy {
  const idle = options.idle ?? 10 * DAY;
  const absolute = options.absolute === undefined ? 30 * DAY : options.absolute;
  const mostPerUser = options.mostPerUser ?? 100;
  const touchEvery = options.touchEvery ?? usualTouchEvery(idle);
  if (!isLength(idle) || !(absolute === null || isLength(absolute)) || !fits(touchEvery, idle))
    throw new WatchwordError(
      "invalid-option",
      "sessions.idle and sessions.absolute must be whole milliseconds from 1 to a thousand years, sessions.touchEvery less than idle.",
    );
  if (!(Number.isInteger(mostPerUser) && mostPerUser > 0))
    throw new WatchwordError("invalid-option", "sessions.mostPerUser must be a whole number from 1.");
  return { idle, absolute, touchEvery, mostPerUser };
}

function usualTouchEvery(idle: number): number {
  return Math.max(idle / 100, Math.min(HOUR, idle / 10));
}

function isLength(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= LONGEST;
}

function fits(touchEvery: number, idle: number): boolean {
  return touchEvery >= 0 && touchEvery < idle;
}

/** When a session ends that is used at `now`: never later than what it was made with lets it. */
export function endOfUse({ idle }: SessionPolicy, absoluteEnd: number | null, now: number): number {
  return absoluteEnd === null ? now + idle : Math.min(now + idle, absoluteEnd);
}

type Recorded = SettingsRecord["sessionPolicy"];

/**
 * What is recorded, over the options of this process. Another process that set `idle` knows nothing of this one's
 * `touchEvery`: where that does not fit, the usual one holds, for people's sessions must not end for that, nor a server
 * fail to come back.
 */
export function policyOver(
  recorded: Recorded,
  { touchEvery, idle: _idle, absolute: _absolute, ...rest }: Partial<SessionPolicy>,
): SessionPolicy {
  const isUsable = touchEvery !== undefined && fits(touchEvery, recorded.idle);
  return sessionPolicy({ ...rest, ...(isUsable ? { touchEvery } : {}), ...recorded });
}

/** The policy in force: what the settings say, read anew each minute, over the options of this process. */
export interface PolicyInForce {
  readonly current: SessionPolicy;
  /** Whether it is what this process was opened with. */
  readonly isAsOpened: boolean;
  /** @throws WatchwordError `not-allowed`, `invalid-input`, `conflict` */
  set(change: SessionPolicyChange, context: Context): Promise<SessionPolicy>;
  start(): void;
  /** Waits for a look that is under way. */
  stop(): Promise<void>;
}

export function createPolicyInForce(deps: {
  readonly store: Pick<Store, "readSettings" | "writeSettings" | "addEvents" | "location">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly options: Partial<SessionPolicy>;
  readonly settings: SettingsRecord;
}): PolicyInForce {
  const { store, clock, logger, options } = deps;
  const opened = policyOver(deps.settings.sessionPolicy, options);
  let current = opened;
  let { version } = deps.settings;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  /** Settings are numbered, so that a look that took long undoes no newer one. */
  function adopt(settings: SettingsRecord): void {
    if (settings.version <= version) return;
    version = settings.version;
    const { idle, absolute } = settings.sessionPolicy;
    if (idle === current.idle && absolute === current.absolute) return;
    const { touchEvery } = options;
    if (touchEvery !== undefined && !fits(touchEvery, idle))
      logger.warn(
        { touchEvery, idle },
        "sessions.touchEvery is not less than the idle time that another process set; the usual one holds",
      );
    current = policyOver(settings.sessionPolicy, options);
  }

  async function look(): Promise<void> {
    const settings = await store.readSettings();
    if (settings !== null) adopt(settings);
  }

  function read(change: SessionPolicyChange): Partial<Recorded> {
    requireKnownFields(change, FIELDS, "sessions.setPolicy");
    const { idle, absolute } = change;
    if (idle !== undefined) requireInteger(idle, "idle", 1, LONGEST);
    if (absolute !== undefined && absolute !== null) requireInteger(absolute, "absolute", 1, LONGEST);
    const { touchEvery } = options;
    if (idle !== undefined && touchEvery !== undefined && !fits(touchEvery, idle))
      throw new WatchwordError(
        "invalid-input",
        `idle must be more than the ${touchEvery} ms of the option sessions.touchEvery; open the space with a smaller one first.`,
        { details: { field: "idle" } },
      );
    return {
      ...(idle === undefined ? {} : { idle }),
      ...(absolute === undefined ? {} : { absolute }),
    };
  }

  async function record(change: Partial<Recorded>): Promise<{ before: Recorded; after: Recorded }> {
    for (let attempt = 0; attempt < 50; attempt++) {
      const found = await store.readSettings();
      if (found === null)
        throw new WatchwordError(
          "store-refused",
          `${store.location} has no settings any more; somebody dropped them. Create the database anew.`,
        );
      const before = found.sessionPolicy;
      const after = { ...before, ...change };
      const isSame = after.idle === before.idle && after.absolute === before.absolute;
      const next = isSame ? found : { ...found, sessionPolicy: after, version: found.version + 1 };
      if (isSame || (await store.writeSettings(found.version, next))) {
        adopt(next);
        return { before, after: next.sessionPolicy };
      }
    }
    throw new WatchwordError("conflict", `The settings of ${store.location} keep changing; try again.`);
  }

  return {
    get current() {
      return current;
    },
    get isAsOpened() {
      return current === opened;
    },

    async set(change, context) {
      requireSuperuser(context, "say how long sessions last");
      const { before, after } = await record(read(change));
      if (before !== after) {
        const fields = { now: clock.now(), userId: null, details: { before, after } };
        await store.addEvents([auditEvent("session.policy-changed", fields, context)]);
      }
      return current;
    },

    start() {
      timer = setInterval(() => {
        // The next minute looks again; requests themselves say it louder where the database is away.
        looking = look().catch((error: unknown) =>
          logger.debug({ err: error }, "the settings of the space could not be read"),
        );
      }, EVERY);
      timer.unref();
    },

    stop() {
      clearInterval(timer);
      return looking;
    },
  };
}
