import type { ImportService } from "./transfer-import.js";

/** `space.transfer`: users in from other systems. */
export interface TransferService extends ImportService {}
