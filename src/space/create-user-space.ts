import { createAudit } from "../audit/audit.js";
import { type Clock, systemClock } from "../base/clock.js";
import { deriveKey } from "../base/crypto.js";
import { WatchwordError } from "../base/errors.js";
import { createBlocks } from "../blocks/blocks.js";
import { createBlockGate } from "../blocks/gate.js";
import { createCodeDesk } from "../codes/desk.js";
import { readCodePolicy } from "../codes/options.js";
import { createCodeRequests } from "../codes/request.js";
import { createCodeSecrets } from "../codes/secrets.js";
import { readActionLimits } from "../limits/actions.js";
import { createFailures } from "../limits/failures.js";
import { createGuard } from "../limits/guard.js";
import { createLimits } from "../limits/limits.js";
import { createMailLimits } from "../limits/mail-limits.js";
import { parseSender } from "../mail/address.js";
import { createHasher } from "../passwords/hasher.js";
import { createPasswordWork } from "../passwords/password-work.js";
import { createPasswords } from "../passwords/passwords.js";
import { createPolicy } from "../passwords/policy.js";
import { createRenewal } from "../passwords/renewal.js";
import { createPasswordReset } from "../passwords/reset.js";
import { createSecretSealing } from "../passwords/sealing.js";
import { createPasswordSecrets } from "../passwords/secrets.js";
import { createDevices } from "../sessions/device.js";
import { createPolicyInForce, sessionPolicy } from "../sessions/policy.js";
import { createSessions } from "../sessions/sessions.js";
import { createSignInFlows } from "../sign-in/flows.js";
import { createSessionByPassword } from "../sign-in/session-by-password.js";
import { createSignUp } from "../sign-up/sign-up.js";
import { createVerification } from "../sign-up/verification.js";
import type { Store } from "../store/contract.js";
import { createUserFlows } from "../users/flows.js";
import { createSetUp } from "../users/set-up.js";
import { createCodes } from "./codes.js";
import { type Config, readConfig, toldBaseUrl, VARIABLES } from "./config.js";
import type { ConfigEntry, HandlerContext, SessionPolicy, SessionsService, UserSpace } from "./contract.js";
import { createDatabase } from "./database.js";
import { createHousekeeping } from "./housekeeping.js";
import { stderrLogger } from "./logger.js";
import { createMail, readMailWording } from "./mail.js";
import { openStore } from "./open-store.js";
import type { OpenOptions } from "./options.js";
import { readPeoplePolicy } from "./people.js";
import { filesOf, type Place } from "./place.js";
import { checkSecrets, findSecrets, type Secrets } from "./secret.js";
import { requireNewEnough, settle } from "./settings.js";
import { createStoreClock } from "./store-clock.js";
import { createTransferService } from "./transfer.js";
import { createTransferExport } from "./transfer-export.js";

/**
 * Opens the store, settles what the space is, and joins the services together: the one place that sees both sides.
 * `release` decides when the last holder has let go.
 */
