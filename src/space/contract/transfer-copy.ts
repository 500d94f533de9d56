import type { DatabasePart } from "./operations.js";

/** What a space keeps, by kind. */
export type CopiedKind = Exclude<DatabasePart, "all">;

export interface CopiedCount {
  readonly kind: CopiedKind;
  readonly records: number;
  /** Over every field of all records of the kind, the same in both databases: 32 hex digits. */
  readonly checksum: string;
}

/** What a copy tells at its end, when both databases have been compared. */
export interface CopyReport {
  /** Where from and where to, without any secret. */
  readonly from: string;
  readonly to: string;
  readonly kinds: readonly CopiedCount[];
}

export interface CopyProgress {
  readonly kind: CopiedKind;
  /** How many have been copied, or compared. */
  readonly records: number;
  /** How many there are in the source, as it was counted at the beginning. */
  readonly total: number;
  /** They are being compared; before, they were being copied. */
  readonly verifying: boolean;
}
