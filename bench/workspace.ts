import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type OpenOptions, openUserSpace, type UserSpace } from "watchword";

/** The repository's root. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

export interface Workspace {
  readonly space: UserSpace;
  /** The database's file. */
  readonly file: string;
  readonly url: string;
}

/** Runs with a user space in a file of a folder of its own, which is gone afterwards. */
export async function withWorkspace<T>(
  use: (workspace: Workspace) => Promise<T>,
  options: OpenOptions = {},
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "watchword-bench-"));
  try {
    const file = join(folder, "bench.db");
    const url = `sqlite:${file}`;
    const space = await openUserSpace(url, { mail: { courier: false }, ...options });
    try {
      return await use({ space, file, url });
    } finally {
      await space.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const PASSWORD = "a long enough phrase for the bench";

/** Users `user0`, `user1`, …, all with {@link PASSWORD}. Answers their ids. */
export async function createUsers(space: UserSpace, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let first = 0; first < count; first += 4)
    ids.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(4, count - first) }, async (_, index) => {
          const username = `user${first + index}`;
          const user = await space.users.create({
            username,
            email: `${username}@example.com`,
            password: PASSWORD,
          });
          return user.id;
        }),
      )),
    );
  return ids;
}
