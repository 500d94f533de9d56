import { describe, expect, it } from "vitest";
import type { Store } from "#dist/store/contract.js";
import type { CurrentStore } from "./contract.js";
import { DAY, NOW, sampleAudit, samplePassword, sampleSession, sampleUser, together } from "./samples.js";

const PLAIN = { recordSignIn: false, keep: 1000, settle: [] };

async function newUser(store: Store, username: string): Promise<string> {
  const sample = sampleUser({ username });
  await store.createUser(sample, 0, []);
  return sample.user.id;
}

export function sessionsContract(current: CurrentStore): void {
  describe("sessions", () => {
    it("gives back session and user by token hash, the user's data only when asked", async () => {
      const store = current();
      const ada = sampleUser({
        username: "ada",
        email: "ada@example.com",
        emailVerifiedAt: NOW,
        locale: "en",
        admin: true,
        roles: ["editor"],
        blocked: { since: 1, until: 2, reason: "why" },
        data: '{"big":true}',
      });
      await store.createUser(ada, 0, []);
      const session = sampleSession(ada.user.id, {
        data: '{"cart":[1]}',
        methods: ["password", "email-code"],
      });
      await store.createSession(session, PLAIN, [sampleAudit()]);
      expect(await store.checkSession(session.tokenHash, { data: true })).toEqual({
        session,
        user: ada.user,
      });
      expect(await store.checkSession(session.tokenHash, { data: false })).toEqual({
        session,
        user: { ...ada.user, data: "" },
      });
      expect(await store.listAudit({ before: null, size: 10 })).toHaveLength(1);
    });

    it("keeps what may be missing missing", async () => {
      const store = current();
      const ada = sampleUser();
      await store.createUser(ada, 0, []);
      const session = sampleSession(ada.user.id, {
        absoluteEnd: null,
        ip: null,
        userAgent: null,
        methods: [],
      });
      await store.createSession(session, PLAIN, []);
      expect(await store.checkSession(session.tokenHash, { data: true })).toEqual({
        session,
        user: ada.user,
      });
    });

    it("finds nothing for a token that is nobody's, or whose user is gone", async () => {
      const store = current();
      expect(await store.checkSession("nothing", { data: false })).toBeNull();
      const orphan = sampleSession(sampleUser().user.id);
      await store.createSession(orphan, { recordSignIn: true, keep: 1000, settle: [] }, []);
      expect(await store.checkSession(orphan.tokenHash, { data: false })).toBeNull();
    });

    it("records the sign-in on the user, if asked to", async () => {
      const store = current();
      const id = await newUser(store, "ada");
      await store.createSession(sampleSession(id, { createdAt: NOW + 3 }), PLAIN, []);
      expect((await store.findUser(["u:ada"]))?.lastSignInAt).toBeNull();
      await store.createSession(
        sampleSession(id, { createdAt: NOW + 4 }),
        { recordSignIn: true, keep: 1000, settle: [] },
        [],
      );
      expect((await store.findUser(["u:ada"]))?.lastSignInAt).toBe(NOW + 4);
    });

    it("keeps the newest sessions of a user, and settles what the sign-in was charged", async () => {
      const store = current();
      const [ada, bea] = [await newUser(store, "ada"), await newUser(store, "bea")];
      await store.createSession(sampleSession(bea), PLAIN, []);
      await store.hitLimits([{ key: "own", rule: { max: 9, window: null } }], NOW);
      await store.hitLimits([{ key: "shared", rule: { max: 9, window: null } }], NOW);
      await store.hitLimits([{ key: "shared", rule: { max: 9, window: null } }], NOW);
      const made = Array.from({ length: 5 }, () => sampleSession(ada)).sort((a, b) => (a.id < b.id ? -1 : 1));
      const settle = [
        { key: "own", action: "reset" },
        { key: "shared", action: "refund" },
      ] as const;
      for (const session of made)
        await store.createSession(
          session,
          { recordSignIn: false, keep: 3, settle: session === made[0] ? settle : [] },
          [],
        );
      const left = await store.listSessions({ filter: { userId: ada }, after: null, size: 10 });
      expect(left.map(({ id }) => id)).toEqual(made.slice(2).map(({ id }) => id));
      expect(await store.listSessions({ filter: { userId: bea }, after: null, size: 10 })).toHaveLength(1);
      expect(await store.readLimit("own")).toBeNull();
      expect((await store.readLimit("shared"))?.count).toBe(1);
    });

    it("keeps the end that the latest use set, an earlier one too, in whichever order uses are written", async () => {
      const store = current();
      const session = sampleSession(await newUser(store, "ada"));
      const { tokenHash } = session;
      await store.createSession(session, PLAIN, []);
      const times = async () => {
        const found = await store.checkSession(tokenHash, { data: false });
        return [found?.session.lastSeenAt, found?.session.expiresAt];
      };
      const moved = [NOW + 10, session.expiresAt + 10] as const;
      await store.touchSessions([{ tokenHash, lastSeenAt: moved[0], expiresAt: moved[1] }]);
      expect(await times()).toEqual(moved);
      await store.touchSessions([{ tokenHash, lastSeenAt: NOW + 5, expiresAt: NOW + 5 }]);
      expect(await times()).toEqual(moved);
      await store.touchSessions([{ tokenHash, lastSeenAt: NOW + 20, expiresAt: NOW + 30 }]);
      expect(await times()).toEqual([NOW + 20, NOW + 30]);
      // In the same millisecond, what is written last is what was decided last.
      await store.touchSessions([{ tokenHash, lastSeenAt: NOW + 20, expiresAt: NOW + 25 }]);
      expect(await times()).toEqual([NOW + 20, NOW + 25]);
      const batch = [40, 50, 45].map((at) => ({
        tokenHash,
        lastSeenAt: NOW + at,
        expiresAt: NOW + 1000 - at,
      }));
      await store.touchSessions(batch);
      expect(await times()).toEqual([NOW + 50, NOW + 950]);
    });

    it("keeps the end of the latest use among many that are written at once", async () => {
      const store = current();
      const session = sampleSession(await newUser(store, "ada"));
      const { tokenHash } = session;
      await store.createSession(session, PLAIN, []);
      await together(60, (at) =>
        store.touchSessions([
          { tokenHash, lastSeenAt: NOW + ((at * 7) % 60), expiresAt: NOW + 1000 - ((at * 7) % 60) },
        ]),
      );
      const found = await store.checkSession(tokenHash, { data: false });
      expect(found?.session).toMatchObject({ lastSeenAt: NOW + 59, expiresAt: NOW + 941 });
    });

    it("revives no session by a touch that comes after its end, also among many", async () => {
      const store = current();
      const id = await newUser(store, "ada");
      const sessions = Array.from({ length: 100 }, () => sampleSession(id));
      await Promise.all(sessions.map((session) => store.createSession(session, PLAIN, [])));
      const touch = ({ tokenHash, expiresAt }: { tokenHash: string; expiresAt: number }) =>
        store.touchSessions([{ tokenHash, lastSeenAt: NOW + 1, expiresAt: expiresAt + 1 }]);
      await Promise.all(
        sessions.flatMap((session) => [
          touch(session),
          store.endSessions({ tokenHash: session.tokenHash }, []),
          touch(session),
        ]),
      );
      for (const { tokenHash } of sessions)
        expect(await store.checkSession(tokenHash, { data: false })).toBeNull();
      expect((await store.statistics()).sessions).toBe(0);
    });

    it("lists by id in pages, filtered by what is asked", async () => {
      const store = current();
      const [ada, bob] = [await newUser(store, "ada"), await newUser(store, "bob")];
      const mine = Array.from({ length: 5 }, (_, at) => sampleSession(ada, { createdAt: NOW + at }));
      const other = sampleSession(bob, { createdAt: NOW + 9 });
      for (const session of [...mine, other]) await store.createSession(session, PLAIN, []);
      const list = (filter: Parameters<Store["endSessions"]>[0], after: string | null = null, size = 10) =>
        store.listSessions({ filter, after, size });

      expect(await list({})).toEqual([...mine, other]);
      expect(await list({ userId: ada })).toEqual(mine);
      expect(await list({ userId: ada }, mine[1]?.id, 2)).toEqual(mine.slice(2, 4));
      expect(await list({ id: other.id })).toEqual([other]);
      expect(await list({ id: other.id, userId: ada })).toEqual([]);
      expect(await list({ tokenHash: other.tokenHash })).toEqual([other]);
      expect(await list({ userId: ada, exceptId: mine[0]?.id ?? "" })).toEqual(mine.slice(1));
    });

    it("tells live from expired by expiry, absolute end and the user's epoch", async () => {
      const store = current();
      const [ada, bob] = [await newUser(store, "ada"), await newUser(store, "bob")];
      const live = sampleSession(ada, { createdAt: NOW + 1, absoluteEnd: null });
      const unused = sampleSession(ada, { createdAt: NOW + 2, expiresAt: NOW + DAY });
      const tooLong = sampleSession(ada, { createdAt: NOW + 3, absoluteEnd: NOW + DAY });
      const replaced = sampleSession(bob, { createdAt: NOW + 4 });
      for (const session of [live, unused, tooLong, replaced]) await store.createSession(session, PLAIN, []);
      await store.replacePassword(bob, undefined, samplePassword("x"), { raiseEpoch: true, now: NOW }, []);

      const list = (is: "live" | "expired", now: number) =>
        store.listSessions({ filter: { state: { is, now } }, after: null, size: 10 });
      expect(await list("live", NOW + DAY)).toEqual([live]);
      expect(await list("expired", NOW + DAY)).toEqual([unused, tooLong, replaced]);
      expect(await list("live", NOW + DAY - 1)).toEqual([live, unused, tooLong]);

      const found = await store.checkSession(replaced.tokenHash, { data: false });
      expect([found?.session.epoch, found?.user.sessionEpoch]).toEqual([0, 1]);
    });

    it("ends what fits the filter and says how many", async () => {
      const store = current();
      const [ada, bob] = [await newUser(store, "ada"), await newUser(store, "bob")];
      const sessions = Array.from({ length: 5 }, (_, at) =>
        sampleSession(ada, { createdAt: NOW + at, expiresAt: at < 2 ? NOW + 10 : NOW + DAY }),
      );
      for (const session of [...sessions, sampleSession(bob)]) await store.createSession(session, PLAIN, []);
      const keep = sessions[4]?.id ?? "";

      expect(await store.endSessions({ userId: ada, state: { is: "expired", now: NOW + 10 } }, [])).toBe(2);
      expect(await store.endSessions({ userId: ada, exceptId: keep }, [sampleAudit()])).toBe(2);
      expect(await store.endSessions({ userId: bob, id: keep }, [])).toBe(0);
      expect(await store.endSessions({ userId: ada, id: keep }, [])).toBe(1);
      expect(await store.endSessions({}, [])).toBe(1);
      expect(await store.listAudit({ before: null, size: 10 })).toHaveLength(1);
    });

    it("leaves no session that answers when 50 sign-ins race a password change", async () => {
      const store = current();
      const id = await newUser(store, "ada");
      const sessions = Array.from({ length: 50 }, () => sampleSession(id, { epoch: 0 }));
      const change = () =>
        store.replacePassword(id, undefined, samplePassword("x"), { raiseEpoch: true, now: NOW }, []);
      await together(51, async (at) => {
        const session = sessions[at < 25 ? at : at - 1];
        if (at === 25) await change();
        else if (session !== undefined) await store.createSession(session, PLAIN, []);
      });
      for (const { tokenHash } of sessions) {
        const found = await store.checkSession(tokenHash, { data: false });
        expect(found?.session.epoch).not.toBe(found?.user.sessionEpoch);
      }
    });
  });
}
