/**
 * Watchword keeps the user accounts of an application and signs people in.
 *
 * @module watchword
 */
export { ERROR_CODES, type ErrorCode, WatchwordError } from "./base/errors.js";
export { MailNotTaken } from "./base/mail-not-taken.js";
export type * from "./space/contract.js";
export { type CopyOptions, copySpace } from "./space/copy-space.js";
export { type HashVerifierOptions, openHashVerifier } from "./space/hash-verifier.js";
export { importSources } from "./space/import-sources.js";
export { openUserSpace } from "./space/open-user-space.js";
export type {
  ActionLimit,
  LimitOptions,
  LimitWindow,
  Logger,
  MailLinks,
  MailNotices,
  MailOptions,
  MailTemplates,
  MailTexts,
  OpenOptions,
  OutgoingMail,
  Pepper,
  SmtpOptions,
} from "./space/options.js";
