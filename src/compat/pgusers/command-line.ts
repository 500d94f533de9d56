import type { OpenOptions } from "../../index.js";
import type { PortCall, PortCommandLine } from "../command-line.js";
import { type Arguments, readArguments, WrongUse } from "./arguments.js";
import { BadCallError } from "./outcomes.js";
import { UserSpace } from "./user-space.js";
import { USERMGR } from "./usermgr.js";

/** Mails wait for the server, and nobody is told at each call that there is no policy. */
const OPTIONS: OpenOptions = {
  mail: { courier: false },
  passwords: { minLength: 0, maxLength: 4096, refuseCommon: false, refusePersonal: false },
};

/** `usermgr`, the command line of pgusers. */
export const run: PortCommandLine = async ({ args, database, terminal }) => {
  try {
    const call = readArguments(args);
    if (call === "version") {
      terminal.write("pgusers 0.9.4 (answered by Watchword)\n");
      return 0;
    }
    const users = openUserspace(call, database);
    try {
      return await USERMGR[call.command]({ users, terminal, words: call.words, flags: call.flags });
    } finally {
      await users.close();
    }
  } catch (error) {
    if (error instanceof WrongUse) {
      terminal.writeError(`${error.usage}\nusermgr: error: ${error.message}\n`);
      return error.exitCode;
    }
    if (!(error instanceof BadCallError)) throw error;
    terminal.writeError(`${error.message}\n`);
    return 1;
  }
};

/** A URL names the database whole; then the name of the userspace is a word, and no server may be named beside. */
function openUserspace({ userspace, server }: Arguments, database: PortCall["database"]): UserSpace {
  if (database === undefined) return new UserSpace({ dbname: userspace, ...server, watchword: OPTIONS });
  if (Object.keys(server).length > 0)
    throw new WrongUse(
      "-u, -p, -s and -t name a server, and so does --database (or WATCHWORD_DATABASE_URL); leave one of them out",
    );
  return new UserSpace({ url: database, watchword: OPTIONS });
}