export async function createUserSpace(
  place: Place,
  options: OpenOptions,
  release: (letGo: () => Promise<void>) => Promise<void>,
): Promise<UserSpace> {
  const told = readConfig(options, process.env);
  const logger = options.logger ?? stderrLogger;
  const files = filesOf(place);
  // What could be wrong with the options is looked at before anything is made: a mistake leaves no database behind.
  const costs = options.passwords?.argon2 ?? {};
  const hasher = createHasher({
    memory: costs.memory ?? 19_456,
    passes: costs.passes ?? 2,
    lanes: costs.lanes ?? 1,
    ...(options.passwords?.slots === undefined ? {} : { slots: options.passwords.slots }),
    ...(options.passwords?.queue === undefined ? {} : { queue: options.passwords.queue }),
  });
  createPolicy(options.passwords ?? {});
  const passwordSecrets = createPasswordSecrets(told.passwordSecrets);
  sessionPolicy(options.sessions);
  parseSender(told.mailFrom);
  const limits = readActionLimits(options.limits);
  const wording = readMailWording(options.mail);
  const codePolicy = readCodePolicy(options.codes);
  const people = readPeoplePolicy(options);
  checkSecrets(options.secret, process.env[VARIABLES.secret], files.secret);
  const store = await openStore(place, options, logger);
  try {
    return await joinServices();
  } catch (error) {
    await store.close();
    throw error;
  }

  async function joinServices(): Promise<UserSpace> {
    await bringUpToDate(store, options);
    const storeClock =
      options.clock === undefined && place.connection !== null
        ? await createStoreClock({ store, logger })
        : null;
    const clock: Clock = options.clock ?? storeClock ?? systemClock;
    const found = await store.readSettings();
    // A server that only looks like MongoDB may let two callers win: found out before anything rests on it.
    if (found === null && store.kind === "mongodb") await store.proveAtomicity();
    const secrets = await findSecrets({
      given: options.secret,
      variable: process.env[VARIABLES.secret],
      file: files.secret,
      isNewSpace: found === null,
    });
    const settings = await settle(
      store,
      {
        name: told.name,
        baseUrl: toldBaseUrl(told),
        // A command that tries a mail server once does not take the queue over; what runs a courier does.
        sendsMail:
          options.mail?.courier !== false && (told.smtp !== null || options.mail?.send !== undefined),
        identifiers: options.identifiers,
        atCreation: options.atCreation ?? {},
        sessions: options.sessions ?? {},
        secrets: secrets.list,
      },
      clock.now(),
    );
    const config = readConfig(options, process.env, settings);
    const mode = settings.identifiers;
    const policy = createPolicyInForce({
      store,
      clock,
      logger,
      options: options.sessions ?? {},
      settings,
    });
    const keysFor = (purpose: string) => mapKeys(secrets, purpose);

    const passwordPolicy = createPolicy({
      ...options.passwords,
      words: options.passwords?.words ?? [config.siteName, config.name],
    });
    const sealing = createSecretSealing(keysFor("legacy-secrets"));
    const passwords = createPasswordWork({
      hasher,
      policy: passwordPolicy,
      clock,
      secrets: passwordSecrets,
      sealing,
      logger,
    });
    const guard = createGuard(store, clock);
    const limitKey = keysFor("limits")[0];
    const failures = createFailures({ store, clock, key: limitKey, logger, limits: limits.signIn });
    const desk = createCodeDesk({
      store,
      clock,
      mode,
      guard,
      policy: codePolicy,
      secrets: createCodeSecrets(keysFor("codes"), codePolicy.alphabet),
      limits: limits.verify,
    });
    const gate = createBlockGate({ store, clock, mode });
    const sessions = createSessions({ store, clock, policy, gate, logger });
    const devices = createDevices(keysFor("devices"), clock);
    const mailLimits = createMailLimits(guard, limitKey, limits);
    const ground = { store, clock, mode, policy: codePolicy, desk, mailLimits, failures, guard, gate };
    const requestCode = createCodeRequests(ground);
    const renewal = createRenewal({ store, clock, passwords, logger });
    const createByPassword = createSessionByPassword({ ...ground, passwords, sessions, renewal });
    const passwordsService = createPasswords({
      ...ground,
      renewal,
      hasher,
      policy: passwordPolicy,
      work: passwords,
      sessions,
      devices,
    });
    const flow = { ...ground, requestCode, passwords, confirmPassword: passwordsService.confirm };
    const userFlows = createUserFlows({ ...flow, verifies: people.signUp.verification === "required" });
    const mail = createMail({
      store,
      clock,
      logger,
      config,
      outbox: files.outbox,
      options: options.mail ?? {},
      wording,
      desk,
      sendsElsewhere: settings.sendsMail,
    });
    const signUp = createSignUp({ ...flow, policy: people.signUp });
    const signInFlows = createSignInFlows({
      ...flow,
      sessions,
      devices,
      renewal,
      policy: { ...people.signIn, tellNewDevice: wording.isWanted("new-device") },
    });
    // Onto it, not into a copy: a copy would keep the policy of this moment.
    const sessionsService: SessionsService = Object.assign(sessions.service, { createByPassword });
    const housekeeping = createHousekeeping({ store, clock, logger });

    let closing: Promise<void> | undefined;
    let http: Promise<(request: Request, context?: HandlerContext) => Promise<Response>> | undefined;

    const space: UserSpace = {
      name: settings.name,
      id: settings.spaceId,
      identifiers: mode,
      baseUrl: config.baseUrl,
      siteName: config.siteName,
      clock,
      users: userFlows.users,
      passwords: passwordsService,
      sessions: sessionsService,
      codes: createCodes({
        ...flow,
        ...userFlows,
        ...signInFlows,
        verification: createVerification(flow),
        reset: createPasswordReset(flow),
        around: mail.around,
      }),
      blocks: createBlocks({ store, clock, mode, gate }),
      limits: createLimits(store, clock, limitKey),
      audit: createAudit(store),
      mail: mail.service,
      database: createDatabase({ store, housekeeping, clock, settings }),
      transfer: {
        ...createTransferExport({ store, clock }),
        ...createTransferService({
          store,
          clock,
          spaceId: settings.spaceId,
          mode,
          sessionPolicy: () => policy.current,
          factorKey: keysFor("factors")[0],
          hasher,
          secrets: passwordSecrets,
          sealing,
        }),
      },
      setUp: createSetUp({ store, clock, mode, desk, passwords, gate }),
      get config() {
        return describeConfig(options, config, secrets, {
          mode,
          policy: policy.current,
          isPolicyAsOpened: policy.isAsOpened,
          location: store.location,
          mail: mail.service.transport,
          connection: place.connection?.entries ?? [],
        });
      },

      signUpOpen: people.signUp.enabled,
      signUpPassword: people.signUp.password,
      emailCodeSignIn: people.signIn.emailCode,
      signUp: (input) => mail.around(input, () => signUp(input)),
      signIn: (input) => mail.after(signInFlows.signIn(input)),
      signOut: (token, context = {}) => sessions.signOut(token, context),

      deriveKey: (purpose) => deriveKey(secrets.list[0], `own:${purpose}`),

      async handler(request, context) {
        http ??= import("../http/handler.js").then(({ createHandler }) =>
          createHandler(space, {
            ...options.http,
            ...(config.metricsToken === null ? {} : { metricsToken: config.metricsToken }),
            ...(options.logger === undefined ? {} : { logger: options.logger }),
          }),
        );
        return (await http)(request, context);
      },

      close() {
        // The same promise for everybody who closes meanwhile: a process may end when it resolves.
        return (
          closing ??
          release(() => {
            closing = shutDown();
            return closing;
          })
        );
      },
    };
    mail.start();
    housekeeping.start();
    storeClock?.start();
    policy.start();
    return space;

    async function shutDown(): Promise<void> {
      storeClock?.stop();
      await policy.stop();
      await housekeeping.stop();
      await mail.stop();
      await renewal.settled();
      await hasher.close();
      try {
        await sessions.stop();
      } finally {
        await store.close();
      }
    }
  }
}

