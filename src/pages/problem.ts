import type { Quota } from "../base/errors.js";

/** Why a form did not do its work: shown beside the fields, and above them. */
export interface Problem {
  /** The HTTP status that says the same. */
  readonly status: number;
  /** By the name of the field. */
  readonly errors: Readonly<Record<string, string>>;
  /** What belongs to no single field. */
  readonly alert?: string;
  /** Whole milliseconds. */
  readonly retryAfter?: number;
  /** The limit that was reached, where it is known. */
  readonly quota?: Quota;
}

/** Something is wrong with one field. */
export function fieldProblem(field: string, message: string, status = 422): Problem {
  return { status, errors: { [field]: message } };
}

/** Something is wrong that belongs to no field. */
export function alertProblem(alert: string, status = 422): Problem {
  return { status, errors: {}, alert };
}
