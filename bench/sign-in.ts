import { hash, verify } from "@node-rs/argon2";
import { alternate, type Effort, perSecond } from "./measure.js";
import type { Row } from "./report.js";
import { createUsers, PASSWORD, withWorkspace } from "./workspace.js";

const CALLERS = 8;
const USERS = 64;
/** What Watchword hashes with unless told otherwise: argon2id, which is the library's default too, at these costs. */
const COSTS = { memoryCost: 19456, timeCost: 2, parallelism: 1 };

/** A whole sign-in, limits, session and audit row included, against the bare check of one argon2id hash. */
export function signIn({ quick }: Effort): Promise<Row[]> {
  return withWorkspace(async ({ space }) => {
    await createUsers(space, USERS);
    const stored = await hash(PASSWORD, COSTS);
    const total = quick ? 32 : 200;
    let first = 0;

    const measured = await alternate(quick ? 1 : 7, {
      ours: () => {
        // Each round goes on where the last one ended, so that no user is signed in by two callers at once.
        const offset = first;
        first += total;
        return perSecond(CALLERS, total, async (index) => {
          const identifier = `user${(offset + index) % USERS}`;
          const result = await space.signIn({ identifier, password: PASSWORD });
          if (result.status !== "signed-in") throw new Error(`${identifier} got ${result.status}`);
        });
      },
      floor: () =>
        perSecond(CALLERS, total, async () => {
          if (!(await verify(stored, PASSWORD))) throw new Error("The bare check failed.");
        }),
    });
    return [
      {
        name: `sign-in, ${CALLERS} callers (floor: bare argon2id verify)`,
        ours: { value: measured.ours, unit: "per s" },
        floor: { value: measured.floor, unit: "per s" },
        aim: { kind: "at least", ratio: 0.9 },
      },
    ];
  });
}