async function bringUpToDate(store: Store, { create, migrate = true }: OpenOptions): Promise<void> {
  const { version, latest } = await store.schema();
  const settings = await store.readSettings();
  if (settings !== null) requireNewEnough(settings, latest, store.location);
  if (version >= latest) return;
  // Whoever may neither make a space nor change one only looks: an empty database is as good as none.
  if (!migrate && create === false && version === 0)
    throw new WatchwordError(
      "store-refused",
      `${store.location} is empty: there is no user space in it. Check the name, or make one with \`watchword migrate\`.`,
      { details: { reason: "no-space" } },
    );
  if (!migrate && version > 0)
    throw new WatchwordError(
      "migration-needed",
      `${store.location} has schema ${version} and this program needs ${latest}. Make a backup, then run \`watchword migrate\`.`,
    );
  await store.migrate();
}

function mapKeys(secrets: Secrets, purpose: string): [Buffer, ...Buffer[]] {
  const [first, ...rest] = secrets.list;
  return [deriveKey(first, purpose), ...rest.map((secret) => deriveKey(secret, purpose))];
}

function describeConfig(
  options: OpenOptions,
  config: Config,
  secrets: Secrets,
  known: {
    readonly mode: string;
    readonly policy: SessionPolicy;
    /** False: what the options said was changed since. */
    readonly isPolicyAsOpened: boolean;
    readonly location: string;
    readonly mail: string;
    readonly connection: readonly ConfigEntry[];
  },
): readonly ConfigEntry[] {
  const inDatabase = (name: string, value: string, given?: unknown): ConfigEntry => ({
    name,
    value,
    origin: given === undefined ? "database" : "option",
    variable: null,
  });
  const sessions = known.isPolicyAsOpened ? options.sessions : undefined;
  return [
    { name: "database", value: known.location, origin: "option", variable: "WATCHWORD_DATABASE_URL" },
    ...known.connection,
    { name: "secret", value: "•••", origin: secrets.origin, variable: VARIABLES.secret },
    inDatabase("identifiers", known.mode, options.identifiers),
    inDatabase("sessions.idle", `${known.policy.idle} ms`, sessions?.idle),
    inDatabase(
      "sessions.absolute",
      known.policy.absolute === null ? "none" : `${known.policy.absolute} ms`,
      sessions?.absolute,
    ),
    ...config.entries,
    { name: "mail.transport", value: known.mail, origin: "default", variable: null },
  ];
}
