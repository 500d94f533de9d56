import type { LimitOptions, Logger, MailNotices, OpenOptions, UserSpace } from "../index.js";
import { openUserSpace } from "../index.js";

const NO_LIMITS: Required<LimitOptions> = {
  signIn: false,
  signUp: false,
  reset: false,
  resend: false,
  code: false,
  verify: false,
};

const NO_NOTICES: Required<MailNotices> = {
  signUpKnown: false,
  passwordChanged: false,
  emailChanged: false,
  changeEmailKnown: false,
  secondFactorChanged: false,
  permissionsChanged: false,
  newDevice: false,
  accountDeleted: false,
};

const line =
  (level: string): Logger["warn"] =>
  (fields, message) => {
    process.stderr.write(`${toLine({ level, ...fields, msg: message })}\n`);
  };

/** An Error has no fields of its own to show: its message would be lost. */
function toLine(fields: object): string {
  return JSON.stringify(fields, (_name, value: unknown) =>
    value instanceof Error
      ? { ...value, name: value.name, message: value.message, stack: value.stack }
      : value,
  );
}

const toStderr: Logger = { debug() {}, info() {}, warn: line("warn"), error: line("error") };

/** Where a port logs: with the space that it opens. */
export function logOf(options: OpenOptions): Logger {
  return options.logger ?? toStderr;
}

/** How long passwords may be, in Unicode code points. */
export interface PasswordLengths {
  readonly minLength: number;
  readonly maxLength: number;
}

const ANY_LENGTH: PasswordLengths = { minLength: 0, maxLength: 4096 };

/**
 * Opens the space of a port as its original behaves: names told apart by case, the original's bounds for passwords in
 * place of a policy, no limits and no mail but those that the port itself asks for. What the caller gives in `options`
 * beats it. What is recorded in a space (case, lifetime of sessions) is so only where this opening makes it; one that was
 * there keeps its own.
 *
 * @param system How the original is called, for the log.
 */
export function openPortSpace(
  system: string,
  url: string,
  options: OpenOptions = {},
  lengths: PasswordLengths = ANY_LENGTH,
): Promise<UserSpace> {
  const policyIsOff = options.passwords?.minLength === undefined;
  if (policyIsOff)
    logOf(options).warn(
      { system },
      `Passwords of ${described(lengths)} are taken, as ${system} did; give passwords.minLength to have Watchword's policy.`,
    );
  return openUserSpace(url, {
    ...options,
    atCreation: {
      identifiers: "exact",
      ...options.atCreation,
      sessions: { absolute: null, ...options.atCreation?.sessions },
    },
    ...(policyIsOff && {
      passwords: {
        maxLength: lengths.maxLength,
        refuseCommon: false,
        refusePersonal: false,
        ...options.passwords,
        minLength: lengths.minLength,
      },
    }),
    signUp: { enabled: false, ...options.signUp },
    limits: { ...NO_LIMITS, ...options.limits },
    mail: { ...options.mail, notices: { ...NO_NOTICES, ...options.mail?.notices } },
  });
}

function described({ minLength, maxLength }: PasswordLengths): string {
  return minLength === 0 ? "any length" : `${minLength} to ${maxLength} characters`;
}
