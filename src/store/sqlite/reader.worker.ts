import { SCANS } from "./calls.js";
import { serve } from "./serve.js";
import { readEach } from "./transactions.js";

serve((connection, calls, file) => readEach(connection, SCANS, calls, file));
