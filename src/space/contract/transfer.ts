import type { TransferExport } from "./transfer-export.js";
import type { ImportService } from "./transfer-import.js";

/** `space.transfer`: people in and out. To copy a whole space to another database there is `copySpace`. */
export interface TransferService extends ImportService, TransferExport {}
