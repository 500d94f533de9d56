import { insertSessions, openBare, prepareJoin, sha256, tokenOf } from "./bare.js";
import { alternate, drawer, type Effort, timed } from "./measure.js";
import type { Row } from "./report.js";
import { createUsers, withWorkspace } from "./workspace.js";

const SESSIONS = 10_000;

/** `space.sessions.check` against the least that can answer the same question: SHA-256 and one prepared join. */
export function sessionCheck({ quick }: Effort): Promise<Row[]> {
  return withWorkspace(async ({ space, file }) => {
    const bare = await openBare(file);
    insertSessions(bare, await createUsers(space, 8), SESSIONS);
    const join = prepareJoin(bare);
    const checks = quick ? 2000 : 30_000;
    const tokens = Array.from({ length: SESSIONS }, (_, index) => tokenOf(index));
    const draw = drawer(4711);
    const pick = () => tokens[draw(SESSIONS)] ?? "";

    const measured = await alternate(quick ? 1 : 9, {
      ours: () =>
        timed(async () => {
          for (let index = 0; index < checks; index++)
            if ((await space.sessions.check(pick())).status !== "ok")
              throw new Error("A live session is refused.");
        }),
      floor: () =>
        timed(async () => {
          for (let index = 0; index < checks; index++)
            if (join.get(sha256(pick())) === undefined) throw new Error("A session is not there.");
        }),
    });
    bare.close();
    return [
      {
        name: "session check (floor: SHA-256 and bare join)",
        ours: { value: (checks / measured.ours) * 1000, unit: "per s" },
        floor: { value: (checks / measured.floor) * 1000, unit: "per s" },
        aim: { kind: "at least", ratio: 0.6 },
      },
    ];
  });
}
