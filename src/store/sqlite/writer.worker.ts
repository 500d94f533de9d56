import { WRITES } from "./calls.js";
import { serve } from "./serve.js";
import { commitTogether } from "./transactions.js";

serve((connection, calls, file) => commitTogether(connection, WRITES, calls, file));
