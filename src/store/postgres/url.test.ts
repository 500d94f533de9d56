import { describe, expect, it } from "vitest";
import { type PostgresUrl, parsePostgresUrl } from "./url.js";

const parse = (url: string, env: Record<string, string> = {}): PostgresUrl =>
  parsePostgresUrl(url, { env, userName: "me" });
const places = ({ hosts }: PostgresUrl) => hosts.map(({ host, port }) => `${host} ${port}`);

describe("the form", () => {
  it.each([
    ["postgres://ada:secret@db.example.com:6432/shop", ["db.example.com 6432"], "shop", "ada", "secret"],
    ["postgresql://db.example.com/shop", ["db.example.com 5432"], "shop", "me", null],
    ["POSTGRES://h", ["h 5432"], "me", "me", null],
    ["postgres://ada@h", ["h 5432"], "ada", "ada", null],
    ["postgres:///shop", ["localhost 5432"], "shop", "me", null],
    ["postgres://", ["localhost 5432"], "me", "me", null],
    ["postgres://a%40b:p%2Fq%3A%23@h/d%20b", ["h 5432"], "d b", "a@b", "p/q:#"],
    ["postgres://ada:p@ss:word@h/d", ["h 5432"], "d", "ada", "p@ss:word"],
    ["postgres://ada:@h/d", ["h 5432"], "d", "ada", null],
    ["postgres://[::1]:5433/d", ["::1 5433"], "d", "me", null],
    ["postgres://a:1,b:2,[fe80::1]:3/d", ["a 1", "b 2", "fe80::1 3"], "d", "me", null],
    ["postgres://a,b:2/d", ["a 5432", "b 2"], "d", "me", null],
    ["postgres://%2Fvar%2Frun%2Fpostgresql/d", ["/var/run/postgresql 5432"], "d", "me", null],
    ["postgres:///d?host=/var/run/postgresql&port=5433", ["/var/run/postgresql 5433"], "d", "me", null],
    ["postgres:///d?host=a,b&port=1,2", ["a 1", "b 2"], "d", "me", null],
    ["postgres:///d?host=a,b&port=7", ["a 7", "b 7"], "d", "me", null],
    ["postgres://h/d?user=eve&password=x+y&dbname=other", ["h 5432"], "other", "eve", "x+y"],
  ])("%s", (url, hosts, database, user, password) => {
    const read = parse(url);
    expect(places(read)).toEqual(hosts);
    expect(read).toMatchObject({ database, user, password });
  });

  it.each([
    ["postgres:/h/d", "form"],
    ["postgres://h/d#x", "form"],
    ["mysql://h/d", "form"],
    ["postgres://h:0/d", "port"],
    ["postgres://h:65536/d", "port"],
    ["postgres://h:54x/d", "port"],
    ["postgres://::1/d", "brackets"],
    ["postgres:///d?host=a,b,c&port=1,2", "2 ports for 3 hosts"],
    ["postgres:///d?host=a&hostaddr=1.1.1.1,2.2.2.2", "give one for each"],
    ["postgres://h/%zz", "%"],
    ["postgres://h/a%00b", "%00"],
    ["postgres://h/d?sslmode", "without a value"],
    ["postgres://h/d?sslmode=on", "sslmode"],
    ["postgres://h/d?target_session_attrs=first", "target_session_attrs"],
    ["postgres://h/d?connect_timeout=soon", "connect_timeout"],
    ["postgres://h/d?client_encoding=LATIN1", "client_encoding"],
    ["postgres://h/d?ssl_mode=require", "ssl_mode"],
    ["postgres://h/d?service=shop", "no service file"],
    ["postgres://h/d?gssencmode=require", "GSSAPI"],
    ["postgres://h/d?require_auth=scram-sha-256", "pg_hba.conf"],
    ["postgres://h/d?tcp_user_timeout=5", "timeout"],
    ["postgres://h/d?oauth_issuer=x", "OAuth"],
    ["postgres://h/d?pgbouncer=true", "preparedStatements"],
    ["postgres://h/d?sslmode=verify-ca", "sslrootcert"],
    ["postgres://h/d?sslrootcert=system&sslmode=require", "verify-full"],
    ["postgres://h/d?sslnegotiation=direct", "sslmode=prefer"],
    ["postgres://h/d?channel_binding=require&sslmode=disable", "TLS"],
  ])("refuses %s", (url, word) => {
    expect(() => parse(url)).toThrow(
      expect.objectContaining({ code: "invalid-option", message: expect.stringContaining(word) }),
    );
  });

  it("repeats no password in an error", () => {
    for (const url of [
      "postgres://ada:hidden@h:x/d",
      "postgres://ada:hidden%@h/d",
      "postgres://ada:hidden/x@h/d",
      "postgres://ada:x/hidden@h/d",
      "postgres://ada:5/hidden@h/d",
      "postgres://ada:5?hidden@h/d",
      "postgres://ada:5?hidden=x@h/d",
      "postgres://ada:x#hidden@h/d",
      "postgres://ada@h/d?password=hidden&nothing=1",
      "postgres://ada@h/d?scram_client_key=hidden",
    ])
      expect(() => parse(url)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining("hidden") }),
      );
  });
});

