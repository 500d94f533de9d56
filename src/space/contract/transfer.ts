import type { TransferExport } from "./transfer-export.js";

/** `space.transfer`: people in and out. To copy a whole space to another database there is `copySpace`. */
export interface TransferService extends TransferExport {}
