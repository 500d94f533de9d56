import { insertSessions, openBare, tokenOf } from "./bare.js";
import { alternate, drawer, type Effort, timed } from "./measure.js";
import type { Row } from "./report.js";
import { createUsers, type Workspace, withWorkspace } from "./workspace.js";

const FEW = 10_000;
const MANY = 1_000_000;

/** Whether a session check stays as quick when a hundred times as many sessions are stored. */
export function manySessions({ quick }: Effort): Promise<Row[]> {
  const many = quick ? 2 * FEW : MANY;
  const checks = quick ? 2000 : 20_000;
  return withWorkspace((few) =>
    withWorkspace(async (crowd) => {
      await fill(few, FEW);
      await fill(crowd, many);
      const measured = await alternate(quick ? 1 : 9, {
        ours: () => checkSome(crowd, many, checks),
        floor: () => checkSome(few, FEW, checks),
      });
      return [
        {
          name: `session check among ${many.toLocaleString("en")} (floor: among ${FEW.toLocaleString("en")})`,
          ours: { value: (measured.ours / checks) * 1000, unit: "µs" },
          floor: { value: (measured.floor / checks) * 1000, unit: "µs" },
          aim: { kind: "at most", ratio: 1.3 },
        },
      ] satisfies Row[];
    }),
  );
}

async function fill({ space, file }: Workspace, sessions: number): Promise<void> {
  const bare = await openBare(file);
  insertSessions(bare, await createUsers(space, 8), sessions);
  bare.close();
}

/** Milliseconds for checks of tokens drawn from all that are stored; drawing them is not counted. */
function checkSome({ space }: Workspace, stored: number, checks: number): Promise<number> {
  const draw = drawer(process.hrtime()[1]);
  const tokens = Array.from({ length: checks }, () => tokenOf(draw(stored)));
  return timed(async () => {
    for (const token of tokens)
      if ((await space.sessions.check(token)).status !== "ok") throw new Error("A live session is refused.");
  });
}