describe("parameters", () => {
  it("takes what libpq's variables say where the URL is silent, and the URL before them", () => {
    const env = {
      PGHOST: "from-env",
      PGPORT: "7000",
      PGDATABASE: "env-db",
      PGUSER: "env-user",
      PGPASSWORD: "env-secret",
      PGAPPNAME: "env-app",
      PGSSLMODE: "require",
      PGCONNECT_TIMEOUT: "3",
      PGTARGETSESSIONATTRS: "primary",
      PGPASSFILE: "/some/pgpass",
      PGOPTIONS: "-c geqo=off",
    };
    const read = parse("postgres://", env);
    expect(places(read)).toEqual(["from-env 7000"]);
    expect(read).toMatchObject({
      database: "env-db",
      user: "env-user",
      password: "env-secret",
      passwordFile: "/some/pgpass",
      applicationName: "env-app",
      options: "-c geqo=off",
      connectTimeout: 3000,
      target: "primary",
      tls: { mode: "require" },
    });
    const url =
      "postgres://ada:own@h:1/d?sslmode=disable&connect_timeout=0&application_name=shop&target_session_attrs=any";
    const told = parse(url, env);
    expect(places(told)).toEqual(["h 1"]);
    expect(told).toMatchObject({
      database: "d",
      user: "ada",
      password: "own",
      applicationName: "shop",
      connectTimeout: null,
      target: "any",
      tls: { mode: "disable" },
    });
  });

  it("looks for a server that may write where several are named", () => {
    expect(parse("postgres://a/d").target).toBe("any");
    expect(parse("postgres://a,b/d").target).toBe("read-write");
    expect(parse("postgres://a,b/d?target_session_attrs=prefer-standby").target).toBe("prefer-standby");
  });

  it("connects to hostaddr and keeps the host's name for its certificate", () => {
    expect(parse("postgres://db.example.com/d?hostaddr=10.0.0.7").hosts).toEqual([
      { host: "db.example.com", address: "10.0.0.7", port: 5432 },
    ]);
    expect(parse("postgres:///d?hostaddr=10.0.0.7").hosts[0].host).toBe("10.0.0.7");
  });

  it.each([
    ["", "prefer"],
    ["sslmode=allow", "allow"],
    ["sslmode=require", "require"],
    ["ssl=true", "require"],
    ["requiressl=1", "require"],
    ["sslmode=require&sslrootcert=/ca.pem", "verify-ca"],
    ["sslrootcert=/ca.pem", "verify-full"],
    ["sslmode=verify-ca&sslrootcert=/ca.pem", "verify-ca"],
    ["sslmode=verify-full", "verify-full"],
    ["sslrootcert=system", "verify-full"],
  ])("TLS by %j is %s", (query, mode) => {
    expect(parse(`postgres://h/d?${query}`).tls.mode).toBe(mode);
  });

  it("reads certificates, keys and versions of TLS", () => {
    const url =
      "postgres://h/d?sslmode=verify-full&sslrootcert=/ca&sslcert=/c&sslkey=/k&sslpassword=p&sslcrl=/r" +
      "&ssl_min_protocol_version=TLSv1.3&channel_binding=require&sslnegotiation=direct";
    expect(parse(url).tls).toEqual({
      mode: "verify-full",
      negotiation: "direct",
      rootCert: "/ca",
      cert: "/c",
      key: "/k",
      keyPassword: "p",
      revoked: "/r",
      least: "TLSv1.3",
      most: null,
      bindChannel: true,
    });
    expect(parse("postgres://h/d?sslrootcert=system").tls.rootCert).toBeNull();
    expect(parse("postgres://h/d?sslcert=/c&sslcertmode=disable").tls.cert).toBeNull();
  });

  it("reads keepalives, and what says only what is so anyway", () => {
    const url =
      "postgres://h/d?keepalives=0&keepalives_idle=30&gssencmode=disable&sslcompression=0&sslsni=1" +
      "&max_protocol_version=latest&client_encoding=utf8&load_balance_hosts=random";
    expect(parse(url)).toMatchObject({ keepAlive: false, keepAliveIdle: 30_000, isShuffled: true });
    expect(parse("postgres://h/d")).toMatchObject({
      keepAlive: true,
      keepAliveIdle: null,
      isShuffled: false,
    });
    expect(parse("postgres://h/d?fallback_application_name=x").applicationName).toBe("x");
  });
});
