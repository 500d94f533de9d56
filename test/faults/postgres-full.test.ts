import { execFileSync, spawnSync } from "node:child_process";
import { chown, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { sampleAudit, sampleUser } from "../contract/samples.js";
import { askPostgres } from "../servers/postgres.js";
import { openStore, ownServer, withParts } from "./postgres.js";

/** A disk of 24 MiB; null where this user may mount none. */
async function smallDisk(): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), "watchword-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=24m,mode=0700", "tmpfs", folder]);
  if (mounted.status === 0) return folder;
  await rm(folder, { recursive: true });
  return null;
}

const disk = await smallDisk();
if (disk === null)
  console.warn("test/faults/postgres-full: NOT RUN; it needs Linux and the right to mount a tmpfs (root)");

it.skipIf(disk === null)(
  "says that the disk is full, keeps nothing of it, and goes on when there is space",
  async () => {
    const folder = disk ?? "";
    onTestFinished(async () => {
      execFileSync("umount", [folder]);
      await rm(folder, { recursive: true });
    });
    const server = await ownServer({ auth: "trust" });
    const [row] = await askPostgres(server.url, "SHOW data_directory");
    const { uid, gid } = await stat(String(row?.data_directory));
    await chown(folder, uid, gid);
    await askPostgres(server.url, `CREATE TABLESPACE small LOCATION '${folder}'`);
    await askPostgres(server.url, "CREATE DATABASE small TABLESPACE small");
    const store = await openStore(withParts(server.url, { database: "small" }));
    await store.migrate();

    const details = JSON.stringify({ filling: "x".repeat(500_000) });
    // PostgreSQL compresses what repeats itself.
    await askPostgres(
      withParts(server.url, { database: "small" }),
      "ALTER TABLE watchword.watchword_audit ALTER COLUMN details SET STORAGE EXTERNAL",
    );
    let written = 0;
    const fill = async () => {
      for (;;) {
        await store.addEvents([sampleAudit({ details })]);
        written++;
      }
    };
    await expect(fill()).rejects.toMatchObject({
      code: "store-full",
      status: 507,
      message: expect.stringContaining("nothing of this change was kept"),
    });
    expect(written).toBeGreaterThan(5);
    expect(await store.listAudit({ before: null, size: 1000 })).toHaveLength(written);
    await expect(
      store.createUser(sampleUser({ username: "ada", data: details }), 0, [sampleAudit({ details })]),
    ).rejects.toMatchObject({ code: "store-full" });
    expect(await store.findUser(["u:ada"])).toBeNull();

    await store.dropPart("audit");
    await store.createPart("audit");
    expect((await store.createUser(sampleUser({ username: "ada" }), 0, [sampleAudit()])).status).toBe(
      "created",
    );
  },
);
