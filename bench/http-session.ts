import { insertSessions, openBare, tokenOf } from "./bare.js";
import { alternate, type Effort } from "./measure.js";
import { load, type RunningServer, withServer, withWatchword } from "./processes.js";
import type { Row } from "./report.js";
import { createUsers, withWorkspace } from "./workspace.js";

const SESSIONS = 1000;
/** Kept busy at once. A machine of few cores serves no more with more of them. */
const CONNECTIONS = 16;
const PATH = "/api/session";

/** `GET /api/session` of `watchword serve`, each server and the load in a process of its own. */
export function httpSession({ quick }: Effort): Promise<Row[]> {
  return withWorkspace(async ({ space, file, url }) => {
    const bare = await openBare(file);
    insertSessions(bare, await createUsers(space, 8), SESSIONS);
    bare.close();
    const tokens = Array.from({ length: SESSIONS }, (_, index) => tokenOf(index));
    const rate = async ({ port }: RunningServer): Promise<number> => {
      const orders = {
        port,
        path: PATH,
        tokens,
        connections: CONNECTIONS,
        seconds: quick ? 0.5 : 3,
        pause: 0,
        samples: false,
      };
      const findings = await load(orders);
      if (findings.failed > 0) throw new Error(`${findings.failed} of ${findings.answered} requests failed.`);
      return findings.perSecond;
    };

    return withWatchword(url, [], (ours) =>
      withServer(joinServer(file), {}, "/", (join) =>
        withServer(
          (port) => ["bench/children/plain-server.mjs", String(port)],
          {},
          "/",
          async (plain) => {
            await requireSameAnswer(ours, join, tokens[0] ?? "");
            const measured = await alternate(quick ? 1 : 7, {
              ours: () => rate(ours),
              join: () => rate(join),
              plain: () => rate(plain),
            });
            return [
              {
                name: `GET ${PATH} (floor: node:http with the same join and JSON)`,
                ours: { value: measured.ours, unit: "per s" },
                floor: { value: measured.join, unit: "per s" },
                aim: { kind: "at least", ratio: 0.6 },
              },
              {
                name: `GET ${PATH} (beside it: node:http that answers {})`,
                ours: { value: measured.ours, unit: "per s" },
                floor: { value: measured.plain, unit: "per s" },
                aim: null,
              },
            ] satisfies Row[];
          },
        ),
      ),
    );
  });
}

function joinServer(file: string): (port: number) => readonly string[] {
  return (port) => ["--import", "tsx", "bench/children/join-server.ts", String(port), file];
}

/** A floor that answers less would be no floor. */
async function requireSameAnswer(ours: RunningServer, floor: RunningServer, token: string): Promise<void> {
  const [left, right] = await Promise.all(
    [ours, floor].map(async ({ port }) => {
      const response = await fetch(`http://127.0.0.1:${port}${PATH}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return response.text();
    }),
  );
  if (left !== right) throw new Error(`The floor answers something else:\n${left}\n${right}`);
}
